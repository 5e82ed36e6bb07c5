extension Configuration {
  /// How worker processes are placed and watched. None of it changes a result, except `coreType`.
  public struct Fleet: Sendable, Hashable, Codable {
    /// Workers over ssh.
    public struct SSH: Sendable, Hashable, Codable {
      /// Connections that are being made at the same time, at most.
      public var connections = 4
      /// More arguments of `ssh`, for instance `-i` and a key file.
      public var options: [String] = []
    }
    /// Workers as an array of Slurm.
    public struct Slurm: Sendable, Hashable, Codable {
      /// Partition; nil is the cluster's default.
      public var partition: String?
      /// Account that pays; nil is the user's default.
      public var account: String?
      /// Wall time of a job in seconds; nil is the partition's.
      public var time: Double?
      /// Processors of a worker.
      public var cpus = 1
      /// Memory of a worker in bytes; nil is `fleet.memory`, or the partition's.
      public var memory: Int?
      /// More options of `sbatch`, for instance `--qos=low`.
      public var extra: [String] = []
      /// Seconds between two questions to Slurm.
      public var poll = 30.0
    }
    /// Workers as an Indexed Job of Kubernetes.
    public struct Kubernetes: Sendable, Hashable, Codable {
      /// Image with the program.
      public var image: String?
      /// Namespace of everything that is made.
      public var namespace = "default"
      /// Size of the coordinator's volume in bytes.
      public var volume = 10 << 30
      /// Storage class of that volume; nil is the cluster's default.
      public var storageClass: String?
      /// Processors of a worker.
      public var cpus = 1
      /// Memory of a worker in bytes; nil is `fleet.memory`, or 4 GiB.
      public var memory: Int?
      /// Whether `kubectl apply` is called; else the manifests are written and the command is printed.
      public var apply = false
    }

    /// `local`, `ssh`, `slurm`, `kubernetes` or `external`.
    public var launcher = "local"
    /// `tcp://ADDRESS:PORT` on which the coordinator listens; nil is a socket of this machine for `local`, else any free
    /// port of all addresses.
    public var listen: String?
    /// Name or address under which workers find the coordinator; nil is the machine's name.
    public var advertise: String?
    /// File with the machines of `ssh`.
    public var hosts: String?
    /// Path of the program on the machines of workers; nil is this program's own path, under `ssh` plain `clava`.
    public var program: String?
    /// Seconds after which a worker saves its work and makes room; nil is never.
    public var lifetime: Double?
    /// Seconds by which lifetimes of workers differ at most, so that they do not all end together.
    public var lifetimeStagger = 0.0
    /// Seconds without a coordinator after which a worker saves its work and ends.
    public var orphanAfter = 1800.0
    /// Seconds without a word after which a worker counts as lost.
    public var lease = 30.0
    /// Seconds between heartbeats.
    public var heartbeat = 2.0
    /// Memory a worker may use, in bytes; nil is what its machine or job has.
    public var memory: Int?
    /// Whether idle workers of a machine lend their processors to their neighbours.
    public var lendSlots = true
    /// Kernel set of OpenBLAS that every worker uses; `auto` picks the fastest this processor has.
    public var coreType = "auto"
    public var ssh = SSH()
    public var slurm = Slurm()
    public var kubernetes = Kubernetes()
  }
}
