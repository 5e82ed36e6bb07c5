import Evaluation
import Testing

/// Faults planted in a database that is otherwise as good as real.
@Suite("planted faults")
struct PlantedFaultsTests {
  /// Every score under a name: metric, relations and columns.
  private static func scores(_ synthetic: SideBuilder) -> [String: Score] {
    let database = ShopDatabase.database(synthetic: synthetic)
    var scores: [String: Score] = [:]
    for table in database.schema.tables.indices {
      let tests = [StructureTests.findings, TemporalTests.findings, IntegrityTests.findings]
      for finding in tests.flatMap({ $0(table, database, FindingOptions()) }) {
        let names = ([finding.table ?? ""] + finding.relations + finding.columns).joined(separator: " ")
        scores["\(finding.metric): \(names)"] = finding.score
      }
      let pair = database.pair(table)
      let table = TableScores.compute(real: pair.real, synthetic: pair.synthetic)
      for column in table.columns { scores["shape: \(table.table).\(column.column.column)"] = column.score }
      for pair in table.pairs {
        scores["pair: \(table.table).\(pair.first.column) \(table.table).\(pair.second.column)"] = pair.score
      }
    }
    for (index, relation) in database.schema.relations.enumerated() {
      guard let parent = database.schema.index(ofTable: relation.parent),
        let child = database.schema.index(ofTable: relation.child)
      else { continue }
      let result = RelationScores.compute(
        relation: relation.name, parent: database.pair(parent), child: database.pair(child),
        parentRows: database.parentRows(index))
      scores["cardinality: \(relation.name)"] = result.cardinality
      for pair in result.pairs {
        let columns = "\(relation.parent).\(pair.first.column) \(relation.child).\(pair.second.column)"
        scores["1-hop: \(relation.name) \(columns)"] = pair.score
      }
    }
    return scores
  }

  private static let sound = ShopDatabase.side(seed: 2)
  private static let baseline = scores(sound)

  /// Scores that differ from those of the sound database, worse ones with the drop.
  private static func changes(_ synthetic: SideBuilder) -> [String: Double] {
    let scores = scores(synthetic)
    #expect(Set(scores.keys).isSuperset(of: baseline.keys))
    var changes: [String: Double] = [:]
    for (name, score) in baseline {
      guard let other = scores[name], other != score else { continue }
      changes[name] = (score.number ?? 0) - (other.number ?? 0)
    }
    return changes
  }

  private static func expectDrops(_ changes: [String: Double], _ drops: [String: Double]) {
    for (name, drop) in drops {
      #expect(baseline[name]?.isDefined == true, "\(name)")
      #expect((changes[name] ?? 0) > drop, "\(name): \(changes[name] ?? 0)")
    }
  }

  @Test("a sound database scores well everywhere")
  func soundness() {
    #expect(Self.baseline.count > 90)
    for (name, score) in Self.baseline where score.isDefined {
      // The counts and sums of eight regions are few numbers to compare.
      #expect(score.value > (name.contains("region") ? 0.3 : 0.75), "\(name): \(score)")
    }
  }

  @Test("a shuffled column loses its trends and rules, not its shape, and nothing else changes")
  func shuffled() throws {
    var side = Self.sound
    var random = RandomNumbers(state: 9)
    guard case .discrete(_, let codes, let levels) = side.tables[1].columns[0] else { return }
    side.replace(1, .discrete(name: "segment", codes: codes.shuffled(using: &random), levels: levels))
    let changes = Self.changes(side)
    Self.expectDrops(
      changes,
      [
        "pair: customer.segment customer.discount": 0.3, "pair: customer.segment customer.income": 0.3,
        "1-hop: order.customer customer.segment order.channel": 0.2,
        "1-hop: customer.region region.climate customer.segment": 0.1,
        "functional dependency: customer customer.segment customer.discount": 0.3,
        "within-group dependence: customer customer.region customer.segment": 0.05,
      ])
    for name in changes.keys {
      let isAboutIt =
        name.contains("customer.segment")
        || ["functional", "two-parent", "sibling"].contains { name.hasPrefix($0) }
      #expect(isAboutIt, "\(name)")
    }
    #expect(changes["shape: customer.segment"] == nil)
  }

  @Test("a table copied from the real rows no longer follows its parents")
  func copied() throws {
    let real = ShopDatabase.side(seed: 1)
    var side = Self.sound
    let count = side.tables[2].rowCount
    // Real rows, in their order, under synthetic parents.
    let rows = (0..<count).map { $0 % real.tables[2].rowCount }
    side.tables[2] = EvaluationTable(
      name: "order", rowCount: count,
      columns: real.tables[2].columns.map { column in
        switch column {
        case .continuous(let name, let values): .continuous(name: name, values: rows.map { values[$0] })
        case .discrete(let name, let codes, let levels):
          .discrete(name: name, codes: rows.map { codes[$0] }, levels: levels)
        }
      })
    let changes = Self.changes(side)
    Self.expectDrops(
      changes,
      [
        "1-hop: order.customer customer.segment order.channel": 0.15,
        "1-hop: order.customer customer.income order.amount": 0.15,
        "date order with the parent: order order.customer customer.joined order.ordered": 0.15,
        "within-group dependence: order order.customer order.amount": 0.15,
        "stored in order of time: order order.customer order.ordered": 0.1,
      ])
    #expect(changes.keys.allSatisfy { $0.contains("order") || $0.hasPrefix("sibling") })
    // Where every row is a copy, distances to the closest real row say so.
    let distances = try #require(
      DistanceToClosestRecord.compute(train: real.tables[2], synthetic: side.tables[2], holdout: Self.sound.tables[2]))
    #expect(distances.synthetic.identical.value == 1 && distances.holdout?.identical.value == 0)
  }

  @Test("broken keys are counted, and nothing else about values changes")
  func brokenKeys() {
    var side = Self.sound
    let count = side.tables[2].rowCount
    for row in stride(from: 0, to: count, by: 4) { side.parents[1][row] = -1 }
    side.relationKeys = side.parents.map { _ in RelationKeyFacts() }
    side.relationKeys?[1] = RelationKeyFacts(missing: 0, dangling: (count + 3) / 4)
    side.tableKeys = side.tables.map { _ in TableKeyFacts() }
    side.tableKeys?[1] = TableKeyFacts(repeated: 40, missing: 0)
    let changes = Self.changes(side)
    Self.expectDrops(
      changes,
      [
        "referential integrity: order order.customer order.customer": 0.24, "key uniqueness: customer": 0.09,
      ])
    let untouched = [
      "shape:", "pair:", "boundary", "category adherence", "category coverage", "missing", "date order: ",
      "cardinality: visit",
    ]
    for name in changes.keys { #expect(!untouched.contains { name.hasPrefix($0) }, "\(name)") }
  }

  @Test("swapped parents keep every table and every group size as it was")
  func swappedParents() {
    var side = Self.sound
    var random = RandomNumbers(state: 5)
    side.parents[1].shuffle(using: &random)
    let changes = Self.changes(side)
    Self.expectDrops(
      changes,
      [
        "agreement of key paths: order order.region order.customer customer.region": 0.8,
        "1-hop: order.customer customer.income order.amount": 0.3,
        "1-hop: order.customer customer.segment order.channel": 0.2,
        "date order with the parent: order order.customer customer.joined order.ordered": 0.3,
        "within-group dependence: order order.customer order.amount": 0.4,
        "intervals: order order.customer order.ordered": 0.4,
        "sibling trends: customer order.customer visit.customer": 0.05,
      ])
    let untouched = ["shape:", "pair:", "cardinality:", "group size", "key", "referential", "fan-out", "boundary"]
    for name in changes.keys {
      #expect(!untouched.contains { name.hasPrefix($0) }, "\(name)")
      #expect(name.hasPrefix("agreement") || !name.contains("order.region order."), "\(name)")
    }
  }

  @Test("shifted dates come before the parent's, and their intervals stay")
  func shiftedDates() {
    var side = Self.sound
    for name in ["ordered", "shipped"] {
      for case .continuous(name, let values) in side.tables[2].columns {
        side.replace(2, .continuous(name: name, values: values.map { $0 - days([400])[0] }))
      }
    }
    let changes = Self.changes(side)
    Self.expectDrops(
      changes,
      [
        "date order with the parent: order order.customer customer.joined order.ordered": 0.6,
        "shape: order.ordered": 0.08, "boundary adherence: order order.ordered": 0.05,
      ])
    let untouched = [
      "intervals", "duration", "date order: ", "repeated", "stored", "first differences", "autocorrelation", "pair:",
      "cardinality", "key", "fan-out",
    ]
    for (name, drop) in changes where untouched.contains(where: { name.hasPrefix($0) }) {
      // Correlations and bins may move by rounding of nanoseconds.
      #expect(abs(drop) < 1e-9, "\(name)")
    }
    #expect(changes.keys.allSatisfy { $0.contains("order") || $0.hasPrefix("sibling") })
  }
}
