import Essentials
import Evaluation
import Testing

@Suite("integrity")
struct IntegrityChecksTests {
  private static func damaged() throws -> (foreign: [Int?], primary: [Int?]) {
    var foreign = try PlainCSV("two_tables/syn_child.csv").keys("pid")
    var primary = try PlainCSV("two_tables/syn_parent.csv").keys("pid")
    for row in stride(from: 3, to: foreign.count, by: 50) { foreign[row] = 99_999 }
    for row in 0...3 { primary[row] = 7 }
    return (foreign, primary)
  }

  @Test("a sound database scores 1 and a damaged one what sdmetrics says")
  func golden() throws {
    let expected = try MetricsFixture.json("two_tables/expected.json")["sdmetrics-0.32-diagnostics"]
    let foreign = try PlainCSV("two_tables/syn_child.csv").keys("pid")
    let primary = try PlainCSV("two_tables/syn_parent.csv").keys("pid")
    let damaged = try Self.damaged()
    for (state, foreign, primary) in [("syn", foreign, primary), ("damaged", damaged.foreign, damaged.primary)] {
      let referential = Integrity.referential(
        foreignKeys: foreign, primaryKeys: primary.compactMap(\.self), realColumnHasNulls: true)
      #expect(agree(referential, expected?[state]?["ReferentialIntegrity child.pid"]?.number), "\(referential)")
      let uniqueness = Integrity.keyUniqueness(primary)
      #expect(agree(uniqueness, expected?[state]?["KeyUniqueness parent.pid"]?.number), "\(uniqueness)")
    }
  }

  @Test("nulls are violations only where the real column has none")
  func nulls() {
    let keys: [String?] = ["a", nil, "b", "z"]
    #expect(Integrity.referential(foreignKeys: keys, primaryKeys: ["a", "b"], realColumnHasNulls: false).value == 0.5)
    #expect(
      Integrity.referential(foreignKeys: keys, primaryKeys: ["a", "b"], realColumnHasNulls: true).value == 2.0 / 3)
    #expect(Integrity.referential(parentRows: [0, -1, 3, 2]).value == 0.75)
    #expect(!Integrity.referential(parentRows: []).isDefined)
  }

  @Test("later duplicates and missing keys lower uniqueness; so do repeated pairs")
  func uniqueness() {
    #expect(Integrity.keyUniqueness(["a", "b", "a", nil] as [String?]).value == 0.5)
    #expect(Integrity.pairUniqueness([0, 0, 1, 0], [1, 2, 1, 2]).value == 0.75)
    #expect(Integrity.pairUniqueness([0, 1], [1, 0]).value == 1)
    #expect(!Integrity.pairUniqueness([], []).isDefined)
  }
}
