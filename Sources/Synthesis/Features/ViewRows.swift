import Diffusion
import Essentials
import Tables
import TaskGraph
import Tensors

/// The real rows of a view as its models are trained on them: attributes and label columns.
struct ViewRows {
  let table: StoredTable
  let map: FeatureMap
  let labelCodecs: [CategoricalCodec]
  let features: FeatureRows
  /// Rows of the table that were chosen; nil for all.
  let chosen: [Int32]?
  /// Rows of the table.
  let total: Int

  /// Encodes the rows a training looks at.
  ///
  /// - Parameters:
  ///   - capacity: rows that all steps together look at. More need not be in memory: a random part is one epoch.
  ///   - stream: prefix of the random streams.
  init(_ context: any TaskContext, view: Parameters.View, seed: UInt64, capacity: Int, stream: String) throws {
    table = try StoredTable(codecPath: context.input("codec"), rowsPath: context.input("rows"))
    let total = try table.rowCount()
    self.total = total
    let training = view.splitSeed.map { TrainingSplit(rowCount: total, table: view.table, seed: $0).training }
    var chosen = training
    if (training?.count ?? total) > capacity {
      let order = RandomStream(seed: seed, name: "\(stream)/rows").permutation(count: training?.count ?? total)
        .prefix(capacity)
      chosen = training.map { rows in order.map { rows[Int($0)] } } ?? Array(order)
    }
    self.chosen = chosen
    var codecs: [CategoricalCodec] = []
    var levels: [[Int32]] = []
    for (column, path) in zip(view.labelColumns, try context.inputs("column-labels")) {
      guard let options = view.labelCodec else {
        throw ClavaError(.internal, "view \(view.name) has label columns without a codec")
      }
      let stored = try RelationLabels(path: path)
      let codes =
        try column.parentIndex.map { index in try table.parentRows(index).map { stored.labels[Int($0)] } }
        ?? stored.labels
      let codec = CategoricalCodec(
        labelCodes: codes, levels: stored.information.labelCount, options: options, trainingRows: training)
      codecs.append(codec)
      levels.append(codec.levels(ofLabels: codes))
    }
    labelCodecs = codecs
    map = FeatureMap(table.codec, labelCodecs: codecs)
    features = try FeatureEncoding.rows(
      of: table, map: map, labels: levels, rows: chosen, stream: RandomStream(seed: seed, name: "encode/\(view.name)"))
  }

  /// The values of the chosen rows.
  func select(_ values: [Int32]) -> [Int32] { chosen.map { $0.map { values[Int($0)] } } ?? values }
}
