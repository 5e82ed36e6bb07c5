import Essentials
import Yams

/// Reads configurations strictly: an unknown key, a wrong type or a value out of range is a problem that names the
/// file, the line and the remedy. All problems of a file are reported together.
public struct ConfigurationReader {
  /// What has been read so far; starts with the defaults.
  public private(set) var configuration = Configuration()
  /// Things the user should know that are no errors.
  public private(set) var notices: [String] = []
  private var problems: [Problem] = []

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
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw ClavaError(
        .configuration, "this is not valid YAML: \(Self.plain(error))", at: Self.place(of: error, source),
        remedy: "check indentation, brackets and quotes near this place")
    }
    guard let root else { return }
    guard let mapping = root.mapping else {
      throw ClavaError(
        .configuration, "expected keys and values, found \(Self.describe(root))", at: .init(file: source, line: 1),
        remedy: "see `clava config --defaults` for the form")
    }
    if PublishedConfiguration.recognises(mapping) {
      let published = PublishedConfiguration(mapping, source: source)
      published.apply(to: &configuration)
      problems += published.problems
      notices += published.notices
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
      value = try Yams.compose(yaml: String(text[text.index(after: equals)...])) ?? Node("")
    } catch {
      throw ClavaError(
        .configuration, "the value is not valid YAML", at: .init(file: source, key: path),
        remedy: "quote it, for example --set 'denoiser.layers=[256, 256]'")
    }
    if let name = path.wholeMatch(of: /(tables|columns)\.(.+)/)?.output {
      read(String(name.2), below: String(name.1), value, source: source)
    } else if let key = ConfigurationKey.named(path) {
      set(key, value, at: .init(file: source, key: path))
    } else {
      problems.append(unknown(path, at: .init(file: source)))
    }
  }

  /// Reads an override of a table or column: `NAME.OPTION` with a value, or `NAME` with a section of options.
  private mutating func read(_ path: String, below section: String, _ value: Node, source: String) {
    var (name, options) = (path, value)
    if value.mapping == nil, let dot = path.lastIndex(of: ".") {
      name = String(path[..<dot])
      options = Node([(Node(String(path[path.index(after: dot)...])), value)])
    }
    let place = Problem.Place(file: source, key: section)
    let named = Node([(Node(name), options)])
    if section == "tables" {
      readTables(named, at: place, source: source)
    } else {
      readColumns(named, at: place, source: source)
    }
  }

  /// The configuration, or one error with everything that is wrong.
  ///
  /// - Throws: `ClavaError.configuration`.
  public func finish() throws -> Configuration {
    var all = problems
    if configuration.denoiser.earlyStopping && configuration.denoiser.holdout == 0 {
      all.append(
        Problem(
          "early stopping needs a holdout", at: .init(key: "denoiser.early_stopping"),
          remedy: "set denoiser.holdout, for example to 0.05"))
    }
    if configuration.denoiser.layers.isEmpty {
      all.append(
        Problem(
          "the list of layers is empty", at: .init(key: "denoiser.layers"),
          remedy: "give at least one width, for example [256, 256, 256]"))
    }
    for (name, column) in configuration.columns.sorted(by: { $0.key < $1.key }) {
      all += Self.problems(of: column, name: name)
    }
    guard all.isEmpty else { throw ClavaError(.configuration, problems: all) }
    return configuration
  }

  /// A rule without a text would empty the column, a misspelt placeholder would be written as it stands.
  private static func problems(of column: Configuration.Column, name: String) -> [Problem] {
    let place = Problem.Place(file: column.place.isEmpty ? nil : column.place)
    guard let text = column.pattern else {
      if column.constant != nil { return [] }
      return [
        Problem(
          "the rule of column '\(name)' says neither constant nor pattern", at: place,
          remedy: "add one of them, for example constant: hidden")
      ]
    }
    return text.matches(of: /\{([^{}]*)\}/).compactMap { match in
      let word = String(match.output.1)
      guard !["row", "table", "column"].contains(word),
        let nearest = NearestName.of(word, among: ["row", "table", "column"])
      else { return nil }
      return Problem(
        "the pattern of column '\(name)' holds {\(word)}, which is no placeholder", at: place,
        remedy: "did you mean {\(nearest)}?")
    }
  }

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
      switch full {
      case "tables": readTables(value, at: named, source: source)
      case "columns": readColumns(value, at: named, source: source)
      default:
        if let key = ConfigurationKey.named(full) {
          set(key, value, at: named)
        } else if ConfigurationKey.all.contains(where: { $0.path.hasPrefix("\(full).") }) {
          if let inner = value.mapping {
            read(inner, path: full, source: source)
          } else {
            let first = ConfigurationKey.all.first { $0.path.hasPrefix("\(full).") }
            problems.append(
              Problem(
                "expected a section of keys, found \(Self.describe(value))", at: named,
                remedy: "write for example \(full): { \(first?.path.split(separator: ".").last ?? "key"): … }"))
          }
        } else {
          problems.append(unknown(full, at: place))
        }
      }
    }
  }

  private func unknown(_ path: String, at place: Problem.Place) -> Problem {
    var named = place
    named.key = path
    let paths = ConfigurationKey.all.map(\.path) + ["tables", "columns"]
    let siblings = paths.filter { $0.split(separator: ".").dropLast() == path.split(separator: ".").dropLast() }
    let remedy =
      NearestName.of(path, among: paths).map { "did you mean '\($0)'?" }
      ?? NearestName.remedy(path, among: siblings.isEmpty ? paths : siblings, of: "keys")
    return Problem("there is no such configuration key", at: named, remedy: remedy)
  }

  private mutating func set(_ key: ConfigurationKey, _ node: Node, at place: Problem.Place) {
    if let value = key.apply(node, to: &configuration) {
      problems.append(
        Problem("found \(value), expected \(key.expectation)", at: place, remedy: "it means: \(key.meaning)"))
    }
  }

  private mutating func readTables(_ node: Node, at place: Problem.Place, source: String) {
    guard let mapping = node.mapping else {
      problems.append(
        Problem(
          "expected tables by name, found \(Self.describe(node))", at: place,
          remedy: "write for example tables: { district: { kind: lookup } }"))
      return
    }
    for (keyNode, value) in mapping {
      let name = keyNode.string ?? ""
      let tablePlace = Problem.Place(
        file: source, line: keyNode.mark?.line, position: keyNode.mark?.column, key: "tables.\(name)")
      var table = configuration.tables[name] ?? Configuration.Table()
      table.place = tablePlace.text
      guard let options = value.mapping else {
        problems.append(
          Problem(
            "expected options, found \(Self.describe(value))", at: tablePlace, remedy: "valid: kind, ignore_relations"))
        continue
      }
      for (optionNode, option) in options {
        var at = tablePlace
        at.line = optionNode.mark?.line
        at.position = optionNode.mark?.column
        at.key = "tables.\(name).\(optionNode.string ?? "?")"
        switch optionNode.string {
        case "kind":
          guard let kind = option.string, ["generated", "lookup"].contains(kind) else {
            problems.append(
              Problem(
                "found \(Self.describe(option)), expected generated or lookup", at: at,
                remedy: "lookup keeps the table's rows as they are"))
            continue
          }
          table.kind = kind
        case "ignore_relations":
          guard let columns = option.sequence?.map(\.string), !columns.contains(nil) else {
            problems.append(
              Problem(
                "expected a list of foreign key columns, found \(Self.describe(option))", at: at,
                remedy: "write for example ignore_relations: [reports_to]"))
            continue
          }
          table.ignoreRelations = columns.compactMap { $0 }
        default:
          problems.append(
            Problem(
              "a table has no such option", at: at,
              remedy: NearestName.remedy(
                optionNode.string ?? "", among: ["kind", "ignore_relations"], of: "options of a table")))
        }
      }
      configuration.tables[name] = table
    }
  }

  private mutating func readColumns(_ node: Node, at place: Problem.Place, source: String) {
    guard let mapping = node.mapping else {
      problems.append(
        Problem(
          "expected columns by name, found \(Self.describe(node))", at: place,
          remedy: "write for example columns: { customer.email: { kind: text, pattern: \"user{row}@example.com\" } }"))
      return
    }
    for (keyNode, value) in mapping {
      let name = keyNode.string ?? ""
      var at = Problem.Place(
        file: source, line: keyNode.mark?.line, position: keyNode.mark?.column, key: "columns.\(name)")
      guard name.contains("."), let options = value.mapping else {
        problems.append(
          Problem(
            "expected table.column with options", at: at,
            remedy: "write for example customer.email: { kind: text, constant: hidden }"))
        continue
      }
      var column = configuration.columns[name] ?? Configuration.Column()
      column.place = at.text
      let problemCount = problems.count
      for (optionNode, option) in options {
        at.line = optionNode.mark?.line
        at.position = optionNode.mark?.column
        switch (optionNode.string, option.string) {
        case ("kind", "text"?): break
        case ("kind", _):
          problems.append(
            Problem(
              "found \(Self.describe(option)), expected text", at: at,
              remedy: "text is the only kind that can be set; the others come from the metadata"))
        case ("constant", let text?): column.constant = text
        case ("pattern", let text?): column.pattern = text
        default:
          problems.append(
            Problem(
              "a column has no such option", at: at,
              remedy: NearestName.remedy(
                optionNode.string ?? "", among: ["kind", "constant", "pattern"], of: "options of a column")))
        }
      }
      if column.constant != nil && column.pattern != nil {
        problems.append(Problem("constant and pattern exclude each other", at: at, remedy: "keep one of them"))
      }
      // A rule that is wrong already is not checked for completeness.
      if problems.count == problemCount { configuration.columns[name] = column }
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

  private static func place(of error: YamlError, _ source: String) -> Problem.Place {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      Problem.Place(file: source, line: mark.line, position: mark.column)
    default: Problem.Place(file: source)
    }
  }

  private static func plain(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
    case .duplicatedKeysInMapping(let duplicates, _):
      "the key '\(duplicates.first.map { "\($0)" } ?? "")' occurs twice"
    default: "\(error)"
    }
  }
}
