import Diffusion
import Foundation
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Calibration")
struct CalibrationTests {
  @Test("noise keeps the variance, moves ranks by about its own size, and is drawn by row")
  func jitter() {
    let stream = RandomStream(seed: 5, name: "jitter")
    let start = RandomStream(seed: 5, name: "start")
    let values = (0..<4000).map { Float(start.normal(row: UInt64($0))) }
    let noisy = Calibration.jittered(values, deviation: 0.2, stream: stream)
    func variance(_ values: [Float]) -> Double {
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      return values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
    }
    #expect(abs(variance(noisy) / variance(values) - 1) < 0.03)
    let moves = zip(values, noisy).map { $1 - $0 }
    #expect(abs(variance(moves).squareRoot() - 0.2) < 0.02)
    #expect(Calibration.jittered(Array(values.prefix(9)), deviation: 0.2, stream: stream) == Array(noisy.prefix(9)))
    #expect(Calibration.jittered(values, deviation: 0, stream: stream) == values)
  }

  @Test("ranks and normal scores equal the reference, ties by row")
  func numeric() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    let values = try file.read("calibration/numeric/x", as: Double.self)
    let ranks = try file.read("calibration/numeric/rank", as: Int32.self)
    let scores = try file.read("calibration/numeric/z", as: Double.self)
    for column in 0..<3 {
      func pick<Value>(_ list: [Value]) -> [Value] { (0..<300).map { list[3 * $0 + column] } }
      let floats = pick(values).map { Float($0) }
      #expect(Calibration.ranks(of: floats) == pick(ranks))
      #expect(maximumDifference(Calibration.ranksToNormal(values: floats), pick(scores)) < 5e-7)
    }
  }

  @Test("zeros of either sign are ties and infinities are ends")
  func unusualNumbers() {
    #expect(Calibration.ranks(of: [0, -0.0, 0, -.infinity, .infinity, -1e-30]) == [2, 3, 4, 0, 5, 1])
    #expect(Calibration.ranksToNormal(values: []).isEmpty)
    #expect(Calibration.ranksToNormal(values: [3]) == [0])
  }

  @Test("fitted offsets come as close to the target counts as the reference", arguments: [2, 4, 7])
  func categories(levels: Int) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    let group = "calibration/categorical_\(levels)"
    let logs = try file.read("\(group)/log_probabilities", as: Double.self)
    let gumbel = try file.read("\(group)/gumbel", as: Double.self)
    let target = try file.read("\(group)/target", as: Double.self)
    let errors = try file.read("\(group)/errors", as: Double.self)
    let scores = Matrix(rows: levels, columns: 300)
    for row in 0..<300 {
      for level in 0..<levels {
        let index = levels * row + level
        scores[level, row] = Float(logs[index] + 0.3 * gumbel[index])
      }
    }
    let fit = OffsetFit(scores: scores, target: target, rounds: 200)
    #expect(abs(fit.errors[0] - errors[0]) <= 2)
    #expect(try #require(fit.errors.min()) <= (try #require(errors.min())) + 2)
    let counts = (0..<levels).map { level in Double(fit.choices.count { Int($0) == level }) }
    let error = zip(counts, target).reduce(0) { $0 + abs($1.0 - $1.1) }
    #expect(abs(error - (try #require(fit.errors.min()))) < 1e-9)
    let uncalibrated = try file.read("\(group)/uncalibrated", as: Int32.self)
    #expect(Calibration.mostProbable(logProbabilities: logs.map { Float($0) }, levels: levels) == uncalibrated)
  }

  /// Rows whose probabilities differ, of 6 levels.
  private func logProbabilities(rows: Int) -> [Float] {
    let stream = RandomStream(seed: 8, name: "probabilities")
    return (0..<rows).flatMap { row -> [Float] in
      let logits = (0..<6).map { stream.normal(row: UInt64(row), draw: $0) }
      let sum = logits.reduce(0) { $0 + exp($1) }
      return logits.map { Float($0 - log(sum)) }
    }
  }

  @Test("counts meet the target whether or not the offsets are fitted on a sample of the rows")
  func balance() {
    let rows = 20_000
    let logs = logProbabilities(rows: rows)
    let shares = [0.4, 0.3, 0.15, 0.1, 0.05, 0]
    let stream = RandomStream(seed: 1, name: "gumbel")
    var sampled = CategoryBalanceOptions()
    sampled.scoreLimit = rows * 6 / 4 - 1
    for (options, tolerance) in [(CategoryBalanceOptions(), 0.001), (sampled, 0.02)] {
      let choices = Calibration.balancedCategories(
        logProbabilities: logs, levels: 6, target: shares, stream: stream, options: options)
      #expect(choices.count == rows)
      for level in 0..<6 {
        let share = Double(choices.count { Int($0) == level }) / Double(rows)
        #expect(abs(share - shares[level]) < tolerance)
      }
      #expect(
        choices
          == Calibration.balancedCategories(
            logProbabilities: logs, levels: 6, target: shares, stream: stream, options: options))
    }
  }

  @Test("one level, one row and no rows work")
  func small() {
    let stream = RandomStream(seed: 1, name: "gumbel")
    func balance(_ logs: [Float], _ target: [Double]) -> [Int32] {
      Calibration.balancedCategories(
        logProbabilities: logs, levels: target.count, target: target, stream: stream)
    }
    #expect(balance([0, 0, 0], [3]) == [0, 0, 0])
    #expect(balance([-0.1, -3], [0, 1]) == [1])
    #expect(balance([], [1, 1]).isEmpty)
  }
}
