import Diffusion
import Essentials
import Storage

/// Checkpoints of a training: every tensor under its own name, and the rest as JSON.
enum TrainerStateStore {
  private struct Header: Codable {
    var format = 1
    var step: Int
    var tensors: [String]
    var metrics: TrainerMetrics
  }

  static func write(_ state: TrainerState, to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    for tensor in state.tensors { try writer.write("tensors/\(tensor.name)", tensor.values, shape: tensor.shape) }
    try writer.writeJSON(
      "header", Header(step: state.step, tensors: state.tensors.map(\.name), metrics: state.metrics))
    try writer.finish()
  }

  static func read(_ path: String) throws -> TrainerState {
    let reader = try ArtifactReader(path: path)
    let header = try reader.readJSON("header", as: Header.self)
    let tensors = try header.tensors.map { name in
      NamedTensor(
        name: name, shape: try reader.shape("tensors/\(name)"),
        values: try reader.read("tensors/\(name)", as: Float.self))
    }
    return TrainerState(step: header.step, tensors: tensors, metrics: header.metrics)
  }
}
