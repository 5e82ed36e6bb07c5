import Configuration
import Essentials
import Fleet
import Foundation
import Storage

/// What the configuration says of the fleet, in the fleet's own terms.
extension FleetSettings {
  /// Settings of a run.
  ///
  /// - Throws: `ClavaError.configuration` if the list of machines is not usable.
  init(_ configuration: Configuration) throws {
    let fleet = configuration.fleet
    let launcher = try LauncherChoice(fleet)
    self.init(workers: configuration.workers ?? launcher.usualWorkers)
    self.launcher = launcher
    checkpointSeconds = configuration.checkpoint.every
    checkpointRetention = CheckpointRetention(configuration.checkpoint)
    keepCheckpoints = configuration.checkpoint.keepFinished
    heartbeatSeconds = fleet.heartbeat
    leaseSeconds = fleet.lease
    orphanSeconds = fleet.orphanAfter
    listen = fleet.listen
    advertise = fleet.advertise
    lifetimeSeconds = fleet.lifetime
    staggerSeconds = fleet.lifetimeStagger
    lendsSlots = fleet.lendSlots
    coreType = NumericKernels.coreType(configuration)
  }
}

extension CheckpointRetention {
  /// What the configuration says of the checkpoints of a task.
  init(_ checkpoint: Configuration.Checkpoint) {
    self.init(
      last: checkpoint.keepLast, keepsBest: checkpoint.keepBest, keepsFirst: checkpoint.keepFirst,
      every: checkpoint.keepEvery > 0 ? checkpoint.keepEvery : nil)
  }
}

extension LauncherChoice {
  /// The launcher of a configuration.
  ///
  /// - Throws: `ClavaError.configuration` if the list of machines is not usable.
  init(_ fleet: Configuration.Fleet) throws {
    switch fleet.launcher {
    case "ssh": self = .ssh(try Self.ssh(fleet))
    case "slurm": self = .slurm(Self.slurm(fleet))
    case "kubernetes": self = .kubernetes(Self.kubernetes(fleet))
    case "external": self = .external
    default: self = .local
    }
  }

  /// Workers when the configuration names no number.
  var usualWorkers: Int {
    switch self {
    case .local: ProcessInfo.processInfo.activeProcessorCount
    case .ssh(let placement): placement.slots
    case .slurm, .kubernetes: 4
    // As many as join.
    case .external: 256
    }
  }

  private static func ssh(_ fleet: Configuration.Fleet) throws -> SSHPlacement {
    let list = try HostList(file: fleet.hosts ?? "hosts.yaml")
    return SSHPlacement(
      hosts: list.hosts.map { host in
        SSHHost(
          address: host.address, user: host.user, port: host.port, slots: host.slots, workdir: host.workdir,
          memory: host.memory, program: host.program)
      },
      program: fleet.program ?? "clava", connections: fleet.ssh.connections, options: fleet.ssh.options)
  }

  private static func slurm(_ fleet: Configuration.Fleet) -> SlurmPlacement {
    var placement = SlurmPlacement()
    placement.program = fleet.program
    placement.partition = fleet.slurm.partition
    placement.account = fleet.slurm.account
    placement.timeSeconds = fleet.slurm.time
    placement.cpus = fleet.slurm.cpus
    placement.memory = fleet.slurm.memory ?? fleet.memory
    placement.extra = fleet.slurm.extra
    placement.pollSeconds = fleet.slurm.poll
    return placement
  }

  /// Also what an export to Kubernetes needs.
  static func kubernetes(_ fleet: Configuration.Fleet) -> KubernetesPlacement {
    var placement = KubernetesPlacement(image: fleet.kubernetes.image ?? "clava:latest")
    placement.namespace = fleet.kubernetes.namespace
    placement.cpus = fleet.kubernetes.cpus
    placement.memory = fleet.kubernetes.memory ?? fleet.memory ?? placement.memory
    placement.volume = fleet.kubernetes.volume
    placement.storageClass = fleet.kubernetes.storageClass
    placement.apply = fleet.kubernetes.apply
    return placement
  }
}
