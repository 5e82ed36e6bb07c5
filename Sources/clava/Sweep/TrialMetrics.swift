import Essentials
import Evaluation
import Fleet
import Foundation
import Storage
import Sweeps
import Synthesis
import Tables
import TaskGraph

/// The numbers of a trial: short names for the usual ones, and every number of its summary under its path.
enum TrialMetrics {
  /// Names that every trial has. `pairs` is the mean of the pair trends over all hops, `quick_score` the same of a small
  /// sample at a rung.
  private static let names = [
    "cardinality", "shapes", "pairs", "quick_score", "overall", "average_two_way", "loss", "val_loss", "seconds",
  ]

  /// The largest number of relations between two scored columns.
  static func depth(of project: Project) -> Int {
    SchemaPaths.enumerate(relations: project.schema.relations.map { ($0.name, $0.parent, $0.child) })
      .map(\.count).max() ?? 1
  }

  /// Objectives and rung metrics that no trial would have.
  static func problems(_ specification: SweepSpecification, depth: Int) -> [Problem] {
    let known = names + (0...max(1, depth)).map { "hop\($0)" }
    var wanted = specification.objectives.map { ("objective", $0.name) }
    if specification.pruner.kind != .none { wanted.append(("pruner.metric", specification.pruner.metric)) }
    return wanted.compactMap { key, name in
      guard !known.contains(name), !name.hasPrefix("summary.") else { return nil }
      return Problem(
        "no trial has a number called '\(name)'", at: .init(key: key),
        remedy: NearestName.remedy(name, among: known, of: "numbers")
          + "; summary.PATH names any number of summary.json, such as summary.fleet.peakMemory")
    }
  }

  /// The numbers of a summary.
  static func values(_ summary: RunSummary, seconds: Double) throws -> MetricValues {
    var values = MetricValues()
    flatten(try JSONValue(encoding: summary), "summary", into: &values)
    if let scores = summary.scores?.all {
      values["cardinality"] = scores.cardinality.number
      values["shapes"] = scores.shapes.number
      values["overall"] = scores.overall.number
      values["average_two_way"] = scores.averageTwoWay.number
      for hop in scores.hops { values["hop\(hop.hop)"] = hop.score.number }
      let pairs = Score.mean(ofDefined: scores.hops.map(\.score), otherwise: "no hop has a score").number
      values["pairs"] = pairs
      values["quick_score"] = pairs
    }
    values["loss"] = mean(summary.tables.compactMap(\.loss))
    values["val_loss"] = mean(summary.tables.compactMap(\.validationLoss))
    values["seconds"] = seconds
    return values
  }

  /// The numbers of one denoiser.
  static func values(_ denoiser: DenoiserResult, seconds: Double) -> MetricValues {
    var values: MetricValues = ["loss": denoiser.loss, "seconds": seconds]
    values["val_loss"] = denoiser.validationLoss
    return values
  }

  /// Means and, from two replicates on, standard deviations.
  static func combine(_ replicates: [MetricValues]) -> (mean: MetricValues, spread: MetricValues?) {
    guard let first = replicates.first, replicates.count > 1 else { return (replicates.first ?? [:], nil) }
    var means = MetricValues(), spreads = MetricValues()
    for name in first.names {
      let numbers = replicates.compactMap { $0[name] }
      // A number that one replicate lacks is no number of the trial.
      guard numbers.count == replicates.count, let centre = mean(numbers) else {
        means[name] = nil
        continue
      }
      means[name] = centre
      let squares = numbers.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      spreads[name] = (squares / Double(numbers.count - 1)).squareRoot()
    }
    return (means, spreads)
  }

  /// Only what a record of the journal has to hold: objectives, the rung's metric, and the short names.
  static func recorded(_ values: MetricValues, _ specification: SweepSpecification) -> MetricValues {
    let wanted = Set(specification.objectives.map(\.name) + [specification.pruner.metric])
    var kept = MetricValues()
    for name in values.names where !name.hasPrefix("summary.") || wanted.contains(name) { kept[name] = values[name] }
    return kept
  }

  private static func mean(_ numbers: [Double]) -> Double? {
    numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
  }

  private static func flatten(_ value: JSONValue, _ path: String, into values: inout MetricValues) {
    switch value {
    case .integer(let number): values[path] = Double(number)
    case .number(let number): values[path] = number
    case .object(let members):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        flatten(member, "\(path).\(name)", into: &values)
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() { flatten(element, "\(path).\(index)", into: &values) }
    case .null, .bool, .string: break
    }
  }
}
