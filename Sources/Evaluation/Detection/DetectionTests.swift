internal import Tensors

/// Classifiers that try to tell synthetic rows from real ones.
///
/// - `C2ST` (SyntheRela): boosted trees on the columns of a table in five folds; accuracy, ½ is best.
/// - `C2ST by group`: trees that learn two thirds of the groups of siblings and are tested on the others; only tables that
///   have parents. Where siblings resemble each other, `C2ST` recognises them and tells even held-out rows from training
///   rows; this test does not. Folds that test each other's training rows are not independent, so there is one
///   test only, and its standard error is that of groups.
/// - `C2ST-Agg`: the same as `C2ST` with aggregates of the children; only tables that have children.
/// - `LogisticDetection` (sdmetrics): logistic regression in three folds; 1 − mean(2 max(½, AUC) − 1).
///
/// `synthetic` is the accuracy or the mean area under the curve against training rows, `holdout` the same of
/// held-out rows in place of synthetic ones: what a perfect generator would reach.
///
/// Source: spec/metrics.md §7.
public enum DetectionTests {
  /// What there is to say about one table, in fixed order.
  ///
  /// - Parameter table: its place in the schema.
  /// - Complexity: 500 trees of depth 6 a classifier on at most twice `options.rowLimit` rows.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    let database = database.withUnseenHoldout(for: table)
    let schema = database.schema
    let description = schema.tables[table]
    var findings = [
      boosted("C2ST", table, database, options, withChildren: false),
      logistic(table, database, options),
    ]
    if !schema.children(of: description.name).isEmpty {
      findings.insert(boosted("C2ST-Agg", table, database, options, withChildren: true), at: 1)
    }
    if RowGroups.ids(of: table, on: database.real, in: database) != nil {
      findings.insert(
        boosted("C2ST by group", table, database, options, withChildren: false, byGroup: true), at: 1)
    }
    return findings
  }

  private static func boosted(
    _ metric: String, _ table: Int, _ database: EvaluationDatabase, _ options: FindingOptions, withChildren: Bool,
    byGroup: Bool = false
  ) -> Finding {
    var finding = Finding(
      metric: metric, table: database.schema.tables[table].name,
      relations: withChildren ? relations(to: table, database.schema) : [], score: .undefined("no rows"), count: 0)
    func result(_ other: DatabaseSide, _ name: String) -> (Sample, TwoSampleTest.Result)? {
      guard
        let sample = Sample(
          table, database, other, name: name, options: options, withChildren: withChildren,
          folds: byGroup ? 3 : 5, byGroup: byGroup)
      else { return nil }
      return (
        sample,
        TwoSampleTest.boosted(
          sample.columns, labels: sample.labels, folds: sample.folds, only: byGroup ? 0 : nil)
      )
    }
    if let reason = obstacle(table, database, withChildren: withChildren) {
      finding.score = .undefined(reason)
      return finding
    }
    guard let (sample, test) = result(database.synthetic, "synthetic") else {
      finding.score = .undefined("no column varies, or there are fewer than five rows on a side")
      return finding
    }
    let trials = test.rows.count
    finding.synthetic = test.accuracy
    finding.standardError =
      sample.groups.map { groups in
        let labels = test.rows.map { sample.labels[$0] }
        let isHit = zip(test.rows, labels).map { (test.probabilities[$0] > 0.5) == ($1 == 1) }
        return RowGroups.standardError(isHit, ids: test.rows.map { groups[$0] }, labels: labels)
      } ?? test.standardError
    finding.score = Score(1 - 2 * max(0, test.accuracy - 0.5))
    finding.count = trials
    // The binomial test takes rows as independent, which siblings are not.
    finding.note = [
      important(sample.columns, test.gains),
      byGroup ? "a third of the groups of siblings tested" : verdict(hits: test.hits, trials: trials), sample.note,
    ].joined(separator: "; ")
    if let holdout = database.holdout { finding.holdout = result(holdout, "holdout")?.1.accuracy }
    return finding
  }

  private static func logistic(_ table: Int, _ database: EvaluationDatabase, _ options: FindingOptions) -> Finding {
    var finding = Finding(
      metric: "LogisticDetection", table: database.schema.tables[table].name, score: .undefined("no rows"), count: 0)
    func result(_ other: DatabaseSide, _ name: String) -> (Sample, [Double])? {
      guard
        let sample = Sample(
          table, database, other, name: name, options: options, withChildren: false, folds: 3, equalCounts: false,
          splitsDates: false)
      else { return nil }
      return (
        sample,
        TwoSampleTest.logistic(sample.columns, labels: sample.labels, folds: sample.folds, scaling: .robust).areas
      )
    }
    if let reason = obstacle(table, database, withChildren: false) {
      finding.score = .undefined(reason)
      return finding
    }
    guard let (sample, areas) = result(database.synthetic, "synthetic"), !areas.isEmpty else {
      finding.score = .undefined("no column varies, or there are fewer than three rows on a side")
      return finding
    }
    func mean(_ areas: [Double]) -> Double { areas.reduce(0, +) / Double(areas.count) }
    finding.synthetic = mean(areas)
    finding.score = Score(1 - mean(areas.map { 2 * max(0.5, $0) - 1 }))
    finding.count = sample.labels.count
    finding.note = "mean area under the curve of three folds; every category one-hot; \(sample.note)"
    if let holdout = database.holdout, let other = result(holdout, "holdout"), !other.1.isEmpty {
      finding.holdout = mean(other.1)
    }
    return finding
  }

  private static func relations(to table: Int, _ schema: EvaluationSchema) -> [String] {
    schema.children(of: schema.tables[table].name).map { schema.relations[$0].name }
  }

  private static func obstacle(_ table: Int, _ database: EvaluationDatabase, withChildren: Bool) -> String? {
    let description = database.schema.tables[table]
    if description.isCopied { return "the rows are copies of real ones by request" }
    if description.columns.isEmpty && !withChildren { return "the table has no column to look at" }
    return nil
  }

  /// The three columns with the largest gains.
  private static func important(_ columns: [FeatureColumn], _ gains: [Double]) -> String {
    let total = gains.reduce(0, +)
    guard total > 0 else { return "no column helped" }
    let best = gains.indices.sorted { (gains[$1], $0) < (gains[$0], $1) }.prefix(3).filter { gains[$0] > 0 }
    return "most telling: "
      + best.map { "\(columns[$0].name) (\(Int((100 * gains[$0] / total).rounded())) %)" }.joined(separator: ", ")
  }

  private static func verdict(hits: Int, trials: Int) -> String {
    let detectable = BinomialTail.atLeast(hits, of: trials)
    let copying = BinomialTail.atMost(hits, of: trials)
    if detectable < 0.05 { return "detectable (p = \(short(detectable)))" }
    if copying < 0.05 { return "fewer hits than by chance, a sign of copied rows (p = \(short(copying)))" }
    return "not told apart (p = \(short(detectable)) detectable, \(short(copying)) copying)"
  }

  private static func short(_ probability: Double) -> String {
    probability < 0.001 ? "< 0.001" : "\((probability * 1000).rounded() / 1000)"
  }
}

/// The rows of two sides in random order, with labels and folds.
private struct Sample {
  let columns: [FeatureColumn]
  /// 1 for a training row.
  let labels: [Int]
  let folds: [Int]
  /// The group of each row if groups were kept together.
  let groups: [Int]?
  let note: String

  /// Draws the rows; nil if a side has fewer rows than there are folds or no column varies.
  init?(
    _ table: Int, _ database: EvaluationDatabase, _ other: DatabaseSide, name: String, options: FindingOptions,
    withChildren: Bool, folds: Int, equalCounts: Bool = true, splitsDates: Bool = true,
    byGroup: Bool = false
  ) {
    let schema = database.schema
    let sides = [database.real, other]
    let counts = sides.map { $0.tables[table].rowCount }
    let smaller = min(counts[0], counts[1])
    guard smaller >= folds else { return nil }
    let limit = options.rowLimit ?? .max
    let drawn = counts.map { min(equalCounts ? smaller : $0, limit) }
    let prefix = "detection/\(schema.tables[table].name)/\(name)"
    let rowsOfSides = sides.indices.map { side in
      RowSample.draw(drawn[side], of: counts[side], seed: options.seed, stream: "\(prefix)/rows of side \(side)")
    }
    let columns = sides.indices.map { side in
      let rows = rowsOfSides[side]
      var all = sides[side].tables[table].columns.map { FeatureColumn($0) }
      if withChildren { all += ChildAggregates.columns(of: table, on: sides[side], schema: schema) }
      return all.map { $0.selecting(rows) }
    }
    let order = RandomStream(seed: options.seed, name: "\(prefix)/order").permutation(count: drawn[0] + drawn[1])
    self.columns = DetectionFeatures.columns(
      of: table, in: schema, first: columns[0], second: columns[1], splitsDates: splitsDates
    ).map { $0.selecting(order) }
    if self.columns.isEmpty { return nil }
    labels = order.map { Int($0) < drawn[0] ? 1 : 0 }
    if byGroup {
      let ids = sides.indices.map { side in
        let all = RowGroups.ids(of: table, on: sides[side], in: database) ?? Array(0..<counts[side])
        return rowsOfSides[side].map { all[Int($0)] }
      }
      let joined = ids[0] + ids[1]
      let groups = order.map { joined[Int($0)] }
      self.groups = groups
      self.folds = RowGroups.folds(
        groups, labels: labels, folds: folds, seed: options.seed, stream: "\(prefix)/groups")
    } else {
      groups = nil
      self.folds = StratifiedFolds.assign(labels, folds: folds)
    }
    note =
      drawn == counts
      ? "all rows" : "\(drawn[0]) of \(counts[0]) training and \(drawn[1]) of \(counts[1]) synthetic rows"
  }
}
