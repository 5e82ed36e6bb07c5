internal import Essentials
internal import Neural
internal import Tensors

/// What a sampler asks of a denoiser: network outputs for a sub-block of rows that share a time.
///
/// A protocol, so that tests can put the exact denoiser of a known distribution in place of a trained one.
package protocol RowNetwork: AnyObject {
  /// Takes in the conditions of the next sub-block.
  func begin(condition: ConditionBlock, rows: Int)
  /// The output (rows × width) for noisy rows in variance-preserving form, valid until the next call.
  ///
  /// - Parameters:
  ///   - level: number of the sampler's level, from 0.
  ///   - time: its time as the network sees it.
  func evaluate(_ input: UnsafePointer<Float>, level: Int, time: Double, rows: Int) -> UnsafePointer<Float>
}

/// The conditions of a sub-block of rows.
package struct ConditionBlock {
  let input: ConditionInput
}

/// A trained denoiser with the time branch of every level computed once.
final class TrainedNetwork: RowNetwork {
  private let network: TimeConditionedNetwork
  private let hasCondition: Bool
  private let parameters: Matrix
  private let timeRows: Matrix
  private let buffers: InferenceBuffers
  private let conditionRows: Matrix

  /// Takes over trained parameters.
  ///
  /// - Throws: `ClavaError` when a tensor is missing or has another shape.
  init(shape: DenoiserShape, parameters tensors: [NamedTensor], times: [Double], capacity: Int) throws {
    network = TimeConditionedNetwork(shape.network)
    parameters = Matrix(rows: 1, columns: network.layout.count)
    let named = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    if let problem = network.layout.load(named, into: parameters.pointer) {
      throw ClavaError(
        .damaged, "the model does not fit its network: \(problem)", remedy: "train the model again")
    }
    hasCondition = shape.conditionWidth > 0
    timeRows = network.timeBranch(parameters.pointer, times: times)
    buffers = InferenceBuffers(network.shape, capacity: capacity)
    conditionRows = Matrix(rows: hasCondition ? capacity : 0, columns: network.shape.embeddingWidth)
  }

  func begin(condition: ConditionBlock, rows: Int) {
    guard hasCondition else { return }
    network.conditionBranch(parameters.pointer, condition.input, into: conditionRows.pointer, rows: rows)
  }

  func evaluate(_ input: UnsafePointer<Float>, level: Int, time: Double, rows: Int) -> UnsafePointer<Float> {
    network.infer(
      parameters.pointer, input: input, timeRow: timeRows.pointer + level * timeRows.columns,
      conditionRows: hasCondition ? UnsafePointer(conditionRows.pointer) : nil, rows: rows, buffers)
    return UnsafePointer(buffers.output.pointer)
  }
}
