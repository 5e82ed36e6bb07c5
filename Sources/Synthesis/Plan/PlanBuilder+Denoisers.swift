public import Configuration
import Essentials
import Tables
public import TaskGraph

/// One network of a project that makes rows.
public struct PlannedDenoiser: Sendable, Hashable {
  /// Its name: of its table, or of a relation where a table has a model for each of its parents. `denoisers` of the
  /// configuration calls it so.
  public let name: String
  /// Rows of its table.
  public let rowCount: Int
  /// The task that finishes its training.
  public let task: TaskIdentifier

  /// Whether some rows are kept from its training under a configuration, so that it has a validation loss.
  public func hasValidationRows(_ configuration: Configuration) -> Bool {
    // The published split leaves 1 % of the rows out before.
    let learned = configuration.codec.useAllRows ? rowCount : rowCount * 99 / 100
    return configuration.configured(forDenoiser: name).hasValidationRows(rows: learned)
  }
}

extension PlanBuilder {
  /// The denoisers that a project trains, in the order of its plan.
  public static func denoisers(of project: Project) throws -> [PlannedDenoiser] {
    try PlanBuilder(project).denoisers()
  }

  private func denoisers() throws -> [PlannedDenoiser] {
    var found: [PlannedDenoiser] = []
    for name in project.schema.topologicalOrder where try project.table(name).kind != .omitted {
      for view in try views(of: name) where try isModelled(view) {
        found.append(
          PlannedDenoiser(
            name: view.name, rowCount: try project.survey(of: name).rowCount, task: TaskNames.train(view.name)))
      }
    }
    return found
  }

  /// Options for denoisers that nobody trains would be dropped in silence.
  func checkDenoisers() throws {
    guard !configuration.denoisers.isEmpty else { return }
    let names = try denoisers().map(\.name)
    let problems = configuration.denoisers.sorted { $0.key < $1.key }.filter { !names.contains($0.key) }.map {
      name, override in
      Problem(
        "no denoiser called '\(name)' is trained",
        at: override.place.isEmpty ? .init(key: "denoisers.\(name)") : .init(file: override.place),
        remedy: NearestName.remedy(name, among: names, of: "denoisers"))
    }
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
  }

  /// Costs of the network of a view, whose layers and steps may be its own.
  func costs(of view: Parameters.View) -> CostModel {
    configuration.denoisers[view.name] == nil
      ? costs : CostModel(configuration: configuration.configured(forDenoiser: view.name))
  }
}
