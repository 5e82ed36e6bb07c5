/// What follows from several keys together.
extension Configuration {
  /// Seed of every draw that a synthetic database depends on and a trained model does not.
  public var samplingSeed: Int { sampling.seed ?? seed }

  /// Evaluations of the network for each row: ancestral sampling visits every time step.
  public var samplingSteps: Int { sampling.solver == "ancestral" ? denoiser.timesteps : sampling.steps }

  /// Tables of fewer rows are learned as they are: a row is too large a part of their distribution for rules that keep
  /// single rows from being learned by heart.
  private static let smallTableRows = 200

  /// Steps that a model gets however few rows it has.
  private static let leastSteps = 300

  /// Rows that share a cell of the codec at least in a table of `rows` rows.
  public func minimumCellRows(rows: Int) -> Int { rows < Self.smallTableRows ? 1 : codec.minimumCellRows }

  /// Number of latent groups of the relations in which a table of `rows` rows is the child.
  public func clusters(ofChild table: String, rows: Int) -> Int {
    if let chosen = tables[table]?.clusters { return chosen }
    guard labels.minimumRows > 0, rows >= Self.smallTableRows else { return labels.clusters }
    return min(labels.clusters, max(2, rows / labels.minimumRows))
  }

  /// Rows for each latent group at least where no parent has two children in a table of `rows` rows; 0 is no limit.
  ///
  /// A group of such a relation has no siblings to keep alike: it tells of a single row, and few rows that share a
  /// group are learned by heart.
  public func rowsPerGroupOfSingles(ofChild table: String, rows: Int) -> Int {
    tables[table]?.clusters == nil && rows >= Self.smallTableRows ? labels.singleChildRows : 0
  }

  /// Optimiser steps of the model of a table of `rows` rows.
  public func steps(rows: Int) -> Int {
    guard denoiser.passes > 0, rows >= Self.smallTableRows else { return denoiser.steps }
    let limit = Int((Double(denoiser.passes) * Double(rows) / Double(denoiser.batch)).rounded(.up))
    return min(denoiser.steps, max(Self.leastSteps, limit))
  }

  /// Whether some of `rows` rows are kept from the training of the denoisers.
  public func hasValidationRows(rows: Int) -> Bool { denoiser.holdout > 0 && rows >= Self.smallTableRows }

  /// Steps after which the parts of a training of `steps` steps end. Tables with fewer steps than `denoiser.steps` have
  /// their rungs at the same shares of them.
  public func trainingParts(steps: Int) -> [Int] {
    func share(_ rung: Int) -> Int {
      max(1, Int((Double(rung) / Double(denoiser.steps) * Double(steps)).rounded()))
    }
    let end = denoiser.stopAfter.map(share) ?? steps
    var parts: [Int] = []
    for part in denoiser.rungs.map(share) + [end] where part <= end && part > parts.last ?? 0 { parts.append(part) }
    return parts
  }

  /// Path of a finished table below the folder of the run.
  ///
  /// Source: reference-method §2.6 for the published layout.
  public func tablePath(_ table: String) -> String {
    outputLayout == "published"
      ? "\(table)/\(outputPrefix)_final/\(table)_synthetic.csv" : "synthetic/\(table).csv"
  }

  /// Where the finished tables are below the folder of the run, for people.
  public var tablesPath: String { outputLayout == "published" ? tablePath("TABLE") : "synthetic" }

  /// Whether the scores are tasks of the plan. Scores against another folder than the input are computed from the
  /// finished files instead.
  public var evaluatesInPlan: Bool { evaluation.enabled && evaluation.data == nil }
}
