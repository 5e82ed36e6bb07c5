import Configuration
import Essentials
import Sweeps
import Synthesis

extension SweepPlanner {
  /// What does not fit the base configuration.
  static func problems(_ specification: SweepSpecification, _ base: Configuration) -> [Problem] {
    var found: [Problem] = []
    let pruner = specification.pruner
    if pruner.kind != .none {
      if pruner.resource != "steps" {
        found.append(
          Problem(
            "found resource '\(pruner.resource)', expected steps", at: .init(key: "pruner.resource"),
            remedy: "rungs are optimiser steps of the denoisers"))
      }
      if specification.space.named("denoiser.steps") != nil {
        found.append(
          Problem(
            "denoiser.steps is what the pruner spends", at: .init(key: "parameters.denoiser.steps"),
            remedy: "leave it out of parameters: pruner.max is the number of steps of a full trial"))
      }
      for name in ["denoiser.rungs", "denoiser.stop_after"] where specification.space.named(name) != nil {
        found.append(
          Problem("\(name) belongs to the pruner", at: .init(key: "parameters.\(name)"), remedy: "leave it out"))
      }
      if base.denoiser.stopAfter != nil {
        found.append(
          Problem(
            "denoiser.stop_after belongs to the pruner", at: .init(key: "denoiser.stop_after"),
            remedy: "leave it out of the base configuration"))
      }
    }
    let names = specification.objectives.map(\.name) + (pruner.kind == .none ? [] : [pruner.metric])
    if specification.scope == .run, names.contains("val_loss"), base.denoiser.holdout == 0,
      specification.space.named("denoiser.holdout") == nil
    {
      found.append(withoutHoldout)
    }
    if base.evaluation.holdout != nil {
      found.append(
        Problem(
          "evaluation.holdout is not used by sweeps", at: .init(key: "evaluation.holdout"),
          remedy: "split the data first (scripts/split-holdout), learn one part and set evaluation.data to the other"))
    }
    if specification.scope == .run, !base.evaluation.enabled {
      found.append(
        Problem(
          "the base configuration switches evaluation off, so trials would have no scores",
          at: .init(key: "evaluation.enabled"), remedy: "leave evaluation.enabled out"))
    }
    return found
  }
  private static let withoutHoldout = Problem(
    "val_loss needs rows kept from training", at: .init(key: "denoiser.holdout"),
    remedy: "set denoiser: { holdout: 0.05 } in the base configuration, or take another metric")

  /// The denoisers that scope `relation` tunes, and a sentence on those that it cannot.
  ///
  /// - Throws: `ClavaError.configuration` if there are none.
  static func denoisers(
    _ specification: SweepSpecification, _ project: Project
  ) throws -> (tuned: [PlannedDenoiser], notices: [String]) {
    guard specification.scope == .relation else { return ([], []) }
    let all = try PlanBuilder.denoisers(of: project)
    let names = specification.objectives.map(\.name) + (prunes(specification) ? [specification.pruner.metric] : [])
    let tuned = names.contains("val_loss") ? all.filter { $0.hasValidationRows(project.configuration) } : all
    guard tuned.isEmpty else {
      let without = all.filter { !tuned.contains($0) }
      let list = without.prefix(8).map { "\($0.name) (\($0.rowCount) rows)" }.joined(separator: ", ")
      let more = without.count > 8 ? " and \(without.count - 8) more" : ""
      return (
        tuned,
        without.isEmpty
          ? []
          : [
            "not tuned, because no rows are kept from their training (no holdout, or fewer than 200 rows): \(list)\(more)"
          ]
      )
    }
    if all.isEmpty {
      throw ClavaError(
        .configuration, "no denoiser is trained on these data", at: .init(key: "sweep.scope"),
        remedy: "scope relation needs a generated table with a column besides keys and texts")
    }
    guard all.contains(where: { project.configuration.configured(forDenoiser: $0.name).denoiser.holdout > 0 }) else {
      throw ClavaError(.configuration, problems: [withoutHoldout])
    }
    throw ClavaError(
      .configuration, "every table has fewer than 200 rows, of which none is kept from training",
      at: .init(key: "sweep.scope"), remedy: "take objective: { name: loss, goal: minimize }, or scope run")
  }

  private static func prunes(_ specification: SweepSpecification) -> Bool { specification.pruner.kind != .none }
}
