import Essentials
import Foundation
import Tables
import TestSupport
import Testing

@Suite("Databases")
struct DatabaseTests {
  @Test("both forms give the roles their metadata describe")
  func roles() throws {
    let method = try SampleDatabase.method().survey()
    #expect(method.schema.format == .clava)
    let sale = try #require(method.schema.table("sale"))
    #expect(
      sale.columns.map(\.role) == [
        .primaryKey(pattern: nil), .foreignKey(relation: "sale.shop_id>shop"), .number, .categorical,
      ])
    let sdv = try SampleDatabase.sdv().survey()
    #expect(sdv.schema.format == .sdv)
    #expect(sdv.schema.topologicalOrder == ["shop", "customer", "sale"])
    #expect(sdv.schema.parents(of: "sale").map(\.parent) == ["shop", "customer"])
    #expect(sdv.schema.children(of: "shop").map(\.name) == ["sale.shop>shop"])
    let shop = try #require(sdv.schema.table("shop"))
    #expect(shop.columns[1].role == .date(format: "%Y-%m-%d"))
    #expect(shop.columnsNotGenerated == ["name"])
  }

  @Test("the method's own metadata win over SDV metadata unless the form is given")
  func choice() throws {
    let database = try SampleDatabase.method()
    try database.write("metadata.json", "{}")
    #expect(try database.survey().schema.format == .clava)
    #expect(failure { try database.survey(SchemaOptions(format: .sdv)) } != nil)
  }

  @Test("an extra entry of the domain file is a warning")
  func extraDomainEntry() throws {
    let database = try SampleDatabase.method()
    try database.replace("shop_domain.json", "{\"size\"", "{\"colour\": {\"type\": \"discrete\"}, \"size\"")
    let warnings = try database.survey().survey.warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].contains("'colour'"))
  }

  @Test("the survey counts rows and missing values and tells how keys and numbers are written")
  func survey() throws {
    let database = try SampleDatabase.sdv()
    let (_, survey) = try database.survey()
    let sale = try #require(survey.table("sale"))
    #expect(sale.rowCount == 4)
    #expect(sale.columns.map(\.missingCount) == [0, 0, 0, 1, 1])
    #expect(sale.digest == Digest.of(try Data(contentsOf: URL(fileURLWithPath: database.folder.file("sale.csv")))))
    #expect(sale.columns[0].content == .keys(isInteger: true, format: .integer(first: 100)))
    #expect(sale.columns[1].content == .keys(isInteger: false, format: .numbered(prefix: "S", width: 2)))
    #expect(
      sale.columns[3].content
        == .numbers(format: .decimal(minimumPlaces: 0, maximumPlaces: 2), minimum: 0.25, maximum: 12))
  }

  @Test("missing values become indicators, levels and rules")
  func codec() throws {
    let database = try SampleDatabase.sdv()
    let (schema, survey) = try database.survey()
    func codec(_ name: String) throws -> TableCodec {
      let table = try #require(schema.table(name)), found = try #require(survey.table(name))
      return try TableCodec.fit(table: table, survey: found, options: CodecOptions(minimumCellRows: 1)).codec
    }
    let sale = try codec("sale")
    guard case .numeric(.rank(let price), let missing) = sale.columns[3], case .categorical(let kind) = sale.columns[4]
    else {
      Issue.record("price must be numeric and kind categorical")
      return
    }
    #expect(price.first == [0.25, 1.5, 12])
    #expect(missing?.counts == [3, 1])
    #expect(kind.levels == ["new", "used\nold", ""])
    #expect(kind.missingLevel == 2)
    let shop = try codec("shop")
    guard case .text(.pattern("{column}-{row}"), let presence) = shop.columns[2] else {
      Issue.record("name must be a text")
      return
    }
    #expect(presence?.counts == [1, 1])
    #expect(try CanonicalJSON.decode(TableCodec.self, from: CanonicalJSON.encode(sale), source: "test") == sale)
  }

  @Test("an ignored relation is written as missing if it may be, else as a running number")
  func ignoredRelations() throws {
    let database = try SampleDatabase.sdv()
    try database.replace("sale.csv", "102,S01", "102,")
    let options = SchemaOptions(ignoreRelations: [
      .init(table: "sale", column: "shop"), .init(table: "sale", column: "customer"),
    ])
    let (schema, survey) = try database.survey(options)
    #expect(schema.relations.isEmpty)
    #expect(survey.warnings.count == 2)
    let codec = try TableCodec.fit(table: schema.tables[2], survey: survey.tables[2]).codec
    #expect(codec.columns[1] == .null)
    #expect(codec.columns[2] == .text(.pattern("{row}"), missing: nil))
  }

  @Test("a column without any value keeps only its missing indicator")
  func missingColumn() throws {
    let database = try SampleDatabase.sdv()
    try database.write("sale.csv", "id,shop,customer,price,kind\n1,S01,7,,\n2,S01,7,\"\",\n")
    let (schema, survey) = try database.survey()
    let codec = try TableCodec.fit(table: schema.tables[2], survey: survey.tables[2]).codec
    guard case .numeric(.rank(let price), let missing) = codec.columns[3],
      case .categorical(let kind) = codec.columns[4]
    else {
      Issue.record("price must be numeric and kind categorical")
      return
    }
    #expect(price.cellCount == 0)
    #expect(missing?.counts == [0, 2])
    #expect(kind.levels == [""])
  }

  @Test("tables without rows and without attributes work")
  func emptyTables() throws {
    let database = try SampleDatabase.method()
    try database.write("sale.csv", "sale_id,shop_id,price,kind\n")
    let (schema, survey) = try database.survey()
    #expect(survey.table("sale")?.rowCount == 0)
    let codec = try TableCodec.fit(table: schema.tables[1], survey: survey.tables[1]).codec
    #expect(codec.rowCount == 0)
  }

  @Test("above the limit levels become an ordinal number, and a sample stands for a large table")
  func limits() throws {
    let database = try SampleDatabase.method()
    let rows = (0..<500).map { "\($0),0,\($0).5,\($0 % 40)\n" }.joined()
    try database.write("sale.csv", "sale_id,shop_id,price,kind\n" + rows)
    let (schema, survey) = try database.survey()
    let table = schema.tables[1], found = survey.tables[1]
    let reader = try TableReader(table: table, survey: found)
    var fitter = TableCodecFitter(
      table: table, survey: found, options: CodecOptions(maxLevels: 30, knots: 4096), sampleLimit: 100)
    while let block = try reader.next(maximumRows: 64) { fitter.add(block) }
    let (codec, levels) = fitter.finish { reader.dictionary(column: $0) }
    guard case .numeric(.rank(let price), _) = codec.columns[2], case .categorical(let kind) = codec.columns[3],
      case .ordinal(.rank(let ordinal)) = kind.representation
    else {
      Issue.record("kind must be an ordinal")
      return
    }
    #expect(price.cumulative.last == 100)
    #expect(ordinal.cellCount == 40)
    // Levels that are numbers are in the order of the numbers.
    #expect(kind.levels == (0..<40).map(String.init))
    #expect(levels[3] == (0..<40).map(Int32.init))
  }

  @Test("Chinook loads, and its keys and values come back as they are written")
  func chinook() throws {
    let schema = try SchemaLoader.load(folder: Fixtures.path("chinook"))
    let survey = try Surveyor.survey(schema)
    #expect(survey == (try Surveyor.survey(schema)))
    #expect(schema.tables.count == 11)
    #expect(schema.relations.count == 10)
    #expect(survey.tables.map(\.rowCount).reduce(0, +) == 15_607)
    var indices: [String: KeyIndex] = [:]
    for name in schema.topologicalOrder {
      let table = try #require(schema.table(name)), found = try #require(survey.table(name))
      let reader = try TableReader(table: table, survey: found)
      let codec = try TableCodec.fit(table: table, survey: found, options: CodecOptions(minimumCellRows: 1))
      while let block = try reader.next(maximumRows: 1000) {
        for (index, column) in table.columns.enumerated() {
          if column.name == table.primaryKey, let isInteger = Optional(found.columns[index].hasIntegerKeys) {
            let keys = indices[name] ?? KeyIndex(isInteger: isInteger)
            keys.append(block.columns[index])
            indices[name] = keys
          }
          if case .foreignKey(let relation) = column.role {
            let parent = try #require(schema.relation(relation)?.parent)
            let rows = try #require(indices[parent]).rows(of: block.columns[index])
            #expect(rows.allSatisfy { $0 >= 0 })
          }
          if case .numeric(let numeric, _) = codec.codec.columns[index], let values = block.columns[index].numbers {
            for value in values where !value.isNaN {
              #expect(numeric.decode(numeric.encode(value, u: 0.5)) == value)
            }
          }
        }
      }
    }
    #expect(indices["track"]?.count == 3503)
    #expect(indices["track"]?.row(of: 3503) == 3502)
    #expect(indices["track"]?.row(of: "999999") == -1)
  }

  @Test("the reading benchmark reads what it wrote")
  func benchmark() throws {
    let folder = try TemporaryFolder()
    let result = try ReadingBenchmark.run(rowCount: 2000, repetitions: 1, folder: folder.path)
    #expect(result.rowCount == 2000)
    #expect(result.megabytesPerSecond > 0)
    #expect(FileSystem.list(folder.path).isEmpty)
  }
}
