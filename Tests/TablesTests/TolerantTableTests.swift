import Essentials
import Foundation
import Tables
import TestSupport
import Testing

/// Tables that other programs have written, in all the forms in which they write the same values.
@Suite("Tolerant tables")
struct TolerantTableTests {
  private static let relation = Relation(child: "sale", column: "shop", parent: "shop")

  private func read(
    _ text: String, _ columns: [ColumnSchema], key: String?, relations: [Relation] = [],
    parents: [String: RowIndex] = [:], others: [String: RowIndex] = [:]
  ) throws -> TolerantTable {
    let folder = try TemporaryFolder()
    let file = folder.file("table.csv")
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return try TolerantTable.read(
      TableSchema(name: "table", file: file, columns: columns, primaryKey: key, kind: .generated),
      relations: relations, parents: parents, others: others)
  }

  private func shops(_ keys: [String]) throws -> RowIndex {
    let table = try read(
      "id\n" + keys.map { "\($0)\n" }.joined(), [.init(name: "id", role: .primaryKey(pattern: nil))], key: "id")
    return try #require(table.keys)
  }

  /// Values and keys as they are written, and what they mean. A quoted value takes the long way through the reader.
  @Test(
    "plain, quoted and last fields of a line are read alike",
    arguments: [("\n", true), ("\n", false), ("\r\n", true), ("\r\n", false)])
  func forms(_ lineBreak: String, endsLine: Bool) throws {
    let parents = try shops(["1", "2", "30", "x y"])
    let numbers = ["0", "-0.5", "12345678901234567890", "1e3", "", "abc", "3.50", "NaN", ".5", "7."]
    let keys = ["1", "2.0", "30", "x y", "", "4", "01", "nan", "-1", "30"]
    let expected: [Int32] = [0, 1, 2, 3, -1, -1, -1, -1, -1, 2]
    for order in [["shop", "price"], ["price", "shop"]] {
      for quotes in [false, true] {
        let lines = zip(numbers, keys).map { number, key in
          order.map { $0 == "shop" ? key : number }.map { quotes && !$0.isEmpty ? "\"\($0)\"" : $0 }
            .joined(separator: ",")
        }
        let text = ([order.joined(separator: ",")] + lines).joined(separator: lineBreak) + (endsLine ? lineBreak : "")
        let table = try read(
          text, [.init(name: "shop", role: .foreignKey(relation: "")), .init(name: "price", role: .number)], key: nil,
          relations: [Self.relation], parents: ["shop": parents])
        #expect(table.rowCount == 10)
        guard case .numbers(let prices) = table.columns[1] else {
          Issue.record("no numbers")
          return
        }
        let wanted: [Double] = [0, -0.5, 1.2345678901234568e19, 1000, .nan, .nan, 3.5, .nan, 0.5, 7]
        #expect(zip(prices, wanted).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }, "\(prices)")
        #expect(table.unread.map(\.count) == [2])
        #expect(table.unread.map(\.example) == ["'abc'"])
        let found = try #require(table.foreignKeys[Self.relation.name])
        #expect(found.rows == expected)
        #expect(found.missing == 2)
        #expect(found.dangling == 3)
      }
    }
  }

  @Test("repeated and missing primary keys are counted, and the first row keeps the key")
  func primaryKeys() throws {
    let table = try read(
      "id,n\n5,1\n5.0,2\n,3\n\"5\",4\nfive,5\nfive,6\n6,7\n",
      [.init(name: "id", role: .primaryKey(pattern: nil)), .init(name: "n", role: .number)], key: "id")
    #expect(table.repeatedKeys == 3)
    #expect(table.missingKeys == 1)
    let children = try read(
      "shop\n5\nfive\n6\n", [.init(name: "shop", role: .foreignKey(relation: ""))], key: nil,
      relations: [Self.relation], parents: ["shop": try #require(table.keys)])
    #expect(children.foreignKeys[Self.relation.name]?.rows == [0, 4, 6])
  }

  @Test("keys of a second table are found where the first has none")
  func otherParents() throws {
    let table = try read(
      "shop\n1\n8\n9\n", [.init(name: "shop", role: .foreignKey(relation: ""))], key: nil, relations: [Self.relation],
      parents: ["shop": try shops(["1"])], others: ["shop": try shops(["7", "8"])])
    let found = try #require(table.foreignKeys[Self.relation.name])
    #expect(found.rows == [0, -1, -1])
    #expect(found.otherRows == [-1, 1, -1])
    #expect(found.dangling == 1)
  }

  /// Patterns of keys on which a poor hash would put all into one place.
  @Test("integer keys of any pattern are found again", arguments: [1, 7, 8, 64, 4096, 1 << 20, 1 << 40])
  func keyPatterns(_ stride: Int) throws {
    let keys = (0..<3000).map { ($0 - 1000) * stride }
    let parents = try shops(keys.map(String.init))
    let table = try read(
      "shop\n" + keys.reversed().map { "\($0)\n" }.joined(), [.init(name: "shop", role: .foreignKey(relation: ""))],
      key: nil, relations: [Self.relation], parents: ["shop": parents])
    #expect(table.foreignKeys[Self.relation.name]?.rows == (0..<3000).reversed().map { Int32($0) })
  }
}
