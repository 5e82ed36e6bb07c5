public import TaskGraph

/// The bodies of every kind of task this module can run.
public enum SynthesisTasks {
  /// A registry with all of them: what a worker process is given.
  public static var registry: TaskRegistry {
    TaskRegistry([
      EncodeBody(), LabelBody(), TrainDenoiserBody(), TrainClassifierBody(), StructureBody(), ExpandBody(),
      SampleBody(),
      CalibrateBody(), MatchRowsBody(), MatchCandidatesBody(), MatchStartBody(),
      MatchSolveBody(), MatchBody(), SettleBody(), AssembleBody(),
      EvaluateTableBody(), EvaluateRelationBody(), EvaluatePathBody(), ScoresBody(),
      EvaluateFindingsBody(), EvaluatePlotsBody(), EvaluateCeilingsBody(), ReportBody(),
    ])
  }
}
