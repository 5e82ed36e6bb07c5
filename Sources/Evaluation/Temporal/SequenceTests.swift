/// What sequences are like: the rows of one parent in the order of a date.
///
/// Scores of distributions are 1 − the Kolmogorov–Smirnov distance, their statistics are means; intervals are in days,
/// or in years for a column of years. Parents whose real children never have two dates give no sequences.
enum SequenceTests {
  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let times = TimeColumn.all(of: table, in: database)
    if times.isEmpty { return [] }
    return database.schema.parents(of: name).flatMap { relation -> [Finding] in
      let parent = database.parentTable(relation)
      let groups = database.sides.map {
        GroupedRows(parentRows: $0.parentRows[relation], parentCount: $0.tables[parent].rowCount)
      }
      return times.flatMap { time -> [Finding] in
        let sequences = database.tableSides(table).zip(groups).map {
          Sequences(groups: $0.1, times: time.values($0.0))
        }
        if sequences.real.longCount == 0 { return [] }
        let place = Place(
          table: name, relation: database.schema.relations[relation].name, time: time, sequences: sequences)
        return place.ofTime() + place.ofColumns(database.tableSides(table))
      }
    }
  }

  /// The sequences of one relation by one date.
  private struct Place {
    let table: String
    let relation: String
    let time: TimeColumn
    let sequences: Sides<Sequences>

    func finding(
      _ metric: String, column: String? = nil, _ statistics: Sides<Double?>, _ scores: SideScores, note: String? = nil
    ) -> Finding {
      Finding(
        metric, table: table, relations: [relation],
        columns: (column.map { ["\(table).\($0)"] } ?? []) + ["\(table).\(time.name)"], statistics: statistics,
        scores: scores, count: sequences.synthetic.count, note: note)
    }

    /// Compares numbers that sequences have.
    func finding(_ metric: String, column: String? = nil, numbers: Sides<[Double]>, note: String? = nil) -> Finding {
      let means = numbers.map { values in
        values.isEmpty ? nil : orderedSum(values.count) { values[$0] } / Double(values.count)
      }
      return finding(
        metric, column: column, means, numbers.scores { ColumnMetrics.ksComplement(real: $0, synthetic: $1) },
        note: note)
    }

    func ofTime() -> [Finding] {
      let intervals = sequences.map { sequences -> [Double] in
        var intervals: [Double] = []
        sequences.forEachStep { intervals.append(sequences.times[$1] - sequences.times[$0]) }
        return intervals
      }
      let repeated = intervals.zip(sequences).map { intervals, sequences -> Double? in
        sequences.rows.isEmpty ? nil : Double(intervals.count { $0 == 0 }) / Double(sequences.rows.count)
      }
      let ordered = sequences.map { $0.longCount == 0 ? nil : Double($0.orderedCount) / Double($0.longCount) }
      return [
        finding("sequence length", numbers: sequences.map { $0.lengths.map { Double($0) } }),
        finding("intervals", numbers: intervals, note: "means in \(time.unit.rawValue)"),
        finding(
          "duration",
          numbers: sequences.map { sequences in
            (0..<sequences.count).map {
              sequences.times[sequences.starts[$0 + 1] - 1] - sequences.times[sequences.starts[$0]]
            }
          }, note: "means in \(time.unit.rawValue)"),
        finding(
          "repeated dates", repeated,
          repeated.scores { .difference($0, $1, otherwise: "a side has no dated rows") }),
        finding(
          "stored in order of time", ordered,
          ordered.scores { real, other in
            guard let real, let other else { return .undefined("a side has no sequence of two rows") }
            // Files that are not sorted have no order to keep.
            if real < 0.9 { return .undefined("real rows are not stored in order of time") }
            return Score(min(other / real, 1))
          }),
      ]
    }

    func ofColumns(_ tables: Sides<EvaluationTable>) -> [Finding] {
      tables.real.columns.indices.filter { $0 != time.index }.flatMap { index -> [Finding] in
        let data = sequences.zip(tables.map { $0.columns[index] })
        return tables.real.columns[index].isContinuous ? ofNumbers(data) : [ofCategories(data)]
      }
    }

    private func ofNumbers(_ data: Sides<(Sequences, EvaluationColumn)>) -> [Finding] {
      let column = data.real.1.name
      let values = data.map { data -> (Sequences, [Double]) in
        guard case .continuous(_, let values) = data.1 else { return (data.0, []) }
        return (data.0, values)
      }
      let correlations = values.map { data in (1...5).map { data.0.autocorrelation(data.1, lag: $0) } }
      return [
        finding("first differences", column: column, numbers: values.map { $0.0.differences($0.1) }),
        finding("path length", column: column, numbers: values.map { $0.0.pathLengths($0.1) }),
        finding(
          "autocorrelation", column: column, correlations.map { $0[0] },
          correlations.scores { real, other in
            .mean(
              ofDefined: zip(real, other).map { .correlations($0, $1, otherwise: "") },
              otherwise: "no lag has a correlation on both sides")
          }, note: "lags 1 to 5; the statistic is that of lag 1"),
      ]
    }

    private func ofCategories(_ data: Sides<(Sequences, EvaluationColumn)>) -> Finding {
      let steps = data.map { data -> (from: [Int32], to: [Int32]) in
        guard case .discrete(_, let codes, _) = data.1 else { return ([], []) }
        return data.0.transitions(codes)
      }
      let staying = steps.map { steps in
        steps.from.isEmpty
          ? nil : Double(zip(steps.from, steps.to).count { $0 == $1 }) / Double(steps.from.count)
      }
      var levels = 0
      if case .discrete(_, _, let count) = data.real.1 { levels = count }
      return finding(
        "category transitions", column: data.real.1.name, staying,
        steps.scores { ContingencySimilarity.score(real: $0, other: $1, levels: levels) },
        note: "the statistic is the share of steps that keep the category")
    }
  }
}
