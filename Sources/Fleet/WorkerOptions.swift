internal import Essentials
internal import Foundation
internal import Storage

/// What a worker process is told.
public struct WorkerOptions: Sendable {
  /// Address of the coordinator; nil: that in `join.json` of the run, read again whenever it is silent.
  public var endpoint: String?
  /// The run directory; nil: the coordinator says where it is. An absolute path if the worker is on no leash.
  public var runPath: String?
  /// Its key; nil for a socket of this machine.
  public var key: WorkerKey?
  /// Number of the slot it fills, from 0.
  public var slot: Int
  /// Path and arguments of the program that calls `ComputeProgram.run`.
  public var computeCommand: [String]
  /// Seconds without a coordinator after which it saves its work and ends; once welcomed, the coordinator's own
  /// setting counts.
  public var orphanSeconds = 1800.0
  /// Bytes of memory it has for itself, whatever its neighbours use; nil: it shares those of its machine.
  public var memory: Int?
  /// How long it works.
  public var lifecycle = WorkerLifecycle()
  /// How files are kept if the run directory cannot be seen.
  public var files = WorkerFilesOptions()
  /// Seconds for which it goes on trying a coordinator that does not know its key.
  public var refusalSeconds = 30.0

  /// Creates options with the usual times.
  public init(endpoint: String?, runPath: String?, key: WorkerKey?, slot: Int, computeCommand: [String]) {
    self.endpoint = endpoint
    self.runPath = runPath
    self.key = key
    self.slot = slot
    self.computeCommand = computeCommand
  }

  /// Goes where the coordinator was started, if that folder is here too: relative paths of the plan belong to it.
  static func enterFolder(of directory: RunDirectory) {
    guard let folder = (try? JoinFile.read(directory))?.folder, FileSystem.isFolder(folder) else { return }
    _ = chdir(folder)
  }

  /// Dials; without an address it waits for a coordinator to write one.
  ///
  /// - Returns: the connection, or an exit code.
  func dial() throws -> Result<WorkerLink, WorkerExit> {
    if let endpoint {
      return .success(try WorkerLink(endpoint: endpoint, key: key, directory: nil, refusalSeconds: refusalSeconds))
    }
    guard let runPath else {
      throw ClavaError(.configuration, "neither an address nor the folder of the run is known")
    }
    let directory = try RunDirectory(path: runPath, create: false)
    let deadline = MonotonicClock.now + .seconds(orphanSeconds)
    var isSaid = false
    while true {
      if let join = try? JoinFile.read(directory), !join.isOver {
        return .success(
          try WorkerLink(endpoint: join.endpoint, key: key, directory: directory, refusalSeconds: refusalSeconds))
      }
      if !isSaid { WorkerSupervisor.print("no coordinator listens for workers of \(runPath) yet; waiting for one") }
      isSaid = true
      if Signals.next != nil { return .failure(WorkerExit(code: WorkerExit.drained)) }
      guard MonotonicClock.now < deadline else { return .failure(WorkerExit(code: WorkerExit.unreachable)) }
      usleep(250_000)
    }
  }
}

/// How a worker process ends.
struct WorkerExit: Error {
  /// Do not start it again: key, version or plan are refused.
  static let refused: Int32 = 42
  /// Its coordinator is not there; try again.
  static let unreachable: Int32 = 75
  /// Drained after a checkpoint.
  static let drained: Int32 = 99

  var code: Int32
}
