internal import CKernels
internal import Foundation

/// Sinusoidal embedding of a time: cosines, then sines, of t · 10000^(−i / half).
public enum TimeEmbedding {
  /// The frequencies of an embedding of `dimension` columns.
  public static func frequencies(dimension: Int) -> [Double] {
    let half = dimension / 2
    return (0..<half).map { exp(-log(10000) * Double($0) / Double(half)) }
  }

  /// Fills rows × dimension; an odd dimension ends in a zero column.
  public static func fill(
    _ out: UnsafeMutablePointer<Float>, times: UnsafePointer<Double>, frequencies: [Double], dimension: Int, rows: Int
  ) {
    precondition(frequencies.count == dimension / 2, "\(frequencies.count) frequencies for dimension \(dimension)")
    frequencies.withUnsafeBufferPointer { frequencies in
      // A one-column embedding has no frequencies, only the zero column.
      let base = frequencies.baseAddress ?? times
      ck_time_embedding(out, times, base, Int64(rows), Int64(dimension))
    }
  }
}
