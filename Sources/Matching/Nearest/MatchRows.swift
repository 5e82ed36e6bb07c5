internal import Essentials

/// The rows of one version of a table as matching sees them: `count` rows of `width` features, row-major.
///
/// Distances between rows are squared Euclidean distances in single precision, summed over the features one after the
/// other; one that is too large for a `Float` counts as the greatest `Float`. Ties go to the lowest index.
public struct MatchRows: Sendable, Equatable, Codable {
  /// `count` × `width` values, row after row; all finite.
  public let values: [Float]
  /// Number of features; may be 0.
  public let width: Int
  /// Number of rows.
  public let count: Int

  /// Rows from their values.
  ///
  /// - Parameters:
  ///   - values: `count` × `width` values, row after row.
  ///   - table: the name of the table, for messages.
  /// - Throws: `ClavaError` if a value is not finite.
  public init(values: [Float], width: Int, count: Int, table: String? = nil) throws {
    precondition(
      width >= 0 && count >= 0 && values.count == width * count,
      "\(values.count) values for \(count) rows of \(width) features")
    precondition(count < Int(Int32.max) - 64, "\(count) rows are more than an index can hold")
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw ClavaError(
        .input, "feature \(place % width) of row \(place / width) is \(values[place]), matching needs finite numbers",
        at: Problem.Place(table: table), remedy: "impute missing values and scale the features before matching")
    }
    self.values = values
    self.width = width
    self.count = count
  }

  /// Rows whose values are known to be finite.
  init(finite values: [Float], width: Int, count: Int) {
    self.values = values
    self.width = width
    self.count = count
  }

  /// No rows, of so many features.
  public static func empty(width: Int) -> MatchRows { MatchRows(finite: [], width: width, count: 0) }

  /// The features of some rows, in the order given.
  func gathered(_ rows: some Collection<Int32>) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows.count * width) { buffer, filled in
      values.withUnsafeBufferPointer { values in
        for row in rows {
          for place in Int(row) * width..<(Int(row) + 1) * width {
            buffer[filled] = values[place]
            filled += 1
          }
        }
      }
    }
  }

  /// The squared distance of a row to row `other` of `others`.
  func squaredDistance(_ row: Int, to other: Int, of others: MatchRows) -> Float {
    var sum: Float = 0
    for feature in 0..<width {
      let difference = values[row * width + feature] - others.values[other * width + feature]
      sum += difference * difference
    }
    return sum < .greatestFiniteMagnitude ? sum : .greatestFiniteMagnitude
  }
}
