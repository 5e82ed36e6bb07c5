public import Configuration
import Essentials
public import Tables

/// A configuration together with the database it names: all that a plan is made from.
public struct Project: Sendable {
  /// The resolved configuration.
  public let configuration: Configuration
  /// Tables, columns, relations.
  public let schema: Schema
  /// What one pass over the data found: row counts, digests, value ranges.
  public let survey: DatabaseSurvey

  /// Real rows that are kept from training, by table; empty without a holdout.
  public let holdout: [String: HoldoutSplit.File]

  /// Loads the metadata, then reads every table once to check it.
  ///
  /// - Parameter split: the parts of the data that the configuration names, one of which is the project's data.
  /// - Throws: `ClavaError.configuration` for options that name no table or column, `ClavaError.input` for
  ///   everything that is wrong with metadata or data, all in one error.
  public init(configuration: Configuration, split: HoldoutSplit? = nil) throws {
    guard let folder = split?.trainingFolder ?? configuration.data.path else {
      throw ClavaError(
        .configuration, "no data folder is named", at: .init(column: "data.path"),
        remedy: "give --data DIR or set data.path in the configuration")
    }
    self.configuration = configuration
    holdout = split?.files ?? [:]
    let reading = try SchemaLoader.read(folder: folder, options: try Self.options(configuration))
    schema = reading.schema
    // A table that is not described rightly is no mistake of the configuration.
    if reading.problems.isEmpty { try Self.check(configuration, against: schema) }
    survey = try Surveyor.survey(reading)
  }

  private init(_ configuration: Configuration, like project: Project) {
    self.configuration = configuration
    holdout = project.holdout
    schema = project.schema
    survey = project.survey
  }

  /// The same database under another configuration. The data is read again only if the configuration names other data
  /// or treats its tables and columns otherwise.
  ///
  /// - Throws: as `init(configuration:)`.
  public func varied(_ configuration: Configuration) throws -> Project {
    let old = self.configuration
    func kinds(_ configuration: Configuration) -> [String: [String]] {
      configuration.tables.mapValues { [$0.kind] + $0.ignoreRelations }
    }
    guard old.data == configuration.data, old.columns == configuration.columns, kinds(old) == kinds(configuration)
    else { return try Project(configuration: configuration) }
    return Project(configuration, like: self)
  }

  /// What one table's survey found.
  func survey(of table: String) throws -> TableSurvey {
    guard let found = survey.tables.first(where: { $0.table == table }) else {
      throw ClavaError(.internal, "table \(table) was not surveyed")
    }
    return found
  }

  /// The table called `name`.
  func table(_ name: String) throws -> TableSchema {
    guard let found = schema.table(name) else { throw ClavaError(.internal, "there is no table \(name)") }
    return found
  }

  /// Tables that `clava plan` and the summary suggest as lookup tables: reference data that a generator can only
  /// garble. A categorical column whose values are all distinct, at most 1,000 rows, no parents. Never automatic,
  /// because a lookup table copies real rows (recipe §6).
  public var suggestedLookupTables: [String] {
    schema.tables.filter { table in
      guard table.kind == .generated, schema.parents(of: table.name).isEmpty, !schema.children(of: table.name).isEmpty,
        let found = survey.tables.first(where: { $0.table == table.name }), (2...1000).contains(found.rowCount)
      else { return false }
      return zip(table.columns, found.columns).contains { column, values in
        if case .categories(let distinct) = values.content {
          return column.role == .categorical && distinct == found.rowCount
        }
        return false
      }
    }.map(\.name)
  }

  /// What a configuration says about tables and columns.
  public static func options(_ configuration: Configuration) throws -> SchemaOptions {
    guard let format = SourceFormat(rawValue: configuration.data.format) else {
      throw ClavaError(.internal, "data.format '\(configuration.data.format)' passed the configuration check")
    }
    var options = SchemaOptions(format: format)
    for (name, table) in configuration.tables.sorted(by: { $0.key < $1.key }) {
      let place = Problem.Place(file: table.place.isEmpty ? nil : table.place)
      if table.kind == "omitted" { options.omittedTables.append(.init(table: name, place: place)) }
      if table.kind == "lookup" { options.lookupTables.append(.init(table: name, place: place)) }
      for column in table.ignoreRelations {
        options.ignoreRelations.append(.init(table: name, column: column, place: place))
      }
    }
    for (name, column) in configuration.columns.sorted(by: { $0.key < $1.key }) {
      guard let dot = name.firstIndex(of: ".") else { continue }
      let rule: TextRule
      if let pattern = column.pattern {
        rule = .pattern(pattern)
      } else {
        rule = .constant(column.constant ?? "")
      }
      options.textRules.append(
        .init(
          table: String(name[..<dot]), column: String(name[name.index(after: dot)...]), rule: rule,
          place: Problem.Place(file: column.place.isEmpty ? nil : column.place)))
    }
    return options
  }

  private static func check(_ configuration: Configuration, against schema: Schema) throws {
    var problems: [Problem] = []
    let names = schema.tables.map(\.name)
    for (name, _) in configuration.tables.sorted(by: { $0.key < $1.key }) where schema.table(name) == nil {
      problems.append(
        Problem(
          "the configuration names a table that the data does not have",
          at: .init(table: name, key: "tables.\(name)"),
          remedy: NearestName.remedy(name, among: names, of: "tables")))
    }
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
  }
}
