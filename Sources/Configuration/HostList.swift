import Essentials
import Yams

/// The machines of `fleet.hosts`, read strictly: every finding names the line and the remedy.
///
/// Source: spec/distributed.md §10.
public struct HostList: Sendable, Hashable {
  /// One machine.
  public struct Host: Sendable, Hashable {
    /// Name or address, as `ssh` takes it.
    public var address = ""
    /// User there; nil leaves it to ssh.
    public var user: String?
    /// Port of its ssh server; nil leaves it to ssh.
    public var port: Int?
    /// Workers it runs at the same time.
    public var slots = 1
    /// Processors, for people and the scheduler; nil is unknown.
    public var cpus: Int?
    /// Memory in bytes; nil is unknown.
    public var memory: Int?
    /// Graphics processors.
    public var gpus = 0
    /// Folder for the workers' own files.
    public var workdir: String?
    /// Path of the program there.
    public var program: String?
  }

  /// Names of a machine's options.
  static let options = ["address", "user", "port", "slots", "cpus", "memory", "gpus", "workdir", "program"]

  /// The machines, in the order of the file.
  public var hosts: [Host] = []
  private var problems: [Problem] = []

  /// Reads a file.
  ///
  /// - Throws: `ClavaError.configuration` with everything that is wrong.
  public init(file: String) throws {
    let data = try FileSystem.read(file, code: .configuration)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ClavaError(.configuration, "the file is not UTF-8 text", at: .init(file: file), remedy: "save it as UTF-8")
    }
    try self.init(text: text, source: file)
  }

  /// Reads YAML text; `source` names it in messages.
  ///
  /// - Throws: as `init(file:)`.
  public init(text: String, source: String) throws {
    let root = try ConfigurationReader.compose(text, source: source)
    guard let mapping = root?.mapping else {
      throw ClavaError(
        .configuration, "expected the key 'hosts' with a list of machines", at: .init(file: source, line: 1),
        remedy: "write for example hosts: [{address: 10.9.1.1, slots: 2}]")
    }
    var isThere = false
    for (key, value) in mapping {
      guard key.string == "hosts", !isThere else {
        problems.append(
          Problem(
            isThere && key.string == "hosts" ? "the key occurs twice" : "there is no such key",
            at: .init(file: source, line: key.mark?.line, position: key.mark?.column, key: key.string),
            remedy: "the only key of this file is 'hosts'"))
        continue
      }
      isThere = true
      read(value, source: source)
    }
    if problems.isEmpty && hosts.isEmpty {
      problems.append(
        Problem(
          "the file names no machine", at: .init(file: source, line: 1),
          remedy: "write for example hosts: [{address: 10.9.1.1, slots: 2}]"))
    }
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
  }

  private mutating func read(_ node: Node, source: String) {
    guard let nodes = node.sequence else {
      problems.append(
        Problem(
          "found \(ConfigurationReader.describe(node)), expected a list of machines",
          at: .init(file: source, line: node.mark?.line, key: "hosts"),
          remedy: "write for example hosts: [{address: 10.9.1.1, slots: 2}]"))
      return
    }
    for node in nodes { readHost(node, source: source) }
  }

  private mutating func readHost(_ node: Node, source: String) {
    let place = Problem.Place(file: source, line: node.mark?.line, key: "hosts")
    guard let mapping = node.mapping else {
      problems.append(
        Problem(
          "found \(ConfigurationReader.describe(node)), expected a machine", at: place,
          remedy: "write for example {address: 10.9.1.1, slots: 2}"))
      return
    }
    var host = Host()
    var seen: Set<String> = []
    for (key, value) in mapping {
      let name = key.string ?? ""
      let place = Problem.Place(file: source, line: key.mark?.line, position: key.mark?.column, key: "hosts.\(name)")
      guard seen.insert(name).inserted else {
        problems.append(Problem("the key occurs twice", at: place, remedy: "keep one of them"))
        continue
      }
      guard Self.options.contains(name) else {
        problems.append(
          Problem(
            "a machine has no such option", at: place,
            remedy: NearestName.remedy(name, among: Self.options, of: "options of a machine")))
        continue
      }
      if let expected = Self.set(name, value, in: &host) {
        problems.append(
          Problem("found \(ConfigurationReader.describe(value)), expected \(expected)", at: place))
      }
    }
    if host.address.isEmpty, !problems.contains(where: { $0.place.key == "hosts.address" }) {
      problems.append(
        Problem("a machine has no address", at: place, remedy: "write for example address: 10.9.1.1"))
    } else if hosts.contains(where: { $0.address == host.address && $0.port == host.port && $0.user == host.user }) {
      problems.append(
        Problem(
          "the machine \(host.address) is listed twice", at: place, remedy: "keep one entry and raise its slots"))
    } else {
      hosts.append(host)
    }
  }

  /// - Returns: nil when the value fits, else what was expected.
  private static func set(_ name: String, _ node: Node, in host: inout Host) -> String? {
    func text(_ form: TextForm, _ path: WritableKeyPath<Host, String?>) -> String? {
      guard let text = node.string, form.accepts(text) else { return form.expectation }
      host[keyPath: path] = text
      return nil
    }
    func number(_ range: ClosedRange<Int>) -> Int? {
      ConfigurationKey.integer(node).flatMap { range.contains($0) ? $0 : nil }
    }
    func expectation(_ range: ClosedRange<Int>) -> String {
      "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
    switch name {
    case "address":
      guard let text = node.string, TextForm.hostName.accepts(text) else { return TextForm.hostName.expectation }
      host.address = text
    case "user": return text(.word, \.user)
    case "workdir": return text(.any, \.workdir)
    case "program": return text(.any, \.program)
    case "port":
      guard let value = number(1...65_535) else { return expectation(1...65_535) }
      host.port = value
    case "slots":
      guard let value = number(1...1024) else { return expectation(1...1024) }
      host.slots = value
    case "cpus":
      guard let value = number(1...65_536) else { return expectation(1...65_536) }
      host.cpus = value
    case "gpus":
      guard let value = number(0...1024) else { return expectation(0...1024) }
      host.gpus = value
    default:
      guard let value = node.string.flatMap(YAMLText.bytes) else { return "a size such as 500MB, 8GB or 8GiB" }
      host.memory = value
    }
    return nil
  }
}
