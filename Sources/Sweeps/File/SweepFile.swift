import Configuration
import Essentials

/// A sweep file as it was read.
public struct SweepFile: Sendable {
  /// What it says.
  public var specification: SweepSpecification
  /// Things that are no errors but should be known, such as keys of other programs that are ignored.
  public var notices: [String]

  /// Whether a text looks like a sweep and not like a configuration: it has `parameters`.
  public static func recognises(_ text: String) -> Bool {
    guard let members = try? LocatedValue.read(text: text, source: "")?.members else { return false }
    return members.contains { $0.name == "parameters" }
  }

  /// Reads a sweep file, ours or one of Weights & Biases.
  ///
  /// - Parameters:
  ///   - source: how messages call the text, usually its path.
  ///   - points: the text of the list that `sampler: { kind: file, path: … }` names; nil leaves the list empty, which
  ///     the caller has to fill with `PointList`.
  /// - Throws: `ClavaError.configuration` with everything that is wrong, each with its line and a remedy.
  public static func read(text: String, source: String, points: String? = nil) throws -> SweepFile {
    guard let root = try LocatedValue.read(text: text, source: source) else {
      throw ClavaError(
        .configuration, "the file is empty", at: .init(file: source, line: 1),
        remedy: "it needs objective and parameters at least")
    }
    if WandbFile.recognises(root) { return try WandbFile.read(root) }
    var file = SectionReader(root, name: "", example: "parameters: { denoiser.steps: { int: [500, 2000] } }")
    var specification = SweepSpecification()
    if let value = file.take("sweep") { file.add(read(sweep: value, into: &specification)) }
    if let value = file.take("objective") {
      file.add(read(objectives: value, into: &specification))
    } else if specification.scope == .relation {
      specification.objectives = [RelationCheck.usualObjective]
    }
    if let value = file.take("sampler") { file.add(read(sampler: value, into: &specification)) }
    if let value = file.take("pruner") { file.add(read(pruner: value, into: &specification)) }
    if let value = file.take("parameters") {
      var reader = SpaceReader()
      reader.scope = specification.scope
      specification.space = reader.read(value)
      file.add(reader.problems)
    } else {
      file.add(
        Problem(
          "the sweep has no parameters", at: root.place,
          remedy: "add for example parameters: { denoiser.learning_rate: { log_uniform: [1e-4, 1e-2] } }"))
    }
    if specification.objectives.isEmpty && file.problems.isEmpty {
      file.add(
        Problem(
          "the sweep has no objective", at: root.place,
          remedy: "add for example objective: { name: pairs, goal: maximize }"
        ))
    }
    if let points, specification.sampler.kind == .file {
      do {
        specification.sampler.points = try PointList.read(
          text: points, source: specification.sampler.path ?? source, space: specification.space)
      } catch let error as ClavaError {
        file.add(error.problems)
      }
    }
    let problems = file.finish()
    let found = problems.isEmpty ? SweepCheck.problems(specification, at: root.place) : problems
    guard found.isEmpty else { throw ClavaError(.configuration, problems: found) }
    return SweepFile(specification: specification, notices: specification.notices)
  }

  private static func read(sweep value: LocatedValue, into specification: inout SweepSpecification) -> [Problem] {
    var section = SectionReader(value, name: "sweep", example: "sweep: { name: acme, trials: 200 }")
    if let name = section.text("name") { specification.name = name }
    specification.base = section.text("base")
    if let scope = section.choice("scope", SweepSpecification.Scope.self) { specification.scope = scope }
    if let seed = section.integer("seed", 0...Int(Int32.max)) { specification.seed = seed }
    specification.trials = section.integer("trials", 1...10_000_000)
    if let parallel = section.take("max_parallel"), parallel.text != "auto" {
      if let count = parallel.integer, (1...100_000).contains(count) {
        specification.maxParallel = count
      } else {
        section.add(
          "found \(parallel.found), expected auto or a whole number from 1 to 100000", at: parallel,
          key: "max_parallel", remedy: "auto is one trial for each worker")
      }
    }
    specification.budget = section.take("budget", "a time such as 12h, 30m or 90s") { value in
      value.text.flatMap(YAMLText.seconds).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }
    if let replicates = section.integer("replicates", 1...1000) { specification.replicates = replicates }
    specification.synchronous = section.integer("synchronous", 1...100_000)
    return section.finish()
  }

  /// One objective, or a list of them.
  private static func read(objectives value: LocatedValue, into specification: inout SweepSpecification) -> [Problem] {
    var problems: [Problem] = []
    for one in value.list ?? [value] {
      var section = SectionReader(one, name: "objective", example: "objective: { name: pairs, goal: maximize }")
      let name = section.text("name"), goal = section.choice("goal", Objective.Goal.self)
      if one.members != nil && section.problems.isEmpty {
        for (key, isMissing) in [("name", name == nil), ("goal", goal == nil)] where isMissing {
          section.add(
            "the objective has no \(key)", at: one, key: key,
            remedy: "add \(key): \(key == "goal" ? "minimize or maximize" : "pairs")")
        }
      }
      if let name, let goal {
        if specification.objectives.contains(where: { $0.name == name }) {
          section.add("'\(name)' is an objective twice", at: one, key: "name", remedy: "keep one of them")
        }
        specification.objectives.append(Objective(name: name, goal: goal))
      }
      problems += section.finish()
    }
    return problems
  }

  private static func read(sampler value: LocatedValue, into specification: inout SweepSpecification) -> [Problem] {
    var section = SectionReader(value, name: "sampler", example: "sampler: { kind: tpe, startup: 10 }")
    var options = SamplerOptions()
    if let kind = section.choice("kind", SamplerOptions.Kind.self) { options.kind = kind }
    if let startup = section.integer("startup", 1...1_000_000) { options.startup = startup }
    if let candidates = section.integer("candidates", 1...100_000) { options.candidates = candidates }
    options.path = section.text("path")
    if let points = section.take("points") {
      if let list = points.list {
        options.points = list.compactMap { point in
          guard case .object(let values) = point.json else {
            section.add(
              "expected parameters with their values, found \(point.found)", at: point, key: "points",
              remedy: "write for example - { denoiser.steps: 500 }")
            return nil
          }
          return TrialParameters(values)
        }
      } else {
        section.add(
          "expected a list, found \(points.found)", at: points, key: "points",
          remedy: "write for example points: [{ denoiser.steps: 500 }, { denoiser.steps: 2000 }]")
      }
    }
    if options.kind == .file && options.path == nil && options.points.isEmpty && section.problems.isEmpty {
      section.add(
        "the list of trials is not given", at: value, key: "path", remedy: "add path: trials.csv, or points: [ … ]")
    }
    specification.sampler = options
    return section.finish()
  }

  private static func read(pruner value: LocatedValue, into specification: inout SweepSpecification) -> [Problem] {
    var section = SectionReader(
      value, name: "pruner", example: "pruner: { kind: asha, metric: val_loss, min: 500, max: 20000 }")
    var options = PrunerOptions()
    options.kind = section.choice("kind", PrunerOptions.Kind.self) ?? .asha
    let metric =
      section.text("metric") ?? (specification.scope == .relation ? RelationCheck.usualObjective.name : nil)
    let goal = section.choice("goal", Objective.Goal.self)
    if let metric { options.metric = metric }
    if let resource = section.text("resource") { options.resource = resource }
    let smallest = section.integer("min", 1...1_000_000_000), largest = section.integer("max", 1...1_000_000_000)
    if let eta = section.integer("eta", 2...100) { options.eta = eta }
    if let brackets = section.integer("brackets", 1...64) { options.brackets = brackets }
    if let startup = section.integer("startup", 1...1_000_000) { options.startup = startup }
    if options.kind != .none && section.problems.isEmpty {
      for (key, isMissing) in [("metric", metric == nil), ("min", smallest == nil), ("max", largest == nil)]
      where isMissing {
        section.add(
          "the pruner has no \(key)", at: value, key: key,
          remedy: key == "metric" ? "add metric: val_loss" : "add \(key), in \(options.resource)")
      }
      if let known = goal ?? specification.objectives.first(where: { $0.name == options.metric })?.goal
        ?? Self.goals[options.metric]
      {
        options.goal = known
      } else if metric != nil {
        section.add(
          "it is not known which way '\(options.metric)' is better", at: value, key: "goal",
          remedy: "add goal: minimize or goal: maximize")
      }
    }
    if let smallest, let largest {
      if smallest > largest {
        section.add(
          "min \(smallest) is more than max \(largest)", at: value, key: "min", remedy: "min is the first rung")
      }
      (options.min, options.max) = (smallest, largest)
    }
    specification.pruner = options
    return section.finish()
  }

  /// Numbers of a rung whose better way is known.
  private static let goals: [String: Objective.Goal] = [
    "val_loss": .minimize, "loss": .minimize, "quick_score": .maximize, "seconds": .minimize,
  ]
}
