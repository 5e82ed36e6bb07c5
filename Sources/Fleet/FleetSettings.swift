internal import Foundation
public import Scheduling
public import Storage

/// How a fleet is run. None of it changes a result, except the core type, which is part of the numeric profile.
public struct FleetSettings: Codable, Sendable, Hashable {
  /// Most workers at a time.
  public var workers: Int
  /// Seconds between heartbeats.
  public var heartbeatSeconds: Double = 2
  /// Seconds between checkpoints of a training task.
  public var checkpointSeconds: Double = 120
  /// Which checkpoints of a running task stay.
  public var checkpointRetention = CheckpointRetention()
  /// When attempts that need more memory than predicted have to leave.
  public var memoryGuard = MemoryGuard.whenShort
  /// Seconds without progress after which a running attempt is reported at the earliest.
  public var alarmSeconds: Double = 60
  /// Whether checkpoints of committed tasks stay.
  public var keepCheckpoints = false
  /// Seconds that workers get to save their work after a request to stop.
  public var stopSeconds: Double = 10
  /// Seconds without a coordinator after which a worker saves its work and ends.
  public var orphanSeconds: Double = 1800
  /// Whether workers that do not see the run folder are served, also on this machine.
  public var servesFiles = false
  /// Whether idle slots help those of the same machine whose task can use several.
  public var lendsSlots = true
  /// OpenBLAS core type that all compute processes use, for instance `Haswell`; nil: that of the machine.
  public var coreType: String?
  /// `tcp://ADDRESS:PORT` on which workers of other machines may join, with keys; nil: any free port of all addresses,
  /// or nowhere if the launcher is `local`.
  public var listen: String?
  /// Name or address under which workers find this machine; nil: its name.
  public var advertise: String?
  /// Seconds after which an engine's worker saves its work and makes room; nil: never.
  public var lifetimeSeconds: Double?
  /// Seconds by which lifetimes differ at most.
  public var staggerSeconds = 0.0
  /// Who starts the workers.
  public var launcher = LauncherChoice.local
  /// Leases and retries.
  public var scheduling = SchedulerSettings()

  /// Seconds without a word after which a worker counts as lost.
  public var leaseSeconds: Double {
    get { scheduling.leaseSeconds }
    set { scheduling.leaseSeconds = newValue }
  }

  /// Creates settings with the defaults of everything but the number of workers.
  ///
  /// - Parameters:
  ///   - workers: at least 1; nil: one per core.
  public init(workers: Int? = nil) {
    self.workers = max(1, workers ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Environment of every compute process, beside that of the worker. It must be set before OpenBLAS is loaded.
  var computeEnvironment: [String: String] {
    var environment = ["OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"]
    if let coreType { environment["OPENBLAS_CORETYPE"] = coreType }
    return environment
  }
}
