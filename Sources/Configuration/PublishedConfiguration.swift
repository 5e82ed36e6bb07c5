import Essentials
import Yams

/// The configuration form of the published method: sections `general`, `clustering`, `diffusion`, `classifier`,
/// `sampling`, `matching`, `debug`. It selects recipe `clavaddpm`; each of its keys stands for one of ours.
///
/// Source: reference-method §2.5.
struct PublishedConfiguration {
  /// A value for one of our keys.
  struct Value {
    var key: ConfigurationKey
    var node: Node
    var place: Problem.Place
    /// Set for choices that only the published recipe takes from the file.
    var only: (recipe: String, name: String)?
  }

  /// What a key of the form does.
  enum Meaning {
    /// Sets our key. Choices of the method count for recipe `clavaddpm` only.
    case sets(String, isMethod: Bool, names: [String: String] = [:])
    /// Has no effect on results here.
    case ignored
    /// Is read by `readSpecial`.
    case special
  }

  private(set) var problems: [Problem] = []
  private(set) var notices: [String] = []
  private(set) var values: [Value] = []
  /// Latent groups by child table.
  private(set) var clusters: [(table: String, count: Int)] = []

  private let source: String
  private var texts: [String: String] = [:]
  private var flags: [String: (value: Bool, place: Problem.Place)] = [:]
  private var ignored: [String] = []

  /// Whether a file has this form: it has a `general` section, which the other form lacks.
  static func recognises(_ mapping: Node.Mapping) -> Bool {
    mapping.contains { $0.key.string == "general" }
  }

  init(_ mapping: Node.Mapping, source: String) {
    self.source = source
    add("recipe", Node("clavaddpm"), at: .init(file: source))
    add("data.format", Node("clava"), at: .init(file: source))
    add("output_layout", Node("published"), at: .init(file: source))
    for (sectionNode, value) in mapping {
      let section = sectionNode.string ?? ""
      let place = Problem.Place(file: source, line: sectionNode.mark?.line, key: section)
      guard let known = Self.meanings[section] else {
        problems.append(
          Problem(
            "the method's configuration has no such section", at: place,
            remedy: NearestName.remedy(section, among: Array(Self.meanings.keys), of: "sections")))
        continue
      }
      guard let keys = value.mapping else {
        problems.append(
          Problem("expected keys, found \(ConfigurationReader.describe(value))", at: place, remedy: "write { … }"))
        continue
      }
      for (keyNode, node) in keys {
        let key = keyNode.string ?? ""
        let at = Problem.Place(file: source, line: keyNode.mark?.line, key: "\(section).\(key)")
        if let meaning = known[key] {
          read("\(section).\(key)", meaning, node, at)
        } else {
          problems.append(
            Problem(
              "the section has no such key", at: at,
              remedy: NearestName.remedy(key, among: Array(known.keys), of: "keys of \(section)")))
        }
      }
    }
    combine()
  }

  private mutating func read(_ name: String, _ meaning: Meaning, _ node: Node, _ place: Problem.Place) {
    switch meaning {
    case .sets(let path, let isMethod, let names):
      guard !names.isEmpty else {
        add(path, node, at: place, only: isMethod ? name : nil)
        return
      }
      if let translated = node.string.flatMap({ names[$0] }) {
        add(path, Node(translated), at: place, only: isMethod ? name : nil)
      } else {
        problems.append(unexpected(node, "one of \(names.keys.sorted().joined(separator: ", "))", at: place))
      }
    case .ignored: ignored.append(name)
    case .special: readSpecial(name, node, place)
    }
  }

  private mutating func readSpecial(_ name: String, _ node: Node, _ place: Problem.Place) {
    switch name {
    case "clustering.num_clusters":
      guard let tables = node.mapping else {
        add("labels.clusters", node, at: place)
        return
      }
      for (tableNode, countNode) in tables {
        if let table = tableNode.string, let count = ConfigurationKey.integer(countNode), (1...1000).contains(count) {
          clusters.append((table, count))
        } else {
          problems.append(unexpected(countNode, "a whole number from 1 to 1000 for each child table", at: place))
        }
      }
    case "diffusion.model_type":
      if node.string != "mlp" {
        problems.append(
          Problem(
            "found \(ConfigurationReader.describe(node)), expected mlp", at: place,
            remedy: "it is the only network of the method that ever worked; set model_type to mlp"))
      }
    case "matching.unique_matching", "matching.no_matching":
      if let value = node.bool {
        flags[name] = (value, place)
      } else {
        problems.append(unexpected(node, "true or false", at: place))
      }
    default:
      // Paths that are put together once all of them are known; an absent one may also be written as null.
      guard node.null == nil || node.string?.isEmpty == true else { return }
      if let text = node.string, !text.isEmpty || name == "general.test_data_dir" {
        texts[name] = text
      } else {
        problems.append(unexpected(node, "a path", at: place))
      }
    }
  }

  /// What follows from several keys of the file.
  private mutating func combine() {
    let place = Problem.Place(file: source)
    if let path = texts["general.data_dir"] {
      add("data.path", Node(path, .init(.str)), at: place)
    } else {
      problems.append(
        Problem(
          "general.data_dir is missing", at: place, remedy: "name the folder that holds dataset_meta.json"))
    }
    let output = ["general.workspace_dir", "general.exp_name"].compactMap { texts[$0] }.joined(separator: "/")
    if !output.isEmpty { add("output", Node(output, .init(.str)), at: place) }
    if let path = texts["general.test_data_dir"], !path.isEmpty, path != texts["general.data_dir"] {
      add("evaluation.data", Node(path, .init(.str)), at: place)
    }
    if let flag = flags["matching.no_matching"], flag.value {
      add("matching.kind", Node("none"), at: flag.place, only: "matching.no_matching")
    } else if let flag = flags["matching.unique_matching"], !flag.value {
      add("matching.kind", Node("nearest"), at: flag.place, only: "matching.unique_matching")
      add("matching.repeats", Node("replace"), at: flag.place, only: "matching.unique_matching")
    }
    if !ignored.isEmpty {
      let verb = ignored.count == 1 ? "has" : "have"
      notices.append(
        "\(ignored.joined(separator: ", ")) of \(source) \(verb) no effect: rows are drawn one by one and the search "
          + "for neighbours is exact, so that results do not depend on batches or lists")
    }
  }

  private mutating func add(_ path: String, _ node: Node, at place: Problem.Place, only name: String? = nil) {
    guard let key = ConfigurationKey.named(path) else {
      preconditionFailure("the published form sets \(path), which is no key")
    }
    values.append(Value(key: key, node: node, place: place, only: name.map { ("clavaddpm", "\($0) of \(source)") }))
  }

  private func unexpected(_ node: Node, _ expected: String, at place: Problem.Place) -> Problem {
    Problem(
      "found \(ConfigurationReader.describe(node)), expected \(expected)", at: place, remedy: "correct the value")
  }
}
