import ArgumentParser

/// `clava sweep …`.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Search for better options: many trials, nothing computed twice.",
    discussion: """
      A sweep file names options with their ranges, an objective and a number of trials. Trials are tasks of one plan:
      what they share is computed once, what a killed process has finished is kept. Weights & Biases files are read
      too. With `scope: relation` every denoiser is tuned on its own, by its validation loss.

      EXAMPLES
        clava plan sweep.yaml --data DIR               what would be computed, and how much of it is shared
        clava sweep run sweep.yaml --data DIR --out SWEEP
        clava sweep status SWEEP                       from another terminal
        clava sweep best SWEEP --apply best.yaml       the configuration of the best trial, for clava run
        clava sweep resume SWEEP                       after any stop, whatever its reason
      """,
    subcommands: [
      SweepRunCommand.self, SweepResumeCommand.self, SweepStatusCommand.self, SweepWatchCommand.self,
      SweepBestCommand.self, SweepAskCommand.self, SweepTellCommand.self, SweepEnqueueCommand.self,
      SweepEditCommand.self, SweepRetryCommand.self, SweepStopCommand.self, SweepReplayCommand.self,
      SweepReportCommand.self, SweepExportCommand.self,
    ])
}

/// The folder, and under scope `relation` the denoiser, that most subcommands are about.
struct SweepSearchArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("Folder of the sweep.", valueName: "sweep"), completion: .directory)
  var path: String

  @Option(name: .long, help: ArgumentHelp("Scope relation: only this denoiser.", valueName: "name"))
  var relation: String?

  /// Reads the sweep.
  func open() throws -> OpenedSweep {
    try OpenedSweep(SweepFolder(path: path, create: false), relation: relation)
  }
}

/// The folder that some subcommands are about.
struct SweepFolderArgument: ParsableArguments {
  @Argument(help: ArgumentHelp("Folder of the sweep.", valueName: "sweep"), completion: .directory)
  var path: String
}
