internal import CKernels
public import Tensors

/// The dropout masks of one block of rows in one training step.
///
/// Masks are addressed by stream, row, step and layer, so a resumed training sees the same ones.
public struct Dropout: Sendable {
  /// Share of the activations that is set to zero.
  public let rate: Double
  /// Where the masks come from.
  public let stream: RandomStream
  /// Number of the block's first row in its batch.
  public let firstRow: UInt64
  /// The training step.
  public let step: UInt32

  /// Creates masks; a rate of 0 keeps everything.
  public init(rate: Double, stream: RandomStream, firstRow: UInt64, step: UInt32) {
    precondition((0..<1).contains(rate), "a dropout rate of \(rate) is outside 0..<1")
    self.rate = rate
    self.stream = stream
    self.firstRow = firstRow
    self.step = step
  }

  /// Factor of the activations that are kept, so that their mean stays.
  var keptScale: Float { Float(1 / (1 - rate)) }

  /// Draws of one layer before those of the next begin.
  private static let drawsOfLayer: UInt32 = 1 << 16

  /// Masks the activations of layer number `layer` (rows × columns), and the derivative kept for the backward pass
  /// where it is other memory.
  func apply(
    _ activation: UnsafeMutablePointer<Float>, derivative: UnsafeMutablePointer<Float>?, layer: Int, rows: Int,
    columns: Int
  ) {
    ck_dropout(
      activation, derivative, Int64(rows), Int64(columns), stream.key, firstRow, step,
      UInt32(layer) * Self.drawsOfLayer, UInt32(rate * 0x1p32), keptScale)
  }
}
