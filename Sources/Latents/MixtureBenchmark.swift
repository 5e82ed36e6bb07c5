internal import Tensors

/// Speed of clustering on rows of a fixed synthetic mixture, one thread.
public enum MixtureBenchmark {
  /// Rows per second of one iteration.
  public struct Result: Sendable, Codable, Equatable {
    /// Lloyd iterations of k-means: rows × iterations per second.
    public var kMeansRowsPerSecond: Double
    /// Expectation maximisation of a diagonal mixture: rows × iterations per second.
    public var mixtureRowsPerSecond: Double
    /// Greedy k-means++ seeding: rows per second for all seeds.
    public var seedingRowsPerSecond: Double
  }

  /// Measures `iterations` iterations of each on `rows` × `columns` dense rows with `components` clusters.
  ///
  /// - Parameter clock: clock reading in seconds.
  public static func run(
    rows: Int = 100_000, columns: Int = 20, components: Int = 20, iterations: Int = 20, seed: UInt64 = 0,
    clock: () -> Double
  ) -> Result {
    let stream = RandomStream(seed: seed, name: "bench/mixture")
    let features = sample(rows: rows, columns: columns, components: components, stream: stream)
    let start = (0..<min(components, rows)).flatMap { features.coordinates(row: $0) }
    var done = 0
    let kMeans = seconds(clock) {
      done = KMeans.fit(features, centres: start, iterations: iterations, tolerance: 0).iterations
    }
    var mixture = DiagonalMixture(
      weights: [Double](repeating: 1 / Double(components), count: components), means: start,
      variances: [Double](repeating: 1, count: start.count), features: features)
    let estimation = seconds(clock) {
      mixture.estimate(features, iterations: iterations, tolerance: 0, varianceFloor: 1e-6)
    }
    let seeding = seconds(clock) { _ = GreedySeeding.seedRows(features, count: components, stream: stream) }
    return Result(
      kMeansRowsPerSecond: Double(rows * done) / kMeans,
      mixtureRowsPerSecond: Double(rows * mixture.lowerBounds.count) / estimation,
      seedingRowsPerSecond: Double(rows) / seeding)
  }

  private static func sample(rows: Int, columns: Int, components: Int, stream: RandomStream) -> MixedFeatures {
    var numerics = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      let component = UInt64(stream.integer(below: components, row: UInt64(row), step: 0))
      for column in 0..<columns {
        numerics[row * columns + column] =
          0.7 * stream.normal(row: component, step: 1, draw: UInt32(column))
          + stream.normal(row: UInt64(row), step: 2, draw: UInt32(column))
      }
    }
    return MixedFeatures(rowCount: rows, numericCount: columns, numerics: numerics, categories: [])
  }

  private static func seconds(_ clock: () -> Double, _ work: () -> Void) -> Double {
    let start = clock()
    work()
    return max(1e-9, clock() - start)
  }
}
