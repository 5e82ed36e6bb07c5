import Configuration
import Essentials

/// What a sweep of scope `relation` may vary and look at: it trains single denoisers and does nothing else.
enum RelationCheck {
  /// What such a sweep makes small if its file names no objective.
  static let usualObjective = Objective(name: "val_loss", goal: .minimize)

  /// The numbers that a denoiser has.
  private static let numbers = ["val_loss", "loss"]

  /// Options of a denoiser that would change what its validation loss is measured on, or in which unit.
  private static let measures = ["denoiser.holdout", "denoiser.loss"]

  /// Why something cannot be a parameter; nil if it can, or is no key at all.
  static func problem(ofParameter name: String, at place: Problem.Place) -> Problem? {
    let allowed = ConfigurationKey.ofOneDenoiser.map(\.path).filter { !measures.contains($0) }
    guard !allowed.contains(name) else { return nil }
    let remedy = "with scope relation it may be one of \(allowed.joined(separator: ", "))"
    if measures.contains(name) {
      return Problem(
        "it changes what the validation loss is measured on, so trials could not be compared", at: place,
        remedy: "set it in the base configuration; \(remedy)")
    }
    if name.hasPrefix("denoisers.") {
      return Problem("scope relation tunes every denoiser on its own anyway", at: place, remedy: remedy)
    }
    guard ConfigurationKey.named(name) != nil || name.hasPrefix("tables.") || name.hasPrefix("columns.") else {
      return nil
    }
    return Problem(
      name.hasPrefix("denoiser.")
        ? "it is the same for all denoisers, and scope relation tunes each on its own"
        : "scope relation only trains denoisers, which do not read it", at: place,
      remedy: "\(remedy); scope run varies any key")
  }

  /// What does not go together with the scope.
  static func problems(_ specification: SweepSpecification, at place: Problem.Place) -> [Problem] {
    var found: [Problem] = []
    func add(_ message: String, _ key: String, _ remedy: String) {
      var named = place
      named.key = key
      found.append(Problem(message, at: named, remedy: remedy))
    }
    let takes = "a denoiser has \(numbers.joined(separator: " and ")); scope run has the scores of the whole database"
    if specification.objectives.count != 1 {
      add("scope relation has one objective, found \(specification.objectives.count)", "objective", takes)
    }
    for objective in specification.objectives {
      if !numbers.contains(objective.name) { add("no denoiser has '\(objective.name)'", "objective", takes) }
      if numbers.contains(objective.name), objective.goal != .minimize {
        add("a loss is made small, found goal maximize", "objective.goal", "write goal: minimize")
      }
    }
    let pruner = specification.pruner
    if pruner.kind != .none, !numbers.contains(pruner.metric) {
      add("no denoiser has '\(pruner.metric)' at a rung", "pruner.metric", takes)
    }
    return found
  }
}
