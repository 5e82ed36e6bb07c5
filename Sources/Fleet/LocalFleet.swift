public import Essentials
internal import Foundation
public import Storage
public import TaskGraph

/// Runs a plan with worker processes: on this machine, or wherever a launcher places them.
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
      let endpoint = try FleetEndpoint(directory: directory, settings: settings, epoch: coordinator.journal.epoch)
      let launcher = try launcher(endpoint, directory, settings, workerCommand, observe)
      let transfer = try TransferServer.open(endpoint, directory, settings)
      return Coordinator.Connection(socket: endpoint, launcher: launcher, transfer: transfer)
    }
  }

  private static func launcher(
    _ endpoint: FleetEndpoint, _ directory: RunDirectory, _ settings: FleetSettings,
    _ workerCommand: @escaping @Sendable (_ endpoint: String, _ slot: Int) -> [String],
    _ observe: @escaping @Sendable (FleetEvent) -> Void
  ) throws -> any Launcher {
    let local = endpoint.localAddress.map {
      LocalLauncher(endpoint: $0, logs: directory.logs, command: workerCommand)
    }
    if let local { return local }
    let path = directory.path, address = endpoint.join?.endpoint ?? ""
    let keys = KeyFolder(runPath: path)
    let site = LaunchSite(
      run: path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)", endpoint: address,
      program: workerCommand(address, 0).first ?? "clava", workingFolder: FileManager.default.currentDirectoryPath,
      keyFile: { try keys.file(of: keys.worker("slot-\($0)", endpoint: address).name) },
      lifetimeSeconds: settings.lifetimeSeconds, staggerSeconds: settings.staggerSeconds,
      report: { observe(.warning(message: $0)) })
    guard let launcher = try settings.launcher.launcher(at: site) else {
      throw ClavaError(.internal, "the launcher has no way to start workers")
    }
    return launcher
  }
}
