import Diffusion
import Essentials
import Matching
import Storage
import Tables
import TaskGraph

/// Rows of two versions of a table in the coordinates in which they are matched: attributes and all labels.
struct MatchFeatures {
  /// Which coordinates.
  enum Scaling {
    /// As the networks see them: every column of about unit variance.
    case scaled
    /// Numbers and codes as they are, so that columns of large numbers decide (published).
    case raw
  }

  private let versions: Versions
  private let models: [StoredModel.Information?]
  /// The labels that any version has as a column: those of child relations and of all parent relations.
  private let labelColumns: [LabelColumn]

  /// - Parameters:
  ///   - models: of each version, if it has one: they know how labels are coded.
  init(_ versions: Versions, models: [StoredModel.Information?]) {
    self.versions = versions
    self.models = models
    var labels: [LabelColumn] = []
    for view in versions.views {
      for column in view.labelColumns where !labels.contains(column) { labels.append(column) }
    }
    labelColumns = labels
  }

  /// The rows of a version.
  func rows(of version: Int, scaling: Scaling) throws -> MatchRows {
    let count = versions.structures[version].rowCount
    guard count > 0 else { return try MatchRows(values: [], width: 0, count: 0) }
    let labels = try labelColumns.map {
      try versions.labels(of: version, relation: $0.relation, parentIndex: $0.parentIndex)
    }
    switch scaling {
    case .raw: return try raw(versions.attributes[version], labels: labels, count: count)
    case .scaled: return try scaled(versions.attributes[version], labels: labels, count: count)
    }
  }

  private func raw(_ table: StoredTable, labels: [[Int32]], count: Int) throws -> MatchRows {
    var columns: [[Float]] = []
    for (index, column) in table.codec.columns.enumerated() {
      switch column {
      case .numeric: columns.append(try table.values(index).map { $0.isNaN ? 0 : Float($0) })
      case .categorical(let codec):
        let numbers = codec.levels.enumerated().map { Float($1) ?? Float($0) }
        columns.append(try table.codes(index).map { numbers[Int($0)] })
      default: break
      }
    }
    columns += labels.map { $0.map { Float($0) } }
    return try Self.transposed(columns, count: count)
  }

  private func scaled(_ table: StoredTable, labels: [[Int32]], count: Int) throws -> MatchRows {
    let codecs = try labelColumns.map(codec(of:))
    let map = FeatureMap(table.codec, labelCodecs: codecs)
    let levels = zip(codecs, labels).map { codec, labels in codec.levels(ofLabels: labels).map { max(0, $0) } }
    let rows = try FeatureEncoding.rows(of: table, map: map, labels: levels, rows: nil, stream: nil)
    let layout = map.layout
    var values = [Float](repeating: 0, count: count * layout.width)
    for row in 0..<count {
      for column in 0..<layout.numericCount {
        values[row * layout.width + column] = rows.numerics[row * layout.numericCount + column]
      }
      var start = row * layout.width + layout.numericCount
      for (column, levels) in layout.levelCounts.enumerated() {
        values[start + Int(rows.codes[row * layout.levelCounts.count + column])] = layout.scales[column]
        start += levels
      }
    }
    return try MatchRows(values: values, width: layout.width, count: count)
  }

  /// How a label is coded: as in the first version that has it as a column.
  private func codec(of column: LabelColumn) throws -> CategoricalCodec {
    for (view, model) in zip(versions.views, models) {
      if let model, let index = view.labelColumns.firstIndex(of: column) { return model.labelCodecs[index] }
    }
    throw ClavaError(.internal, "no version has a model of the labels of \(column.relation)")
  }

  private static func transposed(_ columns: [[Float]], count: Int) throws -> MatchRows {
    var values = [Float](repeating: 0, count: count * columns.count)
    for (index, column) in columns.enumerated() {
      for row in 0..<count { values[row * columns.count + index] = column[row] }
    }
    return try MatchRows(values: values, width: columns.count, count: count)
  }
}
