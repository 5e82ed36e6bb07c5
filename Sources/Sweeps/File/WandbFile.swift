import Configuration
import Essentials

/// Sweep files of Weights & Biases, translated into ours.
///
/// What has no counterpart is an error with a remedy or, where it does not change the trials, a notice; nothing is
/// guessed. Source: docs.wandb.ai, "Sweep configuration options".
enum WandbFile {
  /// Whether a file is one of theirs: it names its `method` at the top.
  static func recognises(_ root: LocatedValue) -> Bool {
    let names = Set(root.members?.map(\.name) ?? [])
    return names.contains("method") && !names.contains("sweep") && !names.contains("sampler")
  }

  private enum Method: String, CaseIterable { case grid, random, bayes }
  private enum Stopper: String, CaseIterable { case hyperband }

  static func read(_ root: LocatedValue) throws -> SweepFile {
    var file = SectionReader(root, name: "", example: "method: bayes")
    var specification = SweepSpecification()
    var notices = ["this is a sweep file of Weights & Biases; `clava sweep run` shows it in Clava's own form"]
    switch file.choice("method", Method.self) {
    case .grid: specification.sampler.kind = .grid
    case .random: specification.sampler.kind = .random
    case .bayes:
      specification.sampler.kind = .tpe
      notices.append("method bayes is a Gaussian process there; here it is tpe")
    case nil: break
    }
    if let name = file.text("name") { specification.name = name }
    specification.trials = file.integer("run_cap", 1...10_000_000)
    for key in ["program", "command", "project", "entity", "description"] where file.take(key) != nil {
      notices.append("\(key) is ignored: trials are runs of Clava")
    }
    if let metric = file.take("metric") {
      file.add(read(metric: metric, into: &specification, &notices))
    } else {
      file.add(
        Problem("the sweep has no metric", at: root.place, remedy: "add metric: { name: pairs, goal: maximize }"))
    }
    if let stopper = file.take("early_terminate") { file.add(read(stopper: stopper, into: &specification)) }
    if let parameters = file.take("parameters") {
      var reader = WandbParameters()
      specification.space = reader.read(parameters)
      file.add(reader.problems)
    } else {
      file.add(Problem("the sweep has no parameters", at: root.place, remedy: "add parameters with their values"))
    }
    if specification.trials == nil && specification.sampler.kind != .grid && file.problems.isEmpty {
      file.add(
        Problem(
          "nothing ends the sweep; there it goes on until it is stopped", at: root.place, remedy: "add run_cap: 50"))
    }
    let problems = file.finish()
    let found = problems.isEmpty ? SweepCheck.problems(specification, at: root.place) : problems
    guard found.isEmpty else { throw ClavaError(.configuration, problems: found) }
    return SweepFile(specification: specification, notices: notices + specification.notices)
  }

  private static func read(
    metric value: LocatedValue, into specification: inout SweepSpecification, _ notices: inout [String]
  ) -> [Problem] {
    var section = SectionReader(value, name: "metric", example: "metric: { name: pairs, goal: maximize }")
    let goal = section.choice("goal", Objective.Goal.self)
    if let name = section.text("name") {
      if goal == nil && section.problems.isEmpty { notices.append("metric.goal is not given; minimize, as there") }
      specification.objectives = [Objective(name: name, goal: goal ?? .minimize)]
    } else if section.problems.isEmpty {
      section.add("the metric has no name", at: value, key: "name", remedy: "add name: pairs")
    }
    if section.take("target") != nil { notices.append("metric.target is ignored: the sweep runs all its trials") }
    return section.finish()
  }

  /// With `max_iter` and `s` the first bracket is at `max_iter / eta^s`; with `min_iter` it is there.
  private static func read(stopper value: LocatedValue, into specification: inout SweepSpecification) -> [Problem] {
    var section = SectionReader(
      value, name: "early_terminate", example: "early_terminate: { type: hyperband, min_iter: 500, max_iter: 20000 }")
    var options = PrunerOptions()
    options.kind = .hyperband
    _ = section.choice("type", Stopper.self)
    _ = section.take("strict")
    if let eta = section.integer("eta", 2...100) { options.eta = eta }
    let smallest = section.integer("min_iter", 1...1_000_000_000)
    let largest = section.integer("max_iter", 1...1_000_000_000), rungs = section.integer("s", 1...60)
    if let objective = specification.objectives.first {
      (options.metric, options.goal) = (objective.name, objective.goal)
    }
    if let largest, let smallest = smallest ?? rungs.map({ largest / power(options.eta, $0) }), smallest >= 1,
      smallest <= largest
    {
      (options.min, options.max) = (smallest, largest)
    } else if section.problems.isEmpty {
      section.add(
        "the first rung and the steps of a full trial do not follow from it", at: value, key: "max_iter",
        remedy: "give min_iter and max_iter, both in optimiser steps, min_iter the smaller one")
    }
    specification.pruner = options
    return section.finish()
  }

  private static func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in
      let (next, overflow) = product.multipliedReportingOverflow(by: base)
      return overflow ? .max : next
    }
  }
}

/// Their parameters: a distribution by name, or the one that follows from what is given.
private struct WandbParameters {
  var problems: [Problem] = []

  private static let supported = [
    "constant", "categorical", "int_uniform", "uniform", "q_uniform", "log_uniform", "q_log_uniform",
    "log_uniform_values", "q_log_uniform_values",
  ]

  mutating func read(_ value: LocatedValue) -> ParameterSpace {
    ParameterSpace(members(of: value, below: ""))
  }

  /// `parameters` inside a parameter nests: its names continue the path.
  private mutating func members(of value: LocatedValue, below path: String) -> [Parameter] {
    guard let members = value.members, !members.isEmpty else {
      problems.append(
        Problem("expected parameters, found \(value.found)", at: value.place, remedy: "write NAME: { values: […] }"))
      return []
    }
    return members.flatMap { member -> [Parameter] in
      let name = path + member.name
      if let nested = member.value.members?.first(where: { $0.name == "parameters" })?.value {
        return self.members(of: nested, below: "\(name).")
      }
      var section = SectionReader(member.value, name: name, example: "\(name): { min: 1, max: 10 }")
      let domain = self.domain(&section, at: member.value)
      let found = section.finish()
      problems += found
      guard found.isEmpty, let domain else { return [] }
      let parameter = Parameter(name: name, domain: domain)
      var place = member.place
      place.key = name
      problems += SpaceReader.check(parameter, at: place)
      return [parameter]
    }
  }

  private func domain(_ section: inout SectionReader, at value: LocatedValue) -> Parameter.Domain? {
    let constant = section.take("value"), values = section.take("values")
    let low = section.take("min"), high = section.take("max"), step = section.take("q")
    let given = section.take("distribution")
    if let shares = section.take("probabilities") {
      section.add(
        "values with probabilities have no counterpart", at: shares, key: "probabilities",
        remedy: "leave probabilities out: all values are then equally likely at first")
      return nil
    }
    let areWhole = low?.integer != nil && high?.integer != nil
    let name =
      given?.text
      ?? (constant != nil ? "constant" : values != nil ? "categorical" : areWhole ? "int_uniform" : "uniform")
    guard Self.supported.contains(name) else {
      section.add(
        "the distribution '\(name)' has no counterpart", at: given ?? value, key: "distribution",
        remedy: "take one of \(Self.supported.joined(separator: ", "))")
      return nil
    }
    switch name {
    case "constant":
      if let constant { return .value(constant.json) }
    case "categorical":
      if let list = values?.list, !list.isEmpty, Set(list.map(\.json)).count == list.count {
        return .choice(list.map(\.json))
      }
    case "int_uniform":
      if let first = low?.integer, let last = high?.integer, first < last {
        return .integers(.init(low: first, high: last, step: 1, isLogarithmic: false))
      }
    default:
      if let range = numbers(name, low?.number, high?.number, step?.number) { return .numbers(range) }
    }
    section.add(
      "what \(name) needs is missing or wrong", at: value, key: "distribution",
      remedy: ["constant": "give value", "categorical": "give values, each once"][name]
        ?? "give min and max, the smaller one first\(name.hasPrefix("q_") ? ", and q" : "")")
    return nil
  }

  /// `log_uniform` takes exponents of e, `log_uniform_values` the values themselves; `q` is 1 unless it is given.
  private func numbers(_ name: String, _ low: Double?, _ high: Double?, _ step: Double?) -> Parameter.Numbers? {
    guard let low, let high, low < high else { return nil }
    let isLogarithmic = name.contains("log_uniform"), areExponents = name.hasSuffix("log_uniform")
    let ends = areExponents ? (low.exponential, high.exponential) : (low, high)
    guard !isLogarithmic || ends.0 > 0, ends.1.isFinite else { return nil }
    let size = name.hasPrefix("q_") ? step ?? 1 : nil
    guard size.map({ $0 > 0 && $0 <= ends.1 - ends.0 }) ?? true else { return nil }
    return .init(low: ends.0, high: ends.1, step: size, isLogarithmic: isLogarithmic)
  }
}
