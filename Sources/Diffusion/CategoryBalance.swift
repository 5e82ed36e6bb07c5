internal import CKernels
internal import Foundation
public import Tensors

/// Settings of `Calibration.balancedCategories`.
public struct CategoryBalanceOptions: Codable, Sendable, Equatable {
  /// Rounds of offset updates.
  public var rounds = 200
  /// Factor of the Gumbel noise that spreads rows with equal probabilities.
  public var temperature: Float = 0.3
  /// Smallest probability.
  public var floor: Double = 1e-7
  /// Scores held in memory at once; a larger table fits its offsets on a systematic sample of its rows.
  public var scoreLimit = 32 << 20

  /// Creates the settings of the default recipe.
  public init() {}
}

extension Calibration {
  /// Chooses a level for every row so that the counts come close to a target.
  ///
  /// Q = max(ln p, ln floor) + temperature · Gumbel; 200 rounds of y = argmax(Q + w) and
  /// w += a (ln(target + ½) − ln(count + ½)), a = 0.5 in the first half and 0.15 in the second; the y with the
  /// smallest Σ|count − target| wins. When rows × levels exceeds `scoreLimit`, the offsets w are fitted on every k-th
  /// row and then applied to all rows; the counts are then met up to the sampling error of that sample.
  ///
  /// - Parameters:
  ///   - logProbabilities: rows × levels.
  ///   - target: wanted count of every level (any scale: it is rescaled to the number of rows).
  ///   - stream: the Gumbel noise; row r takes the draws of row r.
  public static func balancedCategories(
    logProbabilities: [Float], levels: Int, target: [Double], stream: RandomStream,
    options: CategoryBalanceOptions = CategoryBalanceOptions()
  ) -> [Int32] {
    precondition(levels > 0 && target.count == levels, "\(target.count) targets for \(levels) levels")
    precondition(
      logProbabilities.count % levels == 0, "\(logProbabilities.count) values are no rows of \(levels) levels")
    let rows = logProbabilities.count / levels
    guard rows > 0 else { return [] }
    let step = max(1, (logProbabilities.count + options.scoreLimit - 1) / options.scoreLimit)
    let sampled = (rows + step - 1) / step
    let scores = Matrix(rows: levels, columns: sampled)
    fillScores(scores, logProbabilities, rowStep: step, firstRow: 0, stream: stream, options: options)
    let fit = OffsetFit(scores: scores, target: target, rounds: options.rounds)
    guard step > 1 else { return fit.choices }
    return apply(fit.offsets, logProbabilities, levels: levels, stream: stream, options: options)
  }

  /// Applies fitted offsets to all rows, a block at a time.
  private static func apply(
    _ offsets: [Float], _ logProbabilities: [Float], levels: Int, stream: RandomStream,
    options: CategoryBalanceOptions
  ) -> [Int32] {
    let rows = logProbabilities.count / levels
    let blockRows = max(1, min(rows, options.scoreLimit / levels))
    var choices = [Int32](repeating: 0, count: rows)
    var start = 0
    while start < rows {
      let count = min(blockRows, rows - start)
      let scores = Matrix(rows: levels, columns: count)
      fillScores(scores, logProbabilities, rowStep: 1, firstRow: start, stream: stream, options: options)
      var counts = [Int64](repeating: 0, count: levels)
      choices.withUnsafeMutableBufferPointer { choices in
        guard let base = choices.baseAddress else { return }
        ck_choose(base + start, &counts, scores.pointer, offsets, Int64(count), Int64(levels))
      }
      start += count
    }
    return choices
  }

  private static func fillScores(
    _ scores: Matrix, _ logProbabilities: [Float], rowStep: Int, firstRow: Int, stream: RandomStream,
    options: CategoryBalanceOptions
  ) {
    logProbabilities.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      ck_gumbel_scores(
        scores.pointer, base + firstRow * scores.rows, Int64(scores.columns), Int64(scores.rows), Int64(rowStep),
        Float(log(options.floor)), options.temperature, stream.key, UInt64(firstRow))
    }
  }
}

/// Offsets per level that bring the counts of argmax(score + offset) close to a target.
package struct OffsetFit {
  /// Σ|count − target| of every round.
  package private(set) var errors: [Double] = []
  /// The offsets of the best round.
  package private(set) var offsets: [Float]
  /// The choices of the best round.
  package private(set) var choices: [Int32]

  /// Fits offsets to scores (levels × rows).
  package init(scores: Matrix, target: [Double], rounds: Int) {
    let (levels, rows) = (scores.rows, scores.columns)
    let total = target.reduce(0, +)
    let wanted = target.map { total > 0 ? $0 * Double(rows) / total : Double(rows) / Double(levels) }
    var current = [Double](repeating: 0, count: levels)
    var candidate = [Int32](repeating: 0, count: rows)
    var best = Double.infinity
    offsets = [Float](repeating: 0, count: levels)
    choices = candidate
    for round in 0..<rounds {
      var counts = [Int64](repeating: 0, count: levels)
      let floats = current.map { Float($0) }
      ck_choose(&candidate, &counts, scores.pointer, floats, Int64(rows), Int64(levels))
      let error = zip(counts, wanted).reduce(0) { $0 + abs(Double($1.0) - $1.1) }
      errors.append(error)
      if error < best {
        best = error
        offsets = floats
        choices = candidate
      }
      // An exact match cannot be improved on; an error below 1e-9 is rounding of the target.
      if error < 1e-9 { break }
      let rate = round < rounds / 2 ? 0.5 : 0.15
      for level in 0..<levels {
        current[level] += rate * (log(wanted[level] + 0.5) - log(Double(counts[level]) + 0.5))
      }
    }
  }
}
