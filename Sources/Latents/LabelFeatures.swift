/// A column as it enters the clustering of a relation.
public enum LabelColumn: Sendable, Equatable {
  /// Numbers; a NaN is a missing value.
  case numeric([Double])
  /// Codes in `0..<levels`; −1 = none of the levels.
  case categorical(codes: [Int32], levels: Int)
}

/// Columns of one table that describe a child row: the child's own, or its parent's gathered by parent row.
public struct LabelFeatureSource: Sendable {
  /// The columns, all of the same length.
  public var columns: [LabelColumn]
  /// For each clustered row the row of `columns` that belongs to it; nil when they are the clustered rows themselves.
  public var rows: [Int32]?
  /// Factor on all coordinates of this source (λ for a parent).
  public var weight: Double

  /// Creates a source.
  public init(columns: [LabelColumn], rows: [Int32]? = nil, weight: Double = 1) {
    self.columns = columns
    self.rows = rows
    self.weight = weight
  }
}

/// Builds the rows that a relation's labels are clustered from.
///
/// Numerics are scaled to [−1, 1] by minimum and maximum; a missing one becomes 0 and a two-level category beside the
/// column says so. Categoricals become one-hot blocks. Every coordinate is multiplied by the weight of its source.
public struct LabelFeatures: Sendable {
  /// Which rows the minimum and maximum of a gathered column are taken over.
  public enum ScalingRows: String, Codable, Sendable {
    /// The rows of the source: every parent once.
    case source
    /// The clustered rows: a parent as often as it has children.
    case clustered
  }

  /// Which one-hot coordinates the weight of the parent's source multiplies.
  public enum ScaleScope: String, Codable, Sendable {
    /// Those of the parent's columns.
    case parents
    /// Those from the place on that equals the number of the child's categorical columns, as the published code has
    /// it: most one-hot coordinates of the child are scaled too.
    case published
  }

  /// A categorical column with more levels than this is left out.
  public var maximumLevels = 1_000
  /// Whether levels that no clustered row has get no coordinate and do not count towards the limit.
  public var omitsUnusedLevels = false
  /// Which one-hot coordinates are scaled.
  public var scaleScope = ScaleScope.parents
  /// Whether a numeric column with one value only stays, as −1, instead of being dropped.
  public var keepsConstants = false
  /// Which rows define the scaling of gathered columns.
  public var scalingRows = ScalingRows.source

  /// Creates a builder with the default recipe's choices.
  public init() {}

  /// The published method's joined matrix: weights placed as `scaleScope` says, scaling over the clustered rows,
  /// constants kept, coordinates only for levels in use.
  public static func reference(scaleScope: ScaleScope = .published) -> LabelFeatures {
    var builder = LabelFeatures()
    builder.omitsUnusedLevels = true
    builder.scaleScope = scaleScope
    builder.keepsConstants = true
    builder.scalingRows = .clustered
    return builder
  }

  /// The features of `rowCount` rows from all sources, in their order: the child's, the parent's, and whatever else.
  ///
  /// A key that is a feature is a source of its own with one number, after the parent's, so that it keeps weight 1.
  public func build(rowCount: Int, sources: [LabelFeatureSource]) -> MixedFeatures {
    var numericColumns: [[Double]] = []
    var categories: [CategoricalFeature] = []
    for source in sources {
      for column in source.columns {
        switch column {
        case .numeric(let values):
          addNumeric(values, of: source, rowCount: rowCount, to: &numericColumns, missing: &categories)
        case .categorical(let codes, let levels):
          addCategory(codes, levels: levels, of: source, rowCount: rowCount, to: &categories)
        }
      }
    }
    if scaleScope == .published { categories = rescaled(categories, sources) }
    var numerics = [Double](repeating: 0, count: rowCount * numericColumns.count)
    for (d, column) in numericColumns.enumerated() {
      for row in 0..<rowCount { numerics[row &* numericColumns.count &+ d] = column[row] }
    }
    return MixedFeatures(
      rowCount: rowCount, numericCount: numericColumns.count, numerics: numerics, categories: categories)
  }

  private func addNumeric(
    _ values: [Double], of source: LabelFeatureSource, rowCount: Int, to columns: inout [[Double]],
    missing: inout [CategoricalFeature]
  ) {
    let gathered = gather(values, source.rows)
    check(gathered.count, rowCount)
    var lowest = Double.infinity
    var highest = -Double.infinity
    for value in scalingRows == .source ? values : gathered where !value.isNaN {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    var missingCount = 0
    for value in gathered where value.isNaN { missingCount += 1 }
    // Halves keep the span of two huge values finite.
    let halfSpan = highest / 2 - lowest / 2
    if halfSpan > 0 {
      columns.append(
        gathered.map { value in
          value.isNaN ? 0 : ((value / 2 - lowest / 2) / halfSpan * 2 - 1) * source.weight
        })
    } else if keepsConstants {
      columns.append(gathered.map { $0.isNaN ? 0 : -source.weight })
    }
    if missingCount > 0, missingCount < rowCount {
      missing.append(
        CategoricalFeature(codes: gathered.map { $0.isNaN ? 1 : 0 }, levels: 2, scale: source.weight))
    }
  }

  private func addCategory(
    _ codes: [Int32], levels: Int, of source: LabelFeatureSource, rowCount: Int,
    to categories: inout [CategoricalFeature]
  ) {
    var gathered = gather(codes, source.rows)
    check(gathered.count, rowCount)
    var levels = levels
    if omitsUnusedLevels {
      var places = [Int32](repeating: -1, count: levels)
      for code in gathered where code >= 0 { places[Int(code)] = 0 }
      levels = 0
      for level in places.indices where places[level] == 0 {
        places[level] = Int32(levels)
        levels += 1
      }
      gathered = gathered.map { $0 < 0 ? -1 : places[Int($0)] }
    }
    guard levels > 0, levels <= maximumLevels else { return }
    categories.append(CategoricalFeature(codes: gathered, levels: levels, scale: source.weight))
  }

  /// The one-hot blocks with the weights where the published code puts them; a block scaled in part becomes two.
  private func rescaled(_ categories: [CategoricalFeature], _ sources: [LabelFeatureSource]) -> [CategoricalFeature] {
    let first = (sources.first?.columns ?? []).count { column in
      if case .categorical = column { true } else { false }
    }
    let weights = (own: sources.first?.weight ?? 1, parent: sources.dropFirst().first?.weight ?? 1)
    var result: [CategoricalFeature] = []
    var start = 0
    for category in categories {
      let split = min(max(0, first - start), category.levels)
      if split > 0 {
        let codes = category.codes.map { Int($0) < split ? $0 : -1 }
        result.append(CategoricalFeature(codes: codes, levels: split, scale: weights.own))
      }
      if split < category.levels {
        let codes = category.codes.map { Int($0) < split ? -1 : $0 - Int32(split) }
        result.append(CategoricalFeature(codes: codes, levels: category.levels - split, scale: weights.parent))
      }
      start += category.levels
    }
    return result
  }

  private func gather<Value>(_ values: [Value], _ rows: [Int32]?) -> [Value] {
    guard let rows else { return values }
    return rows.map { values[Int($0)] }
  }

  private func check(_ count: Int, _ rowCount: Int) {
    precondition(count == rowCount, "a feature column has \(count) rows, expected \(rowCount)")
  }
}
