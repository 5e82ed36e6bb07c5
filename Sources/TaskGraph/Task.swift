public import Essentials

/// Name of a task, unique in its plan, stable over runs: `kind/subject`, for instance `train-denoiser/trans`.
public struct TaskIdentifier: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The name.
  public let name: String

  /// Creates an identifier.
  public init(_ name: String) { self.name = name }

  public var description: String { name }
  /// What stands before the first slash: as a rule the kind of the task.
  public var kind: String { String(name.prefix { $0 != "/" }) }
  public static func < (left: TaskIdentifier, right: TaskIdentifier) -> Bool { left.name < right.name }
  public init(from decoder: any Decoder) throws { name = try decoder.singleValueContainer().decode(String.self) }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  /// The name with every character that is not safe in a folder name replaced, and a short digest where needed to
  /// keep different names apart.
  public var folderName: String {
    // Nearly all names need nothing but another slash, and a coordinator asks for thousands a second.
    if name.utf8.count <= 80, name.utf8.allSatisfy(Self.isPlain) {
      return String(decoding: name.utf8.map { $0 == 0x2f ? 0x5f : $0 }, as: UTF8.self)
    }
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" }
    let text = String(safe.prefix(80))
    let slashes = name.replacing("/", with: "_")
    // With an underscore of its own a name could look like another one whose slash was replaced.
    return text == slashes && !name.contains("_") ? text : "\(text)-\(Digest.of(name).hexadecimal.prefix(8))"
  }
}

extension TaskIdentifier {
  /// A letter, a digit, a hyphen, a full stop or a slash.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x2d...0x39).contains(byte) || (0x41...0x5a).contains(byte)
  }
}

/// An input that another task produces.
public struct TaskInput: Sendable, Hashable, Codable {
  /// Name under which the body asks for it. Several inputs may share a name; they keep their order.
  public var name: String
  /// The task that produces it.
  public var task: TaskIdentifier
  /// Which of that task's outputs.
  public var output: String

  /// Creates an input.
  public init(_ name: String, from task: TaskIdentifier, output: String) {
    self.name = name
    self.task = task
    self.output = output
  }
}

/// An input that exists before the run: a source file. Its content takes part in the task key, its path does not.
public struct SourceInput: Sendable, Hashable, Codable {
  /// Name under which the body asks for it.
  public var name: String
  /// Where it is.
  public var path: String
  /// SHA-256 of its content when the plan was made.
  public var digest: Digest

  /// Creates a source input.
  public init(_ name: String, path: String, digest: Digest) {
    self.name = name
    self.path = path
    self.digest = digest
  }
}

/// What a task is expected to cost. Used for order, progress and `clava plan`; never part of a key.
public struct TaskCost: Sendable, Hashable, Codable {
  /// Predicted seconds on one slot.
  public var seconds: Double
  /// Predicted peak memory in bytes.
  public var memory: Int

  /// Creates a cost.
  public init(seconds: Double, memory: Int) {
    self.seconds = seconds
    self.memory = memory
  }
}

/// One node of the plan: a pure function `(parameters, inputs) → outputs` with its arguments.
public struct TaskDescription: Sendable, Hashable, Codable {
  /// Its name.
  public var id: TaskIdentifier
  /// Which body runs it, for instance `train-denoiser`.
  public var kind: String
  /// Which version of the body's code: part of the key, raised whenever the output for the same input changes.
  public var codeVersion: Int
  /// All that the body reads besides its inputs: the configuration keys of this kind and the seed.
  public var parameters: JSONValue
  /// Inputs that other tasks produce.
  public var inputs: [TaskInput]
  /// Inputs that exist before the run.
  public var sources: [SourceInput]
  /// Names of the outputs the body will produce.
  public var outputs: [String]
  /// Group of tasks shown as one line of progress, for instance `train`.
  public var stage: String
  /// Predicted cost.
  public var cost: TaskCost

  /// Creates a task.
  public init(
    id: TaskIdentifier, kind: String, codeVersion: Int, parameters: JSONValue, inputs: [TaskInput] = [],
    sources: [SourceInput] = [], outputs: [String], stage: String, cost: TaskCost
  ) {
    self.id = id
    self.kind = kind
    self.codeVersion = codeVersion
    self.parameters = parameters
    self.inputs = inputs
    self.sources = sources
    self.outputs = outputs
    self.stage = stage
    self.cost = cost
  }
}
