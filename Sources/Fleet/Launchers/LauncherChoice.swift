/// Who starts the workers of a run, with what that launcher needs to know.
public enum LauncherChoice: Sendable, Hashable, Codable {
  /// Child processes on this machine.
  case local
  /// One ssh connection for each worker.
  case ssh(SSHPlacement)
  /// Arrays of Slurm.
  case slurm(SlurmPlacement)
  /// An Indexed Job of Kubernetes.
  case kubernetes(KubernetesPlacement)
  /// Somebody else; the commands are printed.
  case external
}

/// A machine that is reached over ssh.
public struct SSHHost: Sendable, Hashable, Codable {
  /// Name or address, as `ssh` takes it.
  public var address: String
  /// User there; nil leaves it to ssh.
  public var user: String?
  /// Port; nil leaves it to ssh.
  public var port: Int?
  /// Workers it can run at the same time.
  public var slots: Int
  /// Folder for the worker's own files, relative to the user's home if it does not begin with a slash.
  public var workdir: String?
  /// Memory of the machine in bytes, shared by its slots.
  public var memory: Int?
  /// Path of the program there; nil is that of the placement.
  public var program: String?

  /// Describes a machine.
  public init(
    address: String, user: String? = nil, port: Int? = nil, slots: Int = 1, workdir: String? = nil,
    memory: Int? = nil, program: String? = nil
  ) {
    self.address = address
    self.user = user
    self.port = port
    self.slots = slots
    self.workdir = workdir
    self.memory = memory
    self.program = program
  }
}

/// Workers over ssh.
public struct SSHPlacement: Sendable, Hashable, Codable {
  /// The machines.
  public var hosts: [SSHHost]
  /// Path of the program on them.
  public var program: String
  /// Connections that are being made at the same time, at most.
  public var connections: Int
  /// More arguments of `ssh`.
  public var options: [String]

  /// Describes the placement.
  public init(hosts: [SSHHost], program: String = "clava", connections: Int = 4, options: [String] = []) {
    self.hosts = hosts
    self.program = program
    self.connections = connections
    self.options = options
  }

  /// Workers of all machines together.
  public var slots: Int { hosts.reduce(0) { $0 + $1.slots } }
}

/// Workers as arrays of Slurm.
public struct SlurmPlacement: Sendable, Hashable, Codable {
  /// Path of the program on the nodes; nil is the one this program has here.
  public var program: String?
  /// Partition; nil is the default.
  public var partition: String?
  /// Account; nil is the default.
  public var account: String?
  /// Wall time of a job in seconds; nil is the partition's.
  public var timeSeconds: Double?
  /// Processors of a worker.
  public var cpus = 1
  /// Memory of a worker in bytes; nil is the partition's.
  public var memory: Int?
  /// More options of `sbatch`.
  public var extra: [String] = []
  /// Seconds between two questions to Slurm.
  public var pollSeconds = 30.0

  /// Describes a placement with the cluster's defaults.
  public init() {}
}

/// Workers as an Indexed Job of Kubernetes.
public struct KubernetesPlacement: Sendable, Hashable, Codable {
  /// Image with the program.
  public var image: String
  /// Namespace of everything.
  public var namespace = "default"
  /// Processors of a worker.
  public var cpus = 1
  /// Memory of a worker in bytes.
  public var memory = 4 << 30
  /// Size of the coordinator's volume in bytes.
  public var volume = 10 << 30
  /// Storage class of that volume; nil is the default.
  public var storageClass: String?
  /// Whether kubectl is called.
  public var apply = false

  /// Describes a placement.
  public init(image: String) { self.image = image }
}

extension LauncherChoice {
  /// The launcher of this choice; nil for `local`, whose workers are on a leash of their own.
  ///
  /// - Throws: `ClavaError.storage` if RUN/launch cannot be written or read.
  func launcher(at site: LaunchSite) throws -> (any Launcher)? {
    switch self {
    case .local: nil
    case .ssh(let placement): try SSHLauncher(placement, site: site)
    case .slurm(let placement): try EngineLauncher(SlurmEngine(placement, site: site), site: site)
    case .kubernetes(let placement): try KubernetesLauncher(placement, site: site)
    case .external: ExternalLauncher(site: site)
    }
  }
}
