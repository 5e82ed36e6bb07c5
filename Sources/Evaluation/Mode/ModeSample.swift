internal import Tensors

/// Random rows on which pairs with categories are counted in the mode that follows sdmetrics.
enum ModeSample {
  /// Both views with their samples, or as they are in `paper` mode and where no side is larger than a sample.
  ///
  /// One sample serves all pairs of a join; sdmetrics draws, without a seed, another one for each pair.
  static func apply(
    _ mode: EvaluationMode, seed: UInt64, name: String, real: RowView, synthetic: RowView
  ) -> (real: RowView, synthetic: RowView) {
    guard mode == .sdmetrics, max(real.count, synthetic.count) > EvaluationMode.sampleSize else {
      return (real, synthetic)
    }
    return (real.sampled(seed: seed, name: "\(name)/real"), synthetic.sampled(seed: seed, name: "\(name)/synthetic"))
  }
}

extension RowView {
  /// The view with a sample of its positions, if it has more rows than a sample holds.
  fileprivate func sampled(seed: UInt64, name: String) -> RowView {
    guard count > EvaluationMode.sampleSize else { return self }
    let order = RandomStream(seed: seed, name: "sdmetrics sample/\(name)").permutation(count: count)
    return RowView(rows: rows, count: count, sample: Array(order.prefix(EvaluationMode.sampleSize)))
  }
}
