public import Evaluation
public import Tables

/// Folders of CSV files as the evaluator takes them, whatever made the synthetic one.
public struct FolderDatabase {
  /// All sides.
  public let database: EvaluationDatabase
  /// What a reader has to know about the files: values that could not be read, columns left out, keys that do not
  /// hold.
  public let notices: [String]

  /// Reads all sides.
  ///
  /// Keys that do not hold become key facts and rows without parents; values that cannot be read count as missing
  /// and are told in `notices`.
  ///
  /// - Parameters:
  ///   - schema: of the real folder.
  ///   - real: real files, if not those of the schema.
  ///   - synthetic: the files of a generator.
  ///   - holdout: real rows that the generator has not seen; their foreign keys may refer to the real files too.
  ///   - copiedTables: tables that are copies of real rows by request, besides the lookup tables of the schema.
  /// - Throws: `ClavaError.input` with all missing files and columns and everything that is no CSV.
  public static func load(
    schema: Schema, real: ResultLayout? = nil, synthetic: ResultLayout, holdout: ResultLayout? = nil,
    copiedTables: Set<String> = []
  ) throws -> FolderDatabase {
    try RealFolders.load(
      schema: schema, real: real, holdout: holdout, copiedTables: copiedTables, synthetic: synthetic
    ).first
  }
}

/// The real sides of an evaluation, read once for any number of synthetic ones.
public struct RealFolders: Sendable {
  private let schema: Schema
  private let real: FolderSide
  private let holdout: FolderSide?
  private let copiedTables: Set<String>

  /// Reads the real rows and those held out.
  ///
  /// - Throws: `ClavaError.input` with everything that is wrong with the form of the files.
  public init(
    schema: Schema, real: ResultLayout? = nil, holdout: ResultLayout? = nil, copiedTables: Set<String> = []
  ) throws {
    self.schema = schema
    let layout =
      real
      ?? ResultLayout(paths: Dictionary(uniqueKeysWithValues: schema.tables.map { ($0.name, $0.file) }))
    let first = try FolderSide(schema: schema, layout: layout, role: "real")
    self.real = first
    self.holdout = try holdout.map { try FolderSide(schema: schema, layout: $0, role: "held-out", other: first) }
    self.copiedTables = copiedTables.union(schema.tables.filter { $0.kind == .lookup }.map(\.name))
  }

  /// Reads the real rows and the first synthetic ones at the same time.
  ///
  /// - Parameter threads: 1 reads one after the other; nil is one thread a core.
  /// - Throws: `ClavaError.input` with everything that is wrong with the form of the files of one of them.
  public static func load(
    schema: Schema, real: ResultLayout? = nil, holdout: ResultLayout? = nil, copiedTables: Set<String> = [],
    synthetic: ResultLayout, threads: Int? = nil
  ) throws -> (real: RealFolders, first: FolderDatabase) {
    enum Read {
      case real(RealFolders)
      case synthetic(FolderSide)
    }
    let read = try ParallelParts.map(costs: [1, 1], threads: threads) { part -> Read in
      part == 0
        ? .real(try RealFolders(schema: schema, real: real, holdout: holdout, copiedTables: copiedTables))
        : .synthetic(try FolderSide(schema: schema, layout: synthetic, role: "synthetic"))
    }
    guard case .real(let folders) = read[0], case .synthetic(let side) = read[1] else {
      preconditionFailure("parts keep their order")
    }
    return (folders, folders.with(side))
  }

  /// Joins them with a synthetic folder.
  ///
  /// - Throws: `ClavaError.input` with everything that is wrong with the form of the files.
  public func with(synthetic layout: ResultLayout) throws -> FolderDatabase {
    with(try FolderSide(schema: schema, layout: layout, role: "synthetic"))
  }

  private func with(_ synthetic: FolderSide) -> FolderDatabase {
    FolderDatabase(
      database: database(synthetic: synthetic),
      notices: [real, synthetic, holdout].compactMap { $0 }.flatMap { $0.notices(schema: schema) })
  }

  /// The real rows on both sides: all that ceilings need.
  public var withoutSynthetic: EvaluationDatabase { database(synthetic: real) }

  private func database(synthetic: FolderSide) -> EvaluationDatabase {
    let sides = [real, synthetic] + [holdout].compactMap { $0 }
    var tables: [EvaluationSchema.Table] = []
    var columns = sides.map { _ in [EvaluationTable]() }
    for name in schema.evaluatedTables {
      guard let table = schema.table(name) else { continue }
      // Every side was read whole, or there would have been an error.
      let found = sides.compactMap { $0.tables[name] }
      let joined = SharedCodes.join(table, found)
      tables.append(.init(name: name, columns: joined.columns, isCopied: copiedTables.contains(name)))
      for side in sides.indices {
        columns[side].append(
          EvaluationTable(name: name, rowCount: found[side].rowCount, columns: joined.sides[side]))
      }
    }
    let relations = schema.evaluatedRelations
    func side(_ index: Int) -> DatabaseSide {
      let keys = relations.map { sides[index].tables[$0.child]?.foreignKeys[$0.name] ?? ForeignKeyRows() }
      return DatabaseSide(
        tables: columns[index], parentRows: keys.map(\.rows),
        tableKeys: tables.map { table in
          let found = sides[index].tables[table.name]
          return TableKeyFacts(repeated: found?.repeatedKeys ?? 0, missing: found?.missingKeys ?? 0)
        },
        relationKeys: keys.map { RelationKeyFacts(missing: $0.missing, dangling: $0.dangling) },
        trainingParentRows: index == 2 ? keys.map(\.otherRows) : nil)
    }
    return EvaluationDatabase(
      schema: EvaluationSchema(
        tables: tables,
        relations: relations.map { .init(name: $0.name, parent: $0.parent, child: $0.child, column: $0.column) }),
      real: side(0), synthetic: side(1), holdout: sides.count > 2 ? side(2) : nil)
  }
}
