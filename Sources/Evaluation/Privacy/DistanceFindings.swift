/// Distances of synthetic rows to their closest training rows, with those of held-out rows beside them.
struct DistanceFindings {
  let table: String
  let sample: PrivacySample

  /// The findings of one convention, in fixed order.
  func findings(_ convention: DistanceConvention) -> [Finding] {
    let encoder = RowEncoder(
      convention, reference: sample.training.columns,
      others: [sample.synthetic, sample.held].compactMap { $0?.columns })
    let training = encoder.encode(sample.training)
    let synthetic = encoder.encode(sample.synthetic).selecting(sample.syntheticQueries)
    let withSecond = convention == .ranks
    let tree = NearestRows(training)
    let toTraining = tree.nearest(to: synthetic, second: withSecond)
    let own = tree.nearest(to: training.selecting(sample.trainingQueries), second: true)
    let distances = toTraining.map(\.first)
    var held: [NearestRows.Match]?
    if let rows = sample.held {
      held = tree.nearest(to: encoder.encode(rows).selecting(sample.heldQueries), second: withSecond)
    }
    let heldDistances = held?.map(\.first)
    var findings = summaries(
      convention, synthetic: distances, real: own.map(\.second), held: heldDistances, columns: encoder)
    if let heldDistances, let rows = sample.held, rows.rowCount > 0 {
      findings += compared(
        convention, encoder, training: training, synthetic: synthetic, toTraining: distances, held: rows)
      findings.append(belowQuantile(convention, distances, heldDistances))
    }
    if withSecond { findings += ratios(toTraining, held) }
    return findings
  }

  private func summaries(
    _ convention: DistanceConvention, synthetic: [Double], real: [Double], held: [Double]?, columns: RowEncoder
  ) -> [Finding] {
    let sides = [synthetic, real, held ?? []].map { $0.filter(\.isFinite).sorted() }
    let statistics: [(String, ([Double]) -> Double)] = [
      ("mean", { values in orderedSum(values.count) { values[$0] } / Double(values.count) }),
      ("median", { Quantile.linear($0, 0.5) }),
      ("5 % quantile", { Quantile.linear($0, 0.05) }),
    ]
    return statistics.map { name, statistic in
      let values = sides.map { $0.isEmpty ? nil : statistic($0) }
      return finding(
        "DCR \(name), \(convention.rawValue)", score: .undefined("a distance, to be compared with held-out rows"),
        synthetic: values[0], real: values[1], holdout: values[2],
        note: "synthetic rows nearer than held-out ones show memorising, equal distances prove no privacy; training "
          + "rows: nearest other one")
    }
  }

  private func compared(
    _ convention: DistanceConvention, _ encoder: RowEncoder, training: RowCoordinates, synthetic: RowCoordinates,
    toTraining: [Double], held: EvaluationTable
  ) -> [Finding] {
    // The ranges of the sdmetrics convention are those of the rows that are searched.
    let heldEncoder =
      convention == .sdmetrics
      ? RowEncoder(convention, reference: held.columns, others: [sample.synthetic.columns]) : encoder
    let heldTree = NearestRows(heldEncoder.encode(held))
    let queries =
      convention == .sdmetrics ? heldEncoder.encode(sample.synthetic).selecting(sample.syntheticQueries) : synthetic
    let toHeld = heldTree.nearest(to: queries).map(\.first)
    func share(_ distances: [Double]) -> Double {
      Double(zip(distances, toHeld).count { $0 < $1 }) / Double(max(toHeld.count, 1))
    }
    let (trainingCount, heldCount) = (training.rowCount, held.rowCount)
    let closer = share(toTraining)
    let ideal = Double(trainingCount) / Double(trainingCount + heldCount)
    var equal = closer
    if let part = sample.trainingPart {
      equal = share(NearestRows(encoder.encode(part)).nearest(to: synthetic).map(\.first))
    }
    return [
      finding(
        "DCR score, \(convention.rawValue)", score: .undefined("a share, to be compared with the ideal one"),
        synthetic: closer, holdout: ideal,
        note: "share of synthetic rows strictly nearer to training than to held-out rows; beside it what rows near to "
          + "neither reach at these sizes; more shows memorising, less proves no privacy"),
      finding(
        "overfitting protection, \(convention.rawValue)", score: Score(min(2 * (1 - equal), 1)), synthetic: equal,
        holdout: 0.5,
        note: "1 if no more synthetic rows are nearer to training than to held-out rows than by chance, "
          + "\(min(trainingCount, heldCount)) rows of each; a high value bounds no single person's risk"),
    ]
  }

  private func belowQuantile(_ convention: DistanceConvention, _ synthetic: [Double], _ held: [Double]) -> Finding {
    let limit = Quantile.linear(held.sorted(), 0.02)
    func share(_ values: [Double]) -> Double { Double(values.count { $0 < limit }) / Double(max(values.count, 1)) }
    let (found, ideal) = (share(synthetic), share(held))
    return finding(
      "rows below the holdout's 2 % quantile, \(convention.rawValue)", score: Score(1 - max(0, found - ideal)),
      synthetic: found, holdout: ideal,
      note: "more than 2 % means that some rows are suspiciously near to training rows; fewer prove no privacy")
  }

  private func ratios(_ synthetic: [NearestRows.Match], _ held: [NearestRows.Match]?) -> [Finding] {
    func sorted(_ matches: [NearestRows.Match]?) -> [Double] {
      (matches ?? []).filter { $0.second.isFinite }.map { $0.second == 0 ? 1 : $0.first / $0.second }.sorted()
    }
    let (own, others) = (sorted(synthetic), sorted(held))
    return [("median", 0.5), ("5 % quantile", 0.05)].map { name, level in
      finding(
        "NNDR \(name)", score: .undefined("a ratio, to be compared with held-out rows"),
        synthetic: own.isEmpty ? nil : Quantile.linear(own, level),
        holdout: others.isEmpty ? nil : Quantile.linear(others, level),
        note: "nearest over second nearest training row (convention ours); smaller than for held-out rows means that "
          + "single training rows are singled out, larger proves no privacy")
    }
  }

  private func finding(
    _ metric: String, score: Score, synthetic: Double?, real: Double? = nil, holdout: Double? = nil, note: String
  ) -> Finding {
    Finding(
      metric: metric, table: table, score: score, synthetic: synthetic, real: real, holdout: holdout,
      count: sample.syntheticQueries.count, note: "\(note); \(sample.note)")
  }
}

extension RowEncoder {
  /// The points of a table's rows.
  func encode(_ table: EvaluationTable) -> RowCoordinates { encode(table.columns, rowCount: table.rowCount) }
}
