public import Essentials
internal import Messaging
public import Storage
public import TaskGraph

/// Runs a plan with worker processes on this machine.
public final class LocalFleet {
  /// Runs every task of a plan that is not committed yet. Blocks the calling thread until the end.
  ///
  /// The caller has written the plan to `directory.plan` and holds `directory.lock()`; it publishes the results.
  ///
  /// - Parameters:
  ///   - plan: what to run.
  ///   - directory: where; may hold results of earlier runs.
  ///   - settings: how.
  ///   - workerCommand: path and arguments of a program that calls `WorkerProgram.run` with this endpoint and slot.
  ///   - stop: raised to save all work and end early.
  ///   - observe: told of everything that happens, on the calling thread; should return soon.
  /// - Returns: how it ended; failed tasks are part of the outcome, not an error.
  /// - Throws: `ClavaError.storage` if the run directory cannot be written, `.internal` if no worker can be started,
  ///   `.damaged` if the journal is.
  public static func run(
    plan: Plan, directory: RunDirectory, settings: FleetSettings,
    workerCommand: @escaping @Sendable (_ endpoint: String, _ slot: Int) -> [String], stop: StopFlag,
    observe: @escaping @Sendable (FleetEvent) -> Void
  ) throws -> RunOutcome {
    let coordinator = try Coordinator(
      plan: plan, directory: directory, settings: settings, stop: stop, observe: observe)
    return try coordinator.run { () throws -> Coordinator.Connection in
      let endpoint = try LocalEndpoint(runPath: directory.path)
      let context = try MessagingContext()
      let socket = try Socket(context, .router)
      _ = try socket.bind(endpoint.address)
      let launcher = LocalLauncher(endpoint: endpoint.address, logs: directory.logs, command: workerCommand)
      let transfer =
        settings.servesFiles
        ? try TransferServer(context: context, directory: directory, bind: endpoint.dataAddress) : nil
      return Coordinator.Connection(socket: socket, launcher: launcher, endpoint: endpoint, transfer: transfer)
    }
  }
}
