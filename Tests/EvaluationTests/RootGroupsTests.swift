import Evaluation
import Testing

@Suite("Dividing a database by whole root groups")
struct RootGroupsTests {
  /// Two roots that a junction joins, and a table beside them: films (0), users (1), copies of films (2), ratings of a
  /// film by a user (3), and days (4).
  private static let tables: [RootGroups.Table] = [
    .init(name: "film", rowCount: 50), .init(name: "user", rowCount: 80), .init(name: "copy", rowCount: 150),
    .init(name: "rating", rowCount: 600), .init(name: "day", rowCount: 40),
  ]
  private static let relations: [RootGroups.Relation] = [
    .init(parent: 0, child: 2, parentRows: (0..<150).map { Int32($0 % 50) }),
    .init(parent: 0, child: 3, parentRows: (0..<600).map { Int32($0 * 7 % 50) }),
    .init(parent: 1, child: 3, parentRows: (0..<600).map { Int32($0 * 11 % 60) }),
  ]

  private func groups(_ share: Double = 0.2, root: Int? = nil, seed: UInt64 = 3) -> RootGroups {
    RootGroups(tables: Self.tables, relations: Self.relations, share: share, root: root, seed: seed, stream: "test")
  }

  @Test("each connected part has one divided table, and the share of its rows is held out")
  func dividedTables() {
    let found = groups()
    #expect(found.dividedTables == ["film", "day"])
    #expect(found.isHeldOut[0].count { $0 } == 10)
    #expect(found.isHeldOut[4].count { $0 } == 8)
    #expect(groups(root: 1).dividedTables == ["user", "day"])
    #expect(groups(root: 1).isHeldOut[1].count { $0 } == 16)
  }

  @Test("descendants go with their root row, and no row of the first part refers to the second", arguments: [0, 1, 3])
  func closed(root: Int) {
    let held = groups(root: root).isHeldOut
    for relation in Self.relations {
      for (row, parent) in relation.parentRows.enumerated() where held[relation.parent][Int(parent)] {
        #expect(held[relation.child][row], "row \(row) of table \(relation.child)")
      }
    }
    if root == 0 {
      for (row, parent) in Self.relations[0].parentRows.enumerated() {
        #expect(held[2][row] == held[0][Int(parent)])
      }
    }
  }

  @Test("rows that other groups share stay in the first part unless only held-out rows refer to them")
  func sharedRows() {
    let held = groups(0.9).isHeldOut
    for user in 0..<80 {
      let ratings = (0..<600).filter { $0 * 11 % 60 == user }
      #expect(held[1][user] == (!ratings.isEmpty && ratings.allSatisfy { held[3][$0] }))
    }
    #expect(held[1][60...].allSatisfy { !$0 }, "rows to which nobody refers")
  }

  @Test("the draw follows from seed and stream alone")
  func deterministic() {
    #expect(groups().isHeldOut == groups().isHeldOut)
    #expect(groups().isHeldOut != groups(seed: 4).isHeldOut)
  }

  @Test("a root of too few rows is passed over for the table below it, and whole tables are left alone")
  func fewRows() {
    let found = RootGroups(
      tables: [
        .init(name: "company", rowCount: 1), .init(name: "person", rowCount: 100),
        .init(name: "country", rowCount: 100, staysWhole: true),
      ],
      relations: [
        .init(parent: 0, child: 1, parentRows: [Int32](repeating: 0, count: 100)),
        .init(parent: 2, child: 1, parentRows: (0..<100).map { Int32($0) }),
      ], share: 0.1, seed: 0, stream: "test")
    #expect(found.dividedTables == ["person"])
    #expect(found.isHeldOut[0] == [false])
    #expect(found.isHeldOut[1].count { $0 } == 10)
    #expect(!found.isHeldOut[2].contains(true))
  }
}
