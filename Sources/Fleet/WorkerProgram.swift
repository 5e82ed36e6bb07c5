internal import Essentials

/// The worker process: a supervisor of one slot.
public enum WorkerProgram {
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
    Signals.holdTermination()
    do {
      return try WorkerSupervisor(
        endpoint: endpoint, runPath: runPath, slot: slot, computeCommand: computeCommand, lifecycle: lifecycle
      ).run()
    } catch {
      WorkerSupervisor.print("\(error)")
      return 42
    }
  }
}
