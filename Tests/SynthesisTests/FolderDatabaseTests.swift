import Essentials
import Evaluation
import Foundation
import Synthesis
import Tables
import TestSupport
import Testing

/// A shop with two sales tables, as real and as synthetic folders.
@Suite("Reading the folders of any generator")
struct FolderDatabaseTests {
  private static let metadata = """
    {"tables": {
      "shop": {"primary_key": "id", "columns": {
        "id": {"sdtype": "id"}, "city": {"sdtype": "categorical"}, "size": {"sdtype": "numerical"}}},
      "sale": {"primary_key": "id", "columns": {
        "id": {"sdtype": "id"}, "shop": {"sdtype": "id"}, "grade": {"sdtype": "categorical"},
        "paid": {"sdtype": "boolean"}, "day": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"},
        "note": {"sdtype": "text"}}}},
     "relationships": [{"parent_table_name": "shop", "child_table_name": "sale", "parent_primary_key": "id",
       "child_foreign_key": "shop"}], "METADATA_SPEC_VERSION": "MULTI_TABLE_V1"}
    """
  private static let shop = "id,city,size\n1,Ulm,10\n2,Bonn,20\n3,Ulm,30\n"
  private static let sale =
    "id,shop,grade,paid,day,note\n1,1,1,true,01.02.2020,a\n2,1,2,false,02.02.2020,b\n3,3,2,true,03.02.2020,c\n"

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ files: [String: String]) throws -> String {
    let path = folder.file(name)
    try FileSystem.createFolder(path)
    for (file, text) in files { try FileSystem.writeAtomically(Data(text.utf8), to: "\(path)/\(file)") }
    return path
  }

  private func real() throws -> Schema {
    let path = try write("real", ["metadata.json": Self.metadata, "shop.csv": Self.shop, "sale.csv": Self.sale])
    return try SchemaLoader.load(folder: path)
  }

  private func load(_ files: [String: String], holdout: [String: String]? = nil) throws -> FolderDatabase {
    let schema = try real()
    let tables = schema.tables.map(\.name)
    return try FolderDatabase.load(
      schema: schema, synthetic: ResultLayout(tables: tables, folder: try write("synthetic", files)),
      holdout: try holdout.map { ResultLayout(tables: tables, folder: try write("holdout", $0)) })
  }

  @Test("a faithful folder gives the same rows, without a notice")
  func faithful() throws {
    let found = try load(["shop.csv": Self.shop, "sale.csv": Self.sale])
    #expect(found.notices.isEmpty, "\(found.notices)")
    let database = found.database
    #expect(database.schema.tables.map(\.name) == ["shop", "sale"])
    #expect(database.schema.tables[1].columns.map(\.name) == ["grade", "paid", "day"])
    #expect(database.real.parentRows == [[0, 0, 2]])
    #expect(database.synthetic.parentRows == [[0, 0, 2]])
    let scores = try DatabaseScores.compute(database).scores
    #expect(scores.all.overall.number.map { abs($0 - 1) < 1e-12 } ?? false)
  }

  @Test("dates are nanoseconds, in the format of the metadata or in ISO form")
  func dates() throws {
    let sale = Self.sale.replacing("01.02.2020", with: "2020-02-01").replacing(
      "02.02.2020", with: "2020-02-02 00:00:00")
    let found = try load(["shop.csv": Self.shop, "sale.csv": sale])
    #expect(found.notices.isEmpty, "\(found.notices)")
    for side in [found.database.real, found.database.synthetic] {
      guard case .continuous(_, let values) = side.tables[1].columns[2] else {
        Issue.record("a date is continuous")
        return
      }
      #expect(values[0] == 1_580_515_200e9)
      #expect(values[1] - values[0] == 86_400e9)
    }
  }

  @Test("keys and categories that a library has turned into floating point are the same keys and categories")
  func floatingKeys() throws {
    let found = try load([
      "shop.csv": "city,id,size\nUlm,1.0,10.0\nBonn,2.0,20\nUlm,3.0,30\n",
      "sale.csv":
        "id,shop,grade,paid,day,note\n1,1.0,1.0,True,01.02.2020,\n2,1.0,2.0,False,02.02.2020,\n3,3.0,2.0,1,,\n",
    ])
    #expect(found.database.synthetic.parentRows == [[0, 0, 2]])
    let columns = found.database.synthetic.tables[1].columns
    guard case .discrete(_, let grades, let levels) = columns[0], case .discrete(_, let paid, let truths) = columns[1]
    else {
      Issue.record("both columns are discrete")
      return
    }
    #expect(grades == [0, 1, 1] && levels == 2)
    #expect(paid == [0, 1, 0] && truths == 2)
    #expect(found.notices.isEmpty, "\(found.notices)")
  }

  @Test("a code with leading zeros is not the number behind them")
  func leadingZeros() throws {
    let shop = Self.shop.replacing("Ulm", with: "07").replacing("Bonn", with: "11")
    let path = try write("real", ["metadata.json": Self.metadata, "shop.csv": shop, "sale.csv": Self.sale])
    let schema = try SchemaLoader.load(folder: path)
    let made = try write("synthetic", ["shop.csv": shop.replacing("11", with: "7"), "sale.csv": Self.sale])
    let found = try FolderDatabase.load(
      schema: schema, synthetic: ResultLayout(tables: ["shop", "sale"], folder: made))
    #expect(found.database.schema.tables[0].columns[0].levels == ["07", "11", "7"])
  }

  @Test("repeated, missing and dangling keys are counted, not refused")
  func brokenKeys() throws {
    let found = try load([
      "shop.csv": "id,city,size\n1,Ulm,10\n1,Bonn,20\n,Ulm,30\n4,Ulm,5\n",
      "sale.csv":
        "id,shop,grade,paid,day,note\n1,1,1,true,01.02.2020,\n2,,1,true,01.02.2020,\n3,nan,1,true,01.02.2020,\n"
        + "4,77,1,true,01.02.2020,\n5,x,1,true,01.02.2020,\n",
    ])
    let side = found.database.synthetic
    #expect(side.tableKeys[0] == TableKeyFacts(repeated: 1, missing: 1))
    #expect(side.tableKeys[1] == TableKeyFacts())
    #expect(side.relationKeys == [RelationKeyFacts(missing: 2, dangling: 2)])
    // The first row of a repeated key counts.
    #expect(side.parentRows == [[0, -1, -1, -1, -1]])
    #expect(
      found.notices.contains { $0.contains("synthetic table sale") && $0.contains("2 rows") && $0.contains("shop") })
    #expect(found.notices.contains { $0.contains("shop: 1 row has a primary key that an earlier row has") })
    _ = try DatabaseScores.compute(found.database)
  }

  @Test("values that cannot be read count as missing and are told with table, column, number and first line")
  func unreadValues() throws {
    let found = try load([
      "shop.csv": "id,city,size\n1,Ulm,10\n2,Bonn,many\n3,Ulm,inf\n",
      "sale.csv": Self.sale.replacing("02.02.2020", with: "yesterday"),
    ])
    guard case .continuous(_, let sizes) = found.database.synthetic.tables[0].columns[1] else {
      Issue.record("a number is continuous")
      return
    }
    #expect(sizes[0] == 10 && sizes[1].isNaN && sizes[2].isNaN)
    let notice = try #require(found.notices.first { $0.contains("column size") })
    #expect(
      notice.contains("synthetic table shop") && notice.contains("2 values") && notice.contains("'many' on line 3"))
    #expect(
      found.notices.contains { $0.contains("column day") && $0.contains("'yesterday'") && $0.contains("%d.%m.%Y") })
  }

  @Test("missing files, missing columns and ragged rows are told together; columns without a score are not missed")
  func missing() throws {
    let error = #expect(throws: ClavaError.self) { try load(["sale.csv": "id,shop,Grade,paid,note\n"]) }
    let text = error?.description ?? ""
    #expect(
      text.contains("shop.csv: there is no such file") || text.contains("shop.csv, table shop: there is no such file"))
    #expect(text.contains("column grade: the column is missing") && text.contains("'Grade'"))
    #expect(text.contains("column day: the column is missing"))
    let ragged = #expect(throws: ClavaError.self) {
      try load(["shop.csv": "id,city,size\n1,Ulm\n2,Bonn,20,4\n", "sale.csv": Self.sale])
    }
    #expect(ragged?.description.contains("shop.csv:2") == true && ragged?.description.contains("shop.csv:3") == true)
    let fewer = try load([
      "shop.csv": "id,city,size,mood\n1,Ulm,10,good\n",
      "sale.csv": "id,shop,grade,paid,day\n1,1,1,true,01.02.2020\n",
    ])
    #expect(fewer.notices.contains { $0.contains("'note'") && $0.contains("no score") })
    #expect(fewer.notices.contains { $0.contains("'mood'") && $0.contains("skipped") })
  }

  @Test("held-out rows may refer to each other and to training rows")
  func holdout() throws {
    let found = try load(
      ["shop.csv": Self.shop, "sale.csv": Self.sale],
      holdout: [
        "shop.csv": "id,city,size\n9,Kiel,1\n",
        "sale.csv":
          "id,shop,grade,paid,day,note\n7,9,3,true,01.02.2020,\n8,3,1,true,01.02.2020,\n9,5,1,true,01.02.2020,\n",
      ])
    let side = try #require(found.database.holdout)
    #expect(side.parentRows == [[0, -1, -1]])
    #expect(side.trainingParentRows == [[-1, 2, -1]])
    #expect(side.relationKeys == [RelationKeyFacts(missing: 0, dangling: 1)])
    #expect(found.database.schema.tables[0].columns[0].levels == ["Ulm", "Bonn", "Kiel"])
  }
}
