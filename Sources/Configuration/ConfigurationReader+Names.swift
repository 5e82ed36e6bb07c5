import Essentials
import Yams

/// The sections whose keys are names of the database or of its models: `tables: { NAME: { … } }`.
enum NamedSection: String, CaseIterable {
  case tables, columns, denoisers

  /// What may stand below a name.
  var options: [String] {
    switch self {
    case .tables: ["kind", "ignore_relations", "clusters"]
    case .columns: ["kind", "constant", "pattern"]
    case .denoisers: ConfigurationKey.ofOneDenoiser.map(\.option)
    }
  }

  fileprivate var example: String {
    switch self {
    case .tables: "tables: { district: { kind: lookup } }"
    case .columns: "columns: { customer.email: { kind: text, pattern: \"user{row}@example.com\" } }"
    case .denoisers: "denoisers: { trans: { learning_rate: 2e-3, layers: [128, 128] } }"
    }
  }

  fileprivate func accepts(_ name: String) -> Bool { self != .columns || name.contains(".") }
}

extension ConfigurationReader {
  /// One option below a name, with its place.
  private struct Option {
    var name: String
    var node: Node
    var place: Problem.Place

    func problem(_ message: String, _ remedy: String) -> Problem { Problem(message, at: place, remedy: remedy) }
  }

  /// Reads a section of names.
  mutating func read(_ section: NamedSection, _ node: Node, at place: Problem.Place, source: String) {
    guard let mapping = node.mapping else {
      problems.append(
        Problem(
          "expected \(section.rawValue) by name, found \(Self.describe(node))", at: place,
          remedy: "write for example \(section.example)"))
      return
    }
    for (nameNode, value) in mapping {
      let name = nameNode.string ?? ""
      let at = Problem.Place(
        file: source, line: nameNode.mark?.line, position: nameNode.mark?.column, key: "\(section.rawValue).\(name)")
      guard section.accepts(name), let found = value.mapping else {
        problems.append(
          Problem(
            section.accepts(name) ? "expected options, found \(Self.describe(value))" : "expected table.column",
            at: at,
            remedy: "valid: \(section.options.joined(separator: ", ")); write for example \(section.example)"))
        continue
      }
      let options = found.map { optionNode, option in
        var place = at
        place.line = optionNode.mark?.line
        place.position = optionNode.mark?.column
        place.key = "\(section.rawValue).\(name).\(optionNode.string ?? "?")"
        return Option(name: optionNode.string ?? "", node: option, place: place)
      }
      switch section {
      case .tables: readTable(name, options, at: at)
      case .columns: readColumn(name, options, at: at)
      case .denoisers: readDenoiser(name, options, at: at)
      }
    }
  }

  private mutating func readTable(_ name: String, _ options: [Option], at place: Problem.Place) {
    var table = tables[name] ?? Configuration.Table()
    table.place = place.text
    for option in options {
      let found = Self.describe(option.node)
      switch option.name {
      case "kind":
        if let kind = option.node.string, ["generated", "lookup", "omitted"].contains(kind) {
          table.kind = kind
        } else {
          problems.append(
            option.problem(
              "found \(found), expected generated, lookup or omitted",
              "lookup keeps the table's rows as they are, omitted generates none"))
        }
      case "ignore_relations":
        if let names = option.node.sequence?.map(\.string), !names.contains(nil) {
          table.ignoreRelations = names.compactMap { $0 }
        } else {
          problems.append(
            option.problem(
              "expected a list of foreign key columns, found \(found)",
              "write for example ignore_relations: [reports_to]"))
        }
      case "clusters":
        if let count = ConfigurationKey.integer(option.node), (1...1000).contains(count) {
          table.clusters = count
        } else {
          problems.append(
            option.problem(
              "found \(found), expected a whole number from 1 to 1000",
              "it is the number of latent groups of the relations in which the table is the child"))
        }
      default: problems.append(unknown(option, in: .tables, "a table has no such option"))
      }
    }
    tables[name] = table
  }

  private mutating func readColumn(_ name: String, _ options: [Option], at place: Problem.Place) {
    var column = columns[name] ?? Configuration.Column()
    column.place = place.text
    let problemCount = problems.count
    for option in options {
      switch (option.name, option.node.string) {
      case ("kind", "text"?): break
      case ("kind", _):
        problems.append(
          option.problem(
            "found \(Self.describe(option.node)), expected text",
            "text is the only kind that can be set; the others come from the metadata"))
      case ("constant", let text?): column.constant = text
      case ("pattern", let text?): column.pattern = text
      default: problems.append(unknown(option, in: .columns, "a column has no such option"))
      }
    }
    if column.constant != nil && column.pattern != nil {
      problems.append(Problem("constant and pattern exclude each other", at: place, remedy: "keep one of them"))
    }
    // A rule that is wrong already is not checked for completeness.
    if problems.count == problemCount { columns[name] = column }
  }

  private mutating func readDenoiser(_ name: String, _ options: [Option], at place: Problem.Place) {
    var override = denoisers[name] ?? Configuration.DenoiserOverride()
    override.place = place.text
    for option in options {
      guard let key = ConfigurationKey.ofOneDenoiser.first(where: { $0.option == option.name }) else {
        if ConfigurationKey.named("denoiser.\(option.name)") != nil {
          problems.append(
            option.problem(
              "denoiser.\(option.name) is the same for all denoisers",
              "set denoiser.\(option.name); for one of them there are \(NamedSection.denoisers.options.joined(separator: ", "))"
            ))
        } else {
          problems.append(unknown(option, in: .denoisers, "a denoiser has no such option"))
        }
        continue
      }
      var trial = Configuration()
      if let found = key.apply(option.node, to: &trial) {
        problems.append(option.problem("found \(found), expected \(key.expectation)", "it means: \(key.meaning)"))
      } else {
        override.values[option.name] = key.text(in: trial)
      }
    }
    denoisers[name] = override
  }

  private func unknown(_ option: Option, in section: NamedSection, _ message: String) -> Problem {
    option.problem(
      message, NearestName.remedy(option.name, among: section.options, of: "options of \(section.rawValue)"))
  }
}
