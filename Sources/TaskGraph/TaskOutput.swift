public import Essentials

/// A committed output: an immutable file in the object store.
public struct TaskOutput: Sendable, Hashable, Codable {
  /// Name among the task's outputs.
  public var name: String
  /// SHA-256 of the file: its name in the store, and its integrity.
  public var digest: Digest
  /// Digest of what the file holds, independent of how the container lays it out: equality of results. Equal to
  /// `digest` for files that are not HDF5.
  public var contentDigest: Digest
  /// Size of the file in bytes.
  public var size: Int

  /// Creates an output record.
  public init(name: String, digest: Digest, contentDigest: Digest, size: Int) {
    self.name = name
    self.digest = digest
    self.contentDigest = contentDigest
    self.size = size
  }
}

/// The key of a task: equal keys mean equal outputs, so a key that has a committed output is never computed again.
public enum TaskKey {
  /// Computes the key.
  ///
  /// - Parameters:
  ///   - task: the task; of it kind, code version, parameters, names of inputs and outputs and digests of sources
  ///     are read, never its identifier, paths or costs.
  ///   - inputs: content digests of `task.inputs`, in their order.
  ///   - numericProfile: text that is equal on machines which compute the same bits.
  public static func of(_ task: TaskDescription, inputs: [Digest], numericProfile: String) throws -> Digest {
    precondition(inputs.count == task.inputs.count, "one digest per input")
    struct Material: Encodable {
      let format = 1
      let kind: String
      let codeVersion: Int
      let parameters: JSONValue
      let inputs: [[String]]
      let sources: [[String]]
      let outputs: [String]
      let numericProfile: String
    }
    let material = Material(
      kind: task.kind, codeVersion: task.codeVersion, parameters: task.parameters,
      inputs: zip(task.inputs, inputs).map { [$0.name, $0.output, $1.hexadecimal] },
      sources: task.sources.map { [$0.name, $0.digest.hexadecimal] },
      outputs: task.outputs, numericProfile: numericProfile)
    return Digest.of(try CanonicalJSON.encode(material))
  }
}
