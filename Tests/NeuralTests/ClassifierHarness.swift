import Neural
import Storage
import Tensors
import Testing

/// A classifier with parameters, running statistics and buffers for tests.
struct ClassifierHarness {
  let network: ClassifierNetwork
  let parameters: Matrix
  let gradients: Matrix
  let running: Matrix
  let buffers: ClassifierBuffers

  init(_ shape: ClassifierShape, rows: Int) {
    network = ClassifierNetwork(shape)
    parameters = Matrix(rows: 1, columns: network.layout.count)
    gradients = Matrix(rows: 1, columns: network.layout.count)
    running = Matrix(rows: 1, columns: network.statistics.count)
    buffers = ClassifierBuffers(shape, capacity: rows)
    network.initialize(parameters.pointer, from: RandomStream(seed: 1, name: "parameters"))
    network.initializeStatistics(running.pointer)
  }

  /// Takes the parameters from `group/NAME` of a file.
  func load(_ group: String, _ file: ArtifactReader) throws {
    var tensors: [String: NamedTensor] = [:]
    for slice in network.layout.slices {
      let name = "\(group)/\(slice.name)"
      tensors[slice.name] = NamedTensor(
        name: slice.name, shape: try file.shape(name), values: try numbers(name, file).map { Float($0) })
    }
    #expect(network.layout.load(tensors, into: parameters.pointer) == nil)
  }

  /// Sets rows and times.
  func set(input: [Float], times: [Double]) {
    for (index, value) in input.enumerated() { buffers.input.pointer[index] = value }
    times.withUnsafeBufferPointer { times in
      if let base = times.baseAddress { network.embed(base, rows: times.count, buffers) }
    }
  }

  /// Logits of a training batch; the running statistics take part only when asked for.
  func forward(rows: Int, updatesRunning: Bool = false, dropout: ClassifierDropout? = nil) {
    network.forward(
      parameters.pointer, running: updatesRunning ? running.pointer : nil, dropout: dropout, rows: rows, buffers)
  }

  /// Mean cross-entropy of a training batch and, in `gradients`, its gradient.
  @discardableResult
  func lossAndGradient(
    labels: [Int32], dropout: ClassifierDropout? = nil, lossSquared: Bool = false, inputGradient: Matrix? = nil
  ) -> Double {
    forward(rows: labels.count, dropout: dropout)
    let loss = network.loss(labels: labels, lossSquared: lossSquared, rows: labels.count, buffers)
    network.backward(
      parameters.pointer, drops: dropout != nil, rows: labels.count, buffers, gradients: gradients.pointer,
      inputGradient: inputGradient?.pointer)
    return loss
  }

  func inference(capacity: Int) -> ClassifierInference {
    ClassifierInference(network, parameters: parameters.pointer, running: running.pointer, capacity: capacity)
  }

  /// Parameters and statistics by name.
  func tensor(_ name: String) -> [Float] {
    (network.layout.export(gradients.pointer) + network.statistics.export(running.pointer))
      .first { $0.name == name }?.values ?? []
  }
}
