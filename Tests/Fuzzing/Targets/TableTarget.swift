import Essentials
import Foundation
import Tables

/// CSV files: the survey and the reader with every kind of column. Of a parent and a child table either may be damaged;
/// the first part says which.
package struct TableTarget: FuzzTarget {
  package static let name = "csv"
  package static let fullCount = 10_000_000

  private static let shop = """
    code,opened,open,size,name,legacy
    1,2001-02-03,True,10.25,"Miller, Sons",A-01
    2,2004-05-06,False,-3.5,,
    3,,True,1200000000000000.125,x,A-02

    """

  private static let sale = """
    id,shop,price,kind,at,seller
    S01,1,1.5,new,03/Feb/01 10:11:12.5 +0130,K-1
    S02,2,,"used
    ""old"", or not",,K-2
    S03,1,0.25,,28/FEB/69 00:00:00.000001 Z,K-1
    S04,3,12,new,,

    """

  private let schema: Schema
  private let mutators: [Mutator]

  package init() throws {
    func columns(_ list: KeyValuePairs<String, ColumnRole>) -> [ColumnSchema] {
      list.map { ColumnSchema(name: $0.key, role: $0.value) }
    }
    let relation = Relation(child: "sale", column: "shop", parent: "shop")
    schema = try Schema(
      format: .sdv,
      tables: [
        TableSchema(
          name: "shop", file: "shop.csv",
          columns: columns([
            "code": .primaryKey(pattern: nil), "opened": .date(format: "%Y-%m-%d"), "open": .boolean, "size": .number,
            "name": .text(.constant("x")), "legacy": .ignoredKey,
          ]), primaryKey: "code", kind: .generated),
        TableSchema(
          name: "sale", file: "sale.csv",
          columns: columns([
            "id": .primaryKey(pattern: "S[0-9]{2}"), "shop": .foreignKey(relation: relation.name), "price": .number,
            "kind": .categorical, "at": .date(format: "%d/%b/%y %H:%M:%S.%f %z"), "seller": .ignoredKey,
          ]), primaryKey: "id", kind: .generated),
      ], relations: [relation], warnings: [])
    let words = [
      "\"\"", "\"a\nb\"", "\r\n", ",,", "\n\n", "\"", "2024-02-29", "9999-12-31", "0000-01-01", "0001-1-1",
      "01/Jan/00 00:00:00.0 -2359",
      "999999999999999999", "9999999999999999999", "0.000000000000000001", "1e-5", "-0.0", "00001", "\u{FEFF}",
    ]
    mutators = [Self.shop, Self.sale].map {
      Mutator(samples: [$0, "\u{FEFF}" + $0], words: words, nests: [("\"", "\""), (",", "\n")])
    }
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    let choice = random.below(2)
    return [Array((choice == 0 ? "shop" : "sale").utf8), mutators[choice].input(&random)]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    guard parts.count == 2 else { throw FuzzFailure("two parts are expected: the table and its content") }
    var contents = ["shop": Array(Self.shop.utf8), "sale": Array(Self.sale.utf8)]
    contents[String(decoding: parts[0], as: UTF8.self)] = parts[1]
    return try Self.isAccepted {
      let tables = try TablesInMemory.read(schema, contents: contents, rowsPerBlock: 1 << 20)
      let pieces = try TablesInMemory.read(schema, contents: contents, rowsPerBlock: 2)
      for (table, small) in zip(tables, pieces) {
        guard table.blocks.reduce(0, { $0 + $1.rowCount }) == table.survey.rowCount, Self.isSame(table, small) else {
          throw FuzzFailure("\(table.survey.table) reads differently in blocks of two rows")
        }
      }
    }
  }

  private static func isSame(_ left: TablesInMemory.Table, _ right: TablesInMemory.Table) -> Bool {
    left.survey == right.survey && left.survey.columns.indices.allSatisfy { text(left, $0) == text(right, $0) }
  }

  private static func text(_ table: TablesInMemory.Table, _ column: Int) -> [String] {
    table.blocks.flatMap { block -> [String] in
      switch block.columns[column] {
      case .numbers(let values): values.map { "\($0)" }
      case .codes(let values): values.map { "\($0)" }
      case .integerKeys(let values): values.map { "\($0)" }
      case .textKeys(let values): values
      case .presence(let values): values.map { "\($0)" }
      case .none: []
      }
    }
  }
}
