import Diffusion
import Neural
import Storage

/// Named tensors in an artifact: one dataset each, below `tensor/`.
enum TensorStore {
  static func write(_ tensors: [NamedTensor], to writer: ArtifactWriter) throws {
    for tensor in tensors { try writer.write("tensor/\(tensor.name)", tensor.values, shape: tensor.shape) }
  }

  static func read(_ reader: ArtifactReader, names: [String]) throws -> [NamedTensor] {
    try names.map { name in
      NamedTensor(
        name: name, shape: try reader.shape("tensor/\(name)"),
        values: try reader.read("tensor/\(name)", as: Float.self))
    }
  }
}

/// Checkpoints of a training: every tensor under its own name, and the rest as JSON.
enum TrainerStateStore {
  private struct Header: Codable {
    var format = 1
    var step: Int
    var tensors: [String]
    var metrics: TrainingMetrics
  }

  static func write(_ state: TrainerState, to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try TensorStore.write(state.tensors, to: writer)
    try writer.writeJSON(
      "header", Header(step: state.step, tensors: state.tensors.map(\.name), metrics: state.metrics))
    try writer.finish()
  }

  static func read(_ path: String) throws -> TrainerState {
    let reader = try ArtifactReader(path: path)
    let header = try reader.readJSON("header", as: Header.self)
    return TrainerState(
      step: header.step, tensors: try TensorStore.read(reader, names: header.tensors), metrics: header.metrics)
  }
}
