internal import Dispatch
internal import Essentials
public import Foundation

/// Measures typed CSV reading on one core: a numeric table is written to a temporary file and read into typed blocks.
public enum ReadingBenchmark {
  /// What was measured.
  public struct Result: Codable, Sendable {
    /// Rows of the table.
    public let rowCount: Int
    /// Columns of the table: an integer key, integers, decimals and a category.
    public let columnCount: Int
    /// Size of the file.
    public let byteCount: Int
    /// The best of the repetitions.
    public let seconds: Double

    /// 10⁶ bytes per second.
    public var megabytesPerSecond: Double { Double(byteCount) / seconds / 1e6 }
  }

  /// Runs the benchmark.
  ///
  /// - Parameters:
  ///   - rowCount: rows of the table; a million are about 60 MB.
  ///   - repetitions: how often the file is read; the fastest counts.
  ///   - folder: where the temporary file is written.
  /// - Throws: `ClavaError` if the file cannot be written or read.
  public static func run(
    rowCount: Int = 1_000_000, repetitions: Int = 3, folder: String = FileManager.default.temporaryDirectory.path
  ) throws -> Result {
    let path = "\(folder)/clava-reading-\(getpid()).csv"
    defer { FileSystem.removeIfPresent(path) }
    let table = try write(path, rowCount: rowCount)
    let size = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue ?? 0
    let survey = self.survey(of: table, rowCount: rowCount, byteCount: size)
    var best = Double.infinity
    for _ in 0..<max(1, repetitions) {
      let start = DispatchTime.now().uptimeNanoseconds
      let reader = try TableReader(table: table, survey: survey)
      while try reader.next(maximumRows: 16_384) != nil {}
      best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
    }
    return Result(rowCount: rowCount, columnCount: table.columns.count, byteCount: size, seconds: best)
  }

  private static func write(_ path: String, rowCount: Int) throws -> TableSchema {
    let columns: [ColumnSchema] =
      [.init(name: "id", role: .primaryKey(pattern: nil)), .init(name: "kind", role: .categorical)]
      + (1...3).map { .init(name: "count\($0)", role: .number) }
      + (1...4).map { .init(name: "amount\($0)", role: .number) }
    let writer = try CSVWriter(path: path, header: columns.map(\.name))
    let kinds = ["deposit", "withdrawal", "transfer"]
    var state: UInt64 = 1
    func draw(_ range: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % range
    }
    for row in 0..<rowCount {
      try writer.append(Int64(row))
      try writer.append(kinds[Int(draw(3))])
      for _ in 0..<3 { try writer.append(Int64(draw(100_000))) }
      for _ in 0..<4 { try writer.append("\(draw(100_000)).\(10 + draw(90))") }
    }
    try writer.finish()
    return TableSchema(name: "benchmark", file: path, columns: columns, primaryKey: "id", kind: .generated)
  }

  private static func survey(of table: TableSchema, rowCount: Int, byteCount: Int) -> TableSurvey {
    let columns = table.columns.map { column in
      let content: ColumnSurvey.Content =
        column.name == "id" ? .keys(isInteger: true, format: .integer(first: 0)) : .text
      return ColumnSurvey(name: column.name, missingCount: 0, content: content)
    }
    return TableSurvey(
      table: table.name, rowCount: rowCount, digest: Digest.of(""), byteCount: byteCount, columns: columns)
  }
}
