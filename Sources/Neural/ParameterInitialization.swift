public import Tensors

extension ParameterLayout {
  /// Draws initial parameters uniformly from ±1/√(number of inputs).
  ///
  /// Parameter i of slice s is draw s of row i, so the values do not depend on the order of work.
  public func initialize(_ buffer: UnsafeMutablePointer<Float>, from stream: RandomStream) {
    for (number, slice) in slices.enumerated() {
      let bound = 1 / Double(max(1, slice.fanIn)).squareRoot()
      for index in 0..<slice.count {
        let uniform = stream.uniform(row: UInt64(index), draw: UInt32(number))
        buffer[slice.offset + index] = Float((2 * uniform - 1) * bound)
      }
    }
  }
}
