public import Essentials
import Yams

/// A value of a YAML or JSON text that knows where it stands, for readers of other files than the configuration.
public struct LocatedValue: Sendable {
  /// One key of a section with its value.
  public struct Member: Sendable {
    /// The key.
    public var name: String
    /// Where the key stands.
    public var place: Problem.Place
    /// What it is set to.
    public var value: LocatedValue
  }

  /// What the value is made of.
  public indirect enum Content: Sendable {
    /// A text; `isQuoted` texts are never numbers, flags or nothing.
    case scalar(String, isQuoted: Bool)
    case list([LocatedValue])
    /// The keys in the order of the file; each occurs once.
    case section([Member])
  }

  /// What it is made of.
  public var content: Content
  /// Where it stands.
  public var place: Problem.Place

  /// Reads a text; nil if it holds nothing.
  ///
  /// - Throws: `ClavaError.configuration` with the line, if the text is not YAML, a key occurs twice or is no text.
  public static func read(text: String, source: String) throws -> LocatedValue? {
    try YAMLDocument.compose(text, source: source).map { try LocatedValue($0, source: source) }
  }

  private init(_ node: Node, source: String) throws {
    place = .init(file: source, line: node.mark?.line, position: node.mark?.column)
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, isQuoted: scalar.style == .singleQuoted || scalar.style == .doubleQuoted)
    case .sequence(let sequence):
      content = .list(try sequence.map { try LocatedValue($0, source: source) })
    case .mapping(let mapping):
      var members: [Member] = []
      for (key, value) in mapping {
        let place = Problem.Place(file: source, line: key.mark?.line, position: key.mark?.column)
        guard let name = key.scalar?.string else {
          throw ClavaError(.configuration, "a key must be a text", at: place, remedy: "write NAME: VALUE")
        }
        guard !members.contains(where: { $0.name == name }) else {
          throw ClavaError(
            .configuration, "the key '\(name)' occurs twice", at: place, remedy: "keep one of them")
        }
        members.append(Member(name: name, place: place, value: try LocatedValue(value, source: source)))
      }
      content = .section(members)
    case .alias:
      throw ClavaError(.configuration, "an alias points nowhere", at: place, remedy: "write the value itself")
    }
  }

  /// The keys of a section, nil if it is none.
  public var members: [Member]? {
    if case .section(let members) = content { members } else { nil }
  }

  /// The values of a list, nil if it is none.
  public var list: [LocatedValue]? {
    if case .list(let values) = content { values } else { nil }
  }

  /// The text of a scalar, nil if it is none.
  public var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// A number, also `1e-5`, which YAML 1.1 takes for a text, and `1_000`; nil if it is none.
  public var number: Double? {
    guard case .scalar(let text, isQuoted: false) = content,
      text.wholeMatch(of: /[-+]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?/) != nil
    else { return nil }
    return Double(text.replacing("_", with: "")).flatMap { $0.isFinite ? $0 : nil }
  }

  /// A whole number, also `1e6`; nil if it is none.
  public var integer: Int? {
    number.flatMap { $0 == $0.rounded() && abs($0) < 0x1p53 ? Int($0) : nil }
  }

  /// The value without its place; whole numbers are integers however they are written.
  public var json: JSONValue {
    switch content {
    case .list(let values): return .array(values.map(\.json))
    case .section(let members):
      return .object(Dictionary(members.map { ($0.name, $0.value.json) }, uniquingKeysWith: { first, _ in first }))
    case .scalar(let text, let isQuoted):
      if isQuoted { return .string(text) }
      if let integer { return .integer(Int64(integer)) }
      if let number { return .number(number) }
      switch text.lowercased() {
      case "", "~", "null": return .null
      case "true", "yes", "on": return .bool(true)
      case "false", "no", "off": return .bool(false)
      default: return .string(text)
      }
    }
  }

  /// What stands there, for messages.
  public var found: String {
    switch content {
    case .scalar(let text, _): text.isEmpty ? "nothing" : "'\(text)'"
    case .list: "a list"
    case .section: "a section of keys"
    }
  }
}

extension Node {
  /// The node that a file with this value would give.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = Node("null", Tag(.null))
    case .bool(let flag): self = Node(flag ? "true" : "false", Tag(.bool))
    case .integer(let number): self = Node(String(number), Tag(.int))
    case .number(let number): self = Node(String(number), Tag(.float))
    case .string(let text): self = Node(text, Tag(.str))
    case .array(let values): self = Node(values.map { Node($0) })
    case .object(let members): self = Node(members.sorted { $0.key < $1.key }.map { (Node($0.key), Node($0.value)) })
    }
  }
}
