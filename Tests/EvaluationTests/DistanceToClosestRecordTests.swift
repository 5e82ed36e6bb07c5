import Essentials
import Evaluation
import Testing

@Suite("distance to the closest record")
struct DistanceToClosestRecordTests {
  private static func table(_ generator: inout RandomNumbers, rows: Int) -> EvaluationTable {
    EvaluationTable(
      name: "t", rowCount: rows,
      columns: [
        .continuous(name: "a", values: generator.numbers(rows, distinct: 50, missingShare: 0.1)),
        .continuous(name: "b", values: generator.numbers(rows, distinct: 5000, missingShare: 0)),
        .discrete(name: "c", codes: generator.codes(rows, levels: 9, missingShare: 0.2), levels: 9),
      ])
  }

  /// The distance of two rows, spelled out column by column.
  private static func distance(_ a: EvaluationTable, _ i: Int, _ b: EvaluationTable, _ j: Int, _ train: EvaluationTable)
    -> Double
  {
    var sum = 0.0
    for column in train.columns.indices {
      switch (a.columns[column], b.columns[column], train.columns[column]) {
      case (.discrete(_, let x, _), .discrete(_, let y, _), _): sum += x[i] == y[j] ? 0 : 1
      case (.continuous(_, let x), .continuous(_, let y), .continuous(_, let values)):
        let present = values.filter { !$0.isNaN }
        func rank(_ value: Double) -> Double {
          (Double(present.count { $0 < value }) + Double(present.count { $0 == value }) / 2) / Double(present.count)
        }
        if x[i].isNaN || y[j].isNaN {
          sum += x[i].isNaN && y[j].isNaN ? 0 : 1
        } else {
          sum += abs(rank(x[i]) - rank(y[j]))
        }
      default: Issue.record("columns differ in kind")
      }
    }
    return sum / Double(train.columns.count)
  }

  @Test("blocks and single rows give the same closest distances")
  func naive() throws {
    var generator = RandomNumbers(state: 3)
    let train = Self.table(&generator, rows: 90)
    let synthetic = Self.table(&generator, rows: 40)
    let holdout = Self.table(&generator, rows: 31)
    let result = try #require(DistanceToClosestRecord.compute(train: train, synthetic: synthetic, holdout: holdout))
    for (rows, summary) in [(synthetic, result.synthetic), (holdout, try #require(result.holdout))] {
      let closest = (0..<rows.rowCount).map { row in
        (0..<train.rowCount).map { Self.distance(rows, row, train, $0, train) }.min() ?? .nan
      }
      let sorted = closest.sorted()
      let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      #expect(abs(summary.mean.value - closest.reduce(0, +) / Double(rows.rowCount)) < 1e-6)
      #expect(abs(summary.median.value - median) < 1e-6)
      #expect(summary.rowCount == rows.rowCount)
      for (actual, expected) in zip(DistanceToClosestRecord.distances(from: rows, to: train), closest) {
        #expect(abs(Double(actual) - expected) < 1e-6)
      }
    }
  }

  @Test("memorised rows are found across block borders, held-out ones are farther")
  func memorised() throws {
    var generator = RandomNumbers(state: 8)
    let train = Self.table(&generator, rows: 1300)
    let holdout = Self.table(&generator, rows: 200)
    let result = try #require(DistanceToClosestRecord.compute(train: train, synthetic: train, holdout: holdout))
    #expect(result.synthetic.mean.value == 0 && result.synthetic.identical.value == 1)
    #expect((result.holdout?.mean.value ?? 0) > 0.001)
  }

  @Test("tables without columns or training rows have no distance, tables without rows a reason")
  func nothing() throws {
    var generator = RandomNumbers(state: 1)
    let (train, none) = (Self.table(&generator, rows: 5), Self.table(&generator, rows: 0))
    let bare = EvaluationTable(name: "t", rowCount: 5, columns: [])
    #expect(DistanceToClosestRecord.compute(train: bare, synthetic: bare, holdout: nil) == nil)
    #expect(DistanceToClosestRecord.compute(train: none, synthetic: train, holdout: nil) == nil)
    let empty = try #require(DistanceToClosestRecord.compute(train: train, synthetic: none, holdout: nil))
    #expect(empty.holdout == nil && empty.synthetic.mean.reason == "there are no rows to compare")
  }
}
