/// A named tensor with its values, as stored in files.
public struct NamedTensor: Sendable, Equatable {
  /// Name, with dots and slashes as separators.
  public let name: String
  /// Size of every dimension.
  public let shape: [Int]
  /// Elements, last dimension fastest.
  public let values: [Float]

  /// Creates a tensor.
  public init(name: String, shape: [Int], values: [Float]) {
    precondition(
      values.count == shape.reduce(1, *), "tensor \(name) of shape \(shape) cannot hold \(values.count) values")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// Where one parameter tensor lies in the flat buffer.
public struct ParameterSlice: Sendable, Equatable {
  /// Name, such as `px.weight`.
  public let name: String
  /// Size of every dimension as exported: `[out, in]` for weights.
  public let shape: [Int]
  /// Position of the first element.
  public let offset: Int
  /// Number of inputs of the unit it belongs to, which sets the range of the initial values.
  public let fanIn: Int
  /// True when the memory holds the transpose, `[in][out]`.
  public let isTransposed: Bool

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }
}

/// The order of a model's parameters in one flat buffer.
///
/// Every slice starts at a multiple of 16 elements; the padding stays zero because its gradient does.
public struct ParameterLayout: Sendable, Equatable {
  /// The slices in memory order.
  public private(set) var slices: [ParameterSlice] = []
  /// Length of the buffer, padding included.
  public private(set) var count = 0

  /// Creates an empty layout.
  public init() {}

  /// Appends a tensor and returns its position.
  @discardableResult
  public mutating func add(_ name: String, shape: [Int], fanIn: Int, transposed: Bool = false) -> Int {
    let slice = ParameterSlice(
      name: name, shape: shape, offset: count, fanIn: fanIn, isTransposed: transposed)
    slices.append(slice)
    count += (slice.count + 15) / 16 * 16
    return slice.offset
  }

  /// Number of parameters without padding.
  public var parameterCount: Int { slices.reduce(0) { $0 + $1.count } }

  /// Copies a flat buffer into named tensors.
  public func export(_ buffer: UnsafePointer<Float>, prefix: String = "") -> [NamedTensor] {
    slices.map { slice in
      let source = UnsafeBufferPointer(start: buffer + slice.offset, count: slice.count)
      let values = slice.isTransposed ? Self.transposed(source, rows: slice.shape[1]) : Array(source)
      return NamedTensor(name: prefix + slice.name, shape: slice.shape, values: values)
    }
  }

  /// Copies named tensors into a flat buffer; what is missing or of another shape is returned as a sentence.
  public func load(
    _ tensors: [String: NamedTensor], prefix: String = "", into buffer: UnsafeMutablePointer<Float>
  ) -> String? {
    for slice in slices {
      guard let tensor = tensors[prefix + slice.name] else { return "tensor \(prefix + slice.name) is missing" }
      guard tensor.shape == slice.shape else {
        return "tensor \(tensor.name) has shape \(tensor.shape), expected \(slice.shape)"
      }
      tensor.values.withUnsafeBufferPointer { source in
        let values = slice.isTransposed ? Self.transposed(source, rows: slice.shape[0]) : Array(source)
        for (index, value) in values.enumerated() { buffer[slice.offset + index] = value }
      }
    }
    return nil
  }

  private static func transposed(_ source: UnsafeBufferPointer<Float>, rows: Int) -> [Float] {
    let columns = rows == 0 ? 0 : source.count / rows
    var result = [Float](repeating: 0, count: source.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = source[row * columns + column] }
    }
    return result
  }
}
