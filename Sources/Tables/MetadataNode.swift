internal import Essentials

/// A value of a metadata file that knows where it stands, with the members of objects in the order of the file.
struct MetadataNode {
  enum Value {
    case object([(key: String, node: MetadataNode)])
    case array([MetadataNode])
    case string(String)
    case number(String)
    case boolean(Bool)
    case null
  }

  let value: Value
  let line: Int
  /// The path from the top, such as `tables.track.columns.Name.sdtype`.
  let path: String

  /// The kind of value in words.
  var kind: String {
    switch value {
    case .object: "an object"
    case .array: "a list"
    case .string(let text): "the text \(Wording.quoted(text))"
    case .number(let text): "the number \(text)"
    case .boolean(let flag): "\(flag)"
    case .null: "null"
    }
  }
}

/// The problems of one load, collected so that one error can list them all.
struct ProblemList {
  private(set) var problems: [Problem] = []
  private(set) var warnings: [String] = []

  mutating func add(_ message: String, at place: Problem.Place, remedy: String) {
    problems.append(Problem(message, at: place, remedy: remedy))
  }

  mutating func add(_ problem: Problem) { problems.append(problem) }

  mutating func add(_ error: any Error) { problems.append(contentsOf: ClavaError.wrapping(error, .input).problems) }

  mutating func warn(_ text: String) { warnings.append(text) }
}

/// A metadata file being read: typed access that reports what is wrong.
struct MetadataFile {
  let path: String
  let top: MetadataNode

  /// Reads and parses a JSON file.
  init(path: String) throws {
    self.path = path
    let data: [UInt8]
    do {
      data = Array(try FileSystem.read(path, code: .input))
    } catch let error as ClavaError {
      throw ClavaError(
        .input, error.problems[0].message, at: .init(file: path), remedy: "check the path and the permissions")
    }
    var parser = MetadataParser(bytes: data, file: path)
    top = try parser.parse()
  }

  func place(_ node: MetadataNode, table: String? = nil, column: String? = nil) -> Problem.Place {
    Problem.Place(file: path, line: node.line, table: table, column: column)
  }

  /// The members of an object; reports anything else.
  func object(_ node: MetadataNode, _ list: inout ProblemList) -> [(key: String, node: MetadataNode)]? {
    if case .object(let members) = node.value { return members }
    mismatch(node, "an object", &list)
    return nil
  }

  /// The elements of a list; reports anything else.
  func array(_ node: MetadataNode, _ list: inout ProblemList) -> [MetadataNode]? {
    if case .array(let elements) = node.value { return elements }
    mismatch(node, "a list", &list)
    return nil
  }

  /// A text; reports anything else.
  func string(_ node: MetadataNode, _ list: inout ProblemList) -> String? {
    if case .string(let text) = node.value { return text }
    mismatch(node, "a text", &list)
    return nil
  }

  /// A truth value; reports anything else.
  func boolean(_ node: MetadataNode, _ list: inout ProblemList) -> Bool? {
    if case .boolean(let flag) = node.value { return flag }
    mismatch(node, "true or false", &list)
    return nil
  }

  /// A member that must be there.
  func member(
    _ key: String, of members: [(key: String, node: MetadataNode)], in owner: MetadataNode, _ list: inout ProblemList
  ) -> MetadataNode? {
    if let node = members.first(where: { $0.key == key })?.node { return node }
    let nearest = NearestName.of(key, among: members.map(\.key)).map { " (found '\($0)')" } ?? ""
    let place = owner.path.isEmpty ? "at the top level" : "at '\(owner.path)'"
    list.add("the key '\(key)' is missing \(place)\(nearest)", at: self.place(owner), remedy: "add it")
    return nil
  }

  private func mismatch(_ node: MetadataNode, _ expected: String, _ list: inout ProblemList) {
    let name = node.path.isEmpty ? "the top level" : "'\(node.path)'"
    list.add(
      "expected \(expected) at \(name), found \(node.kind)", at: place(node), remedy: "correct the metadata file")
  }
}
