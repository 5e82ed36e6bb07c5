/// One axis of a heat map: bins that hold about equally many rows, or the most frequent categories.
struct PlotAxis {
  /// Bins and categories of an axis at most, the missing one and the sum of the rest besides.
  static let limit = 10

  /// What each bin or category is called.
  let labels: [String]
  /// The bin of every row; none is negative.
  let codes: SideValues<[Int32]>

  /// - Parameter columns: the column on every side.
  init(_ columns: SideValues<EvaluationColumn>, description: EvaluationSchema.Column) {
    let isDiscrete = !columns.real.isContinuous
    var (names, found) =
      isDiscrete
      ? Self.categories(columns.map(\.codes), levels: description.levels)
      : Self.bins(columns.map(\.numbers), isDate: description.kind == .date)
    let hasMissing = [found.real, found.synthetic, found.holdout ?? []].joined().contains { $0 < 0 }
    if hasMissing || names.isEmpty {
      let missing = Int32(names.count)
      names.append("missing")
      found = found.map { side in side.map { $0 < 0 ? missing : $0 } }
    }
    labels = names
    codes = found
  }

  private static func categories(
    _ codes: SideValues<[Int32]>, levels: [String]
  ) -> (labels: [String], codes: SideValues<[Int32]>) {
    let (labels, places) = CategoryBars.places(codes, levels: levels, limit: limit)
    return (labels, codes.map { side in side.map { $0 < 0 ? -1 : places[Int($0)] } })
  }

  private static func bins(
    _ values: SideValues<[Double]>, isDate: Bool
  ) -> (labels: [String], codes: SideValues<[Int32]>) {
    let step = max(1, values.real.count / 50_000)
    let sample = stride(from: 0, to: values.real.count, by: step).lazy.map { values.real[$0] }
      .filter(\.isFinite).sorted()
    guard let smallest = sample.first, let largest = sample.last else {
      return (["any"], values.map { side in side.map { $0.isNaN ? -1 : 0 } })
    }
    func text(_ value: Double) -> String { isDate ? DisplayNumber.date(value) : DisplayNumber.compact(value) }
    var distinct: [Double] = []
    for value in sample where distinct.last != value && distinct.count <= limit { distinct.append(value) }
    let hasFewValues = distinct.count <= limit
    // Bin i ends at edge i; the last one is open.
    let edges: [Double]
    if hasFewValues {
      edges = zip(distinct, distinct.dropFirst()).map { ($0 + $1) / 2 }
    } else {
      var cuts: [Double] = []
      for part in 1..<limit {
        let cut = sample[part * sample.count / limit]
        if cut > smallest && cut != cuts.last { cuts.append(cut) }
      }
      edges = cuts
    }
    let labels =
      hasFewValues
      ? distinct.map(text)
      : zip([smallest] + edges, edges + [largest]).map { "\(text($0)) – \(text($1))" }
    let codes = values.map { side in
      side.map { value -> Int32 in
        if value.isNaN { return -1 }
        var bin: Int32 = 0
        for edge in edges where value >= edge { bin += 1 }
        return bin
      }
    }
    return (labels, codes)
  }
}
