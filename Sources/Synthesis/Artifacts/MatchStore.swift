import Storage

/// For each row of the kept version the row of another version it takes its parent from.
struct StoredMatches {
  var rows: [Int32]
  /// Rows that share their match with an earlier one.
  var repeatedCount: Int
  /// Mean distance of a row and its match.
  var meanDistance: Double

  init(rows: [Int32], repeatedCount: Int, meanDistance: Double) {
    self.rows = rows
    self.repeatedCount = repeatedCount
    self.meanDistance = meanDistance
  }

  init(path: String) throws {
    let reader = try ArtifactReader(path: path)
    rows = try reader.read("rows", as: Int32.self)
    repeatedCount = try reader.readJSON("repeated", as: Int.self)
    meanDistance = try reader.readJSON("mean-distance", as: Double.self)
  }

  func write(to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.write("rows", rows)
    try writer.writeJSON("repeated", repeatedCount)
    try writer.writeJSON("mean-distance", meanDistance)
    try writer.finish()
  }
}
