import Neural
import Storage
import Tensors
import Testing

/// A network with parameters and buffers for tests.
struct NetworkHarness {
  let network: TimeConditionedNetwork
  let parameters: Matrix
  let gradients: Matrix
  let buffers: NetworkBuffers

  init(_ shape: NetworkShape, rows: Int) {
    network = TimeConditionedNetwork(shape)
    parameters = Matrix(rows: 1, columns: network.layout.count)
    gradients = Matrix(rows: 1, columns: network.layout.count)
    buffers = NetworkBuffers(shape, capacity: rows)
    network.layout.initialize(parameters.pointer, from: RandomStream(seed: 1, name: "parameters"))
  }

  /// Takes the parameters from `group/NAME` of a file.
  func load(_ group: String, _ file: ArtifactReader) throws {
    var tensors: [String: NamedTensor] = [:]
    for slice in network.layout.slices {
      let name = "\(group)/\(slice.name)"
      tensors[slice.name] = NamedTensor(
        name: slice.name, shape: try file.shape(name), values: try file.read(name, as: Float.self))
    }
    #expect(network.layout.load(tensors, into: parameters.pointer) == nil)
  }

  func embed(_ times: [Double]) {
    times.withUnsafeBufferPointer { times in
      if let base = times.baseAddress { network.embed(base, rows: times.count, buffers) }
    }
  }

  func setInput(_ values: [Float]) {
    for (index, value) in values.enumerated() { buffers.input.pointer[index] = value }
  }

  /// Mean squared error against `target` and, in `gradients`, its gradient.
  func meanSquaredError(_ target: [Float], rows: Int, wantsInputGradient: Bool = false) -> Double {
    network.forward(parameters.pointer, condition: .none, rows: rows, buffers)
    let output = buffers.output.pointer
    var loss = 0.0
    for (index, value) in target.enumerated() {
      let difference = output[index] - value
      loss += Double(difference) * Double(difference)
      output[index] = 2 * difference / Float(target.count)
    }
    network.backward(
      parameters.pointer, condition: .none, rows: rows, buffers, gradients: gradients.pointer,
      wantsInputGradient: wantsInputGradient)
    return loss / Double(target.count)
  }
}

/// Reads numbers that are stored in either precision.
func numbers(_ name: String, _ file: ArtifactReader) throws -> [Double] {
  try file.elementType(name) == .float32
    ? file.read(name, as: Float.self).map(Double.init) : file.read(name, as: Double.self)
}
