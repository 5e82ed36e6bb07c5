package import Tensors

/// Which activations a training step leaves out: 16 random bits per activation, addressed by step, row of the batch,
/// layer and column.
package struct ClassifierDropout: Sendable {
  let key: UInt64
  let step: UInt32

  /// The decisions of one step.
  package init(stream: RandomStream, step: Int) {
    key = stream.key
    self.step = UInt32(truncatingIfNeeded: step)
  }

  /// A share in 65,536ths, as it is compared with 16 bits.
  static func threshold(_ share: Double) -> UInt32 {
    precondition((0..<1).contains(share), "dropout of \(share); expected 0..<1")
    return UInt32(min(65_535, (share * 65_536).rounded()))
  }

  /// The factor of a kept activation that leaves the mean as it was.
  static func factor(threshold: UInt32) -> Double { 65_536 / Double(65_536 - threshold) }
}
