internal import Essentials

/// A worker process: the supervisor of one slot.
public enum WorkerProgram {
  /// Stands in the arguments of a compute process for the folder it works in, which is known once the coordinator has
  /// said where the run folder is.
  public static let folderPlaceholder = "{folder}"
  /// Stands there for the numeric profile of the run, which the coordinator says.
  public static let profilePlaceholder = "{profile}"

  /// Works for a coordinator until it is dismissed.
  ///
  /// Exit codes: 0 dismissed, 42 do not start it again, 75 its starter is gone, 99 drained after a checkpoint. SIGTERM,
  /// SIGINT and SIGUSR1 drain it; a second SIGTERM or SIGINT ends it at once.
  ///
  /// - Parameters:
  ///   - endpoint: address of the coordinator.
  ///   - runPath: the run directory.
  ///   - slot: number of the slot it fills, from 0.
  ///   - computeCommand: path and arguments of the program that calls `ComputeProgram.run`.
  ///   - lifecycle: how long it works.
  /// - Returns: the exit code for the process.
  public static func run(
    endpoint: String, runPath: String, slot: Int, computeCommand: [String],
    lifecycle: WorkerLifecycle = WorkerLifecycle()
  ) -> Int32 {
    var options = WorkerOptions(
      endpoint: endpoint, runPath: runPath, key: nil, slot: slot, computeCommand: computeCommand)
    options.lifecycle = lifecycle
    return run(options)
  }

  /// Works for a coordinator of this or another machine until it is dismissed.
  ///
  /// - Returns: the exit code for the process, as above; 75 also if no coordinator was there for too long.
  public static func run(_ options: WorkerOptions) -> Int32 {
    Signals.holdTermination()
    do {
      switch try options.dial() {
      case .success(let link): return try WorkerSupervisor(options, link).run()
      case .failure(let exit): return exit.code
      }
    } catch {
      WorkerSupervisor.print("\(error)")
      return WorkerExit.refused
    }
  }
}
