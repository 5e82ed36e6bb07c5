/// What follows from several keys together.
extension Configuration {
  /// Seed of every draw that a synthetic database depends on and a trained model does not.
  public var samplingSeed: Int { sampling.seed ?? seed }

  /// Evaluations of the network for each row: ancestral sampling visits every time step.
  public var samplingSteps: Int { sampling.solver == "ancestral" ? denoiser.timesteps : sampling.steps }

  /// Number of latent groups of the relations in which `table` is the child.
  public func clusters(ofChild table: String) -> Int { tables[table]?.clusters ?? labels.clusters }

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
