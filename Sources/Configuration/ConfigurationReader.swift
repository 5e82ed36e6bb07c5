public import Essentials
import Yams

/// Reads configurations strictly: an unknown key, a wrong type or a value out of range is a problem that names the
/// file, the line and the remedy. All problems of a file are reported together.
///
/// Values are collected first, later ones before earlier ones; `finish` puts them over the defaults of the recipe that
/// they name, wherever it is named.
public struct ConfigurationReader {
  /// One value that was read and found good.
  struct Setting {
    var key: ConfigurationKey
    var node: Node
    /// The only recipe for which it counts, and how its source calls it; nil if it always counts.
    var only: (recipe: String, name: String)?
  }

  /// What is wrong with single values so far.
  package var problems: [Problem] = []
  var tables: [String: Configuration.Table] = [:]
  var columns: [String: Configuration.Column] = [:]
  var denoisers: [String: Configuration.DenoiserOverride] = [:]
  private var settings: [Setting] = []
  private var sourceNotices: [String] = []

  /// Starts from the defaults.
  public init() {}

  /// Reads a YAML or JSON file over what is there. The method's own JSON form is recognised by its sections.
  ///
  /// - Throws: `ClavaError.configuration` if the file is not readable or not YAML. Problems of single keys are
  ///   collected for `finish`.
  public mutating func read(file: String) throws {
    let data = try FileSystem.read(file, code: .configuration)
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ClavaError(
        .configuration, "the file is not UTF-8 text", at: .init(file: file), remedy: "save it as UTF-8")
    }
    try read(text: text, source: file)
  }

  /// Reads YAML text over what is there; `source` names it in messages.
  public mutating func read(text: String, source: String) throws {
    guard let root = try YAMLDocument.compose(text, source: source) else { return }
    guard let mapping = root.mapping else {
      throw ClavaError(
        .configuration, "expected keys and values, found \(Self.describe(root))", at: .init(file: source, line: 1),
        remedy: "see `clava config --defaults` for the form")
    }
    if PublishedConfiguration.recognises(mapping) {
      let published = PublishedConfiguration(mapping, source: source)
      problems += published.problems
      sourceNotices += published.notices
      for value in published.values { set(value.key, value.node, at: value.place, only: value.only) }
      for (name, clusters) in published.clusters { tables[name, default: .init()].clusters = clusters }
    } else {
      read(mapping, path: "", source: source)
    }
  }

  /// Reads one `key.path=value` override as given on the command line.
  public mutating func read(override text: String) throws {
    let source = "--set \(text)"
    guard let equals = text.firstIndex(of: "=") else {
      throw ClavaError(
        .configuration, "expected key.path=value", at: .init(file: source),
        remedy: "for example --set denoiser.steps=2000")
    }
    let path = String(text[..<equals])
    let value: Node
    do {
      value = try YAMLDocument.compose(String(text[text.index(after: equals)...]), source: source) ?? Node("")
    } catch {
      throw ClavaError(
        .configuration, "the value is not valid YAML", at: .init(file: source, key: path),
        remedy: "quote it, for example --set 'denoiser.layers=[256, 256]'")
    }
    read(path, value, at: .init(file: source))
  }

  /// Reads one value of a dotted path over what is there; `place` says where it comes from. What is wrong with it is
  /// collected for `finish`.
  public mutating func read(_ path: String, _ value: JSONValue, at place: Problem.Place) {
    read(path, Node(value), at: place)
  }

  private mutating func read(_ path: String, _ value: Node, at place: Problem.Place) {
    var named = place
    named.key = path
    if let name = path.wholeMatch(of: /(tables|columns|denoisers)\.(.+)/)?.output {
      read(String(name.2), below: String(name.1), value, source: place.file ?? path)
    } else if let key = ConfigurationKey.named(path) {
      set(key, value, at: named)
    } else {
      problems.append(unknown(path, at: place))
    }
  }

  /// Reads an override of a table, column or denoiser: `NAME.OPTION` with a value, or `NAME` with a section of options.
  private mutating func read(_ path: String, below section: String, _ value: Node, source: String) {
    var (name, options) = (path, value)
    if value.mapping == nil, let dot = path.lastIndex(of: ".") {
      name = String(path[..<dot])
      options = Node([(Node(String(path[path.index(after: dot)...])), value)])
    }
    guard let section = NamedSection(rawValue: section) else { return }
    read(section, Node([(Node(name), options)]), at: .init(file: source, key: section.rawValue), source: source)
  }

  /// The configuration, or one error with everything that is wrong.
  ///
  /// - Throws: `ClavaError.configuration`.
  public func finish() throws -> Configuration {
    let recipe = chosenRecipe
    var configuration = RecipePreset.configuration(
      recipe: recipe, compatibility: text(of: "compatibility") ?? RecipePreset.compatibilities[0],
      labelMethod: text(of: "labels.method"))
    for setting in settings where setting.only == nil || setting.only?.recipe == recipe {
      // It was applied once when it was read, so it fits.
      _ = setting.key.apply(setting.node, to: &configuration)
    }
    configuration.tables = tables
    configuration.columns = columns
    configuration.denoisers = denoisers
    let all = problems + ConfigurationCheck.problems(of: configuration)
    guard all.isEmpty else { throw ClavaError(.configuration, problems: all) }
    return configuration
  }

  /// Things the user should know that are no errors.
  public var notices: [String] {
    let recipe = chosenRecipe
    var unused: [String] = []
    for case let only? in settings.map(\.only) where only.recipe != recipe && !unused.contains(only.name) {
      unused.append(only.name)
    }
    guard !unused.isEmpty else { return sourceNotices }
    return sourceNotices + ["recipe \(recipe) makes its own choice in place of \(unused.joined(separator: ", "))"]
  }

  private var chosenRecipe: String { text(of: "recipe") ?? RecipePreset.recipes[0] }

  /// The last value that was read for a key.
  private func text(of path: String) -> String? { settings.last { $0.key.path == path }?.node.string }

  private mutating func read(_ mapping: Node.Mapping, path: String, source: String) {
    var seen: Set<String> = []
    for (keyNode, value) in mapping {
      let place = Problem.Place(file: source, line: keyNode.mark?.line, position: keyNode.mark?.column)
      guard let name = keyNode.string else {
        problems.append(Problem("a key must be a text", at: place, remedy: "see `clava config --defaults`"))
        continue
      }
      let full = path.isEmpty ? name : "\(path).\(name)"
      var named = place
      named.key = full
      guard seen.insert(name).inserted else {
        problems.append(Problem("the key occurs twice", at: named, remedy: "keep one of them"))
        continue
      }
      if let section = NamedSection(rawValue: full) {
        read(section, value, at: named, source: source)
      } else if let key = ConfigurationKey.named(full) {
        set(key, value, at: named)
      } else if let first = ConfigurationKey.all.first(where: { $0.path.hasPrefix("\(full).") }) {
        if let inner = value.mapping {
          read(inner, path: full, source: source)
        } else {
          problems.append(
            Problem(
              "expected a section of keys, found \(Self.describe(value))", at: named,
              remedy: "write for example \(full): { \(first.path.split(separator: ".").last ?? "key"): … }"))
        }
      } else {
        problems.append(unknown(full, at: place))
      }
    }
  }

  private func unknown(_ path: String, at place: Problem.Place) -> Problem {
    var named = place
    named.key = path
    let paths = ConfigurationKey.all.map(\.path) + NamedSection.allCases.map(\.rawValue)
    let siblings = paths.filter { $0.split(separator: ".").dropLast() == path.split(separator: ".").dropLast() }
    // A misspelt section is nearer to its own name than to a section of names that is called alike.
    let sections = Set(paths.compactMap { $0.split(separator: ".").dropLast().first.map(String.init) })
    let remedy =
      NearestName.of(path, among: paths + sections.sorted()).map { "did you mean '\($0)'?" }
      ?? NearestName.remedy(path, among: siblings.isEmpty ? paths : siblings, of: "keys")
    return Problem("there is no such configuration key", at: named, remedy: remedy)
  }

  private mutating func set(
    _ key: ConfigurationKey, _ node: Node, at place: Problem.Place, only: (recipe: String, name: String)? = nil
  ) {
    var trial = Configuration()
    if let value = key.apply(node, to: &trial) {
      problems.append(
        Problem("found \(value), expected \(key.expectation)", at: place, remedy: "it means: \(key.meaning)"))
    } else {
      settings.append(Setting(key: key, node: node, only: only))
    }
  }

  static func describe(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
    case .mapping: "a section of keys"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  static func place(of error: YamlError, _ source: String) -> Problem.Place {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      Problem.Place(file: source, line: mark.line, position: mark.column)
    default: Problem.Place(file: source)
    }
  }

  static func plain(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
    case .duplicatedKeysInMapping(let duplicates, _):
      "the key '\(duplicates.first.map { "\($0)" } ?? "")' occurs twice"
    default: "\(error)"
    }
  }
}
