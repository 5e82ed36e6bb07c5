import Essentials

/// Checks of keys against each other: every finding names the keys, what they say and what to do.
enum ConfigurationCheck {
  static func problems(of configuration: Configuration) -> [Problem] {
    var found = choices(configuration) + sizes(configuration) + fleet(configuration.fleet)
    for (name, column) in configuration.columns.sorted(by: { $0.key < $1.key }) {
      found += problems(of: column, name: name)
    }
    return found + denoisers(configuration)
  }

  /// Options of single denoisers beside those that hold for all; what is wrong with the latter is reported there.
  private static func denoisers(_ configuration: Configuration) -> [Problem] {
    let common = Set(denoiser(configuration).map(\.message))
    return configuration.denoisers.sorted { $0.key < $1.key }.flatMap { name, override in
      denoiser(configuration.configured(forDenoiser: name)).filter { !common.contains($0.message) }.map { problem in
        Problem(
          "denoiser '\(name)': \(problem.message)",
          at: override.place.isEmpty ? .init(key: "denoisers.\(name)") : .init(file: override.place),
          remedy: problem.remedy)
      }
    }
  }

  /// What the options of a denoiser say of each other.
  private static func denoiser(_ configuration: Configuration) -> [Problem] {
    var found: [Problem] = []
    let denoiser = configuration.denoiser
    if denoiser.loss == "variational_bound" && denoiser.process != "ddpm" {
      found.append(
        Problem(
          "denoiser.loss variational_bound does not go with denoiser.process \(denoiser.process)",
          at: .init(key: "denoiser.loss"),
          remedy: "set denoiser.loss to squared_error, or denoiser.process to ddpm"))
    }
    if denoiser.earlyStopping && denoiser.holdout == 0 {
      found.append(
        Problem(
          "denoiser.early_stopping true does not go with denoiser.holdout 0", at: .init(key: "denoiser.early_stopping"),
          remedy: "set denoiser.holdout, for example to 0.05"))
    }
    return found + layers("denoiser.layers", denoiser.layers)
  }

  private static func layers(_ key: String, _ layers: [Int]) -> [Problem] {
    guard layers.isEmpty else { return [] }
    return [
      Problem(
        "the list of layers is empty", at: .init(key: key),
        remedy: "give at least one width, for example \(key): [256, 256, 256]")
    ]
  }

  /// Choices that exist only beside others.
  private static func choices(_ configuration: Configuration) -> [Problem] {
    var found: [Problem] = []
    let structure = configuration.structure.kind, matching = configuration.matching.kind
    if (matching == "cells") == (structure == "group_sizes") {
      found.append(
        Problem(
          "matching.kind \(matching) does not go with structure.kind \(structure)", at: .init(key: "matching.kind"),
          remedy: structure == "group_sizes"
            ? "set matching.kind to greedy, nearest, assignment or none, or structure.kind to exact or resampled"
            : "set matching.kind to cells, or structure.kind to group_sizes"))
    }
    let solver = configuration.sampling.solver, process = configuration.denoiser.process
    if ["ddim", "ancestral"].contains(solver) && process != "ddpm" {
      found.append(
        Problem(
          "sampling.solver \(solver) does not go with denoiser.process \(process)", at: .init(key: "sampling.solver"),
          remedy: "set sampling.solver to dpmpp2m, or denoiser.process to ddpm"))
    }
    if configuration.compatibility == "reference" && configuration.recipe != "clavaddpm" {
      found.append(
        Problem(
          "compatibility reference does not go with recipe \(configuration.recipe)", at: .init(key: "compatibility"),
          remedy: "set recipe to clavaddpm, or compatibility to none"))
    }
    if configuration.evaluation.data != nil, configuration.tables.values.contains(where: { $0.kind == "omitted" }) {
      found.append(
        Problem(
          "evaluation.data does not go with omitted tables", at: .init(key: "evaluation.data"),
          remedy: "leave evaluation.data out, or generate every table"))
    }
    if configuration.evaluation.data != nil, configuration.evaluation.holdout != nil {
      found.append(
        Problem(
          "evaluation.holdout does not go with evaluation.data", at: .init(key: "evaluation.holdout"),
          remedy: "leave one of them out: both say which real rows the result is compared with"))
    }
    return found + denoiser(configuration)
  }

  /// Numbers and lists that bound each other.
  private static func sizes(_ configuration: Configuration) -> [Problem] {
    var found: [Problem] = []
    let steps = configuration.samplingSteps, timesteps = configuration.denoiser.timesteps
    if configuration.denoiser.process == "ddpm" && steps > timesteps {
      found.append(
        Problem(
          "sampling.steps \(steps) is more than denoiser.timesteps \(timesteps)", at: .init(key: "sampling.steps"),
          remedy: "set sampling.steps to at most \(timesteps)"))
    }
    let rungs = configuration.denoiser.rungs, last = configuration.denoiser.steps
    if zip(rungs, rungs.dropFirst()).contains(where: { $0 >= $1 }) || (rungs.last ?? 0) >= last {
      found.append(
        Problem(
          "denoiser.rungs \(rungs) do not ascend to less than denoiser.steps \(last)", at: .init(key: "denoiser.rungs"),
          remedy:
            "give steps in ascending order, for example denoiser.rungs: [\(max(1, last / 9)), \(max(2, last / 3))]"))
    }
    if let end = configuration.denoiser.stopAfter, !rungs.contains(end) {
      found.append(
        Problem(
          "denoiser.stop_after \(end) is not one of denoiser.rungs \(rungs)", at: .init(key: "denoiser.stop_after"),
          remedy: "add it to denoiser.rungs, or leave it out to train to the end"))
    }
    found += layers("classifier.layers", configuration.classifier.layers)
    if configuration.outputPrefix.contains("/") {
      found.append(
        Problem(
          "output_prefix '\(configuration.outputPrefix)' holds a '/'", at: .init(key: "output_prefix"),
          remedy: "it is a part of a folder's name; the folder of the run is set with output"))
    }
    return found
  }

  /// A rule without a text would empty the column, a misspelt placeholder would be written as it stands.
  private static func problems(of column: Configuration.Column, name: String) -> [Problem] {
    let place = Problem.Place(file: column.place.isEmpty ? nil : column.place)
    guard let text = column.pattern else {
      if column.constant != nil { return [] }
      return [
        Problem(
          "the rule of column '\(name)' says neither constant nor pattern", at: place,
          remedy: "add one of them, for example constant: hidden")
      ]
    }
    return text.matches(of: /\{([^{}]*)\}/).compactMap { match in
      let word = String(match.output.1)
      guard !["row", "table", "column"].contains(word),
        let nearest = NearestName.of(word, among: ["row", "table", "column"])
      else { return nil }
      return Problem(
        "the pattern of column '\(name)' holds {\(word)}, which is no placeholder", at: place,
        remedy: "did you mean {\(nearest)}?")
    }
  }
}
