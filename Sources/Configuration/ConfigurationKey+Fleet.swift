extension ConfigurationKey {
  /// Keys that say where the work is done.
  static let fleet: [ConfigurationKey] = placement + watching + engines

  private static let placement: [ConfigurationKey] = [
    .init(
      "fleet.launcher", .choice(\.fleet.launcher, ["local", "ssh", "slurm", "kubernetes", "external"]),
      "who starts the workers: this machine, ssh, Slurm, Kubernetes, or somebody else"),
    .init(
      "fleet.listen", .optional(\.fleet.listen, "auto", .endpoint),
      "where the coordinator listens; auto is a socket of this machine for local, else any free port"),
    .init(
      "fleet.advertise", .optional(\.fleet.advertise, "auto", .hostName),
      "name or address under which workers find the coordinator; auto is this machine's name"),
    .init("fleet.hosts", .optionalText(\.fleet.hosts), "ssh: file that lists the machines"),
    .init(
      "fleet.program", .optional(\.fleet.program, "auto", .any),
      "path of clava on the machines of workers; auto is the path it has here, under ssh the plain name"),
  ]

  private static let watching: [ConfigurationKey] = [
    .init(
      "fleet.lifetime", .optionalSeconds(\.fleet.lifetime, "none", 10...31_536_000),
      "time after which a worker saves its work and makes room for a new one"),
    .init(
      "fleet.lifetime_stagger", .seconds(\.fleet.lifetimeStagger, 0...86_400),
      "lifetimes differ by up to this, so that workers do not end together"),
    .init(
      "fleet.orphan_after", .seconds(\.fleet.orphanAfter, 1...604_800),
      "time without a coordinator after which a worker saves its work and ends"),
    .init("fleet.lease", .seconds(\.fleet.lease, 0.5...3600), "silence after which a worker counts as lost"),
    .init("fleet.heartbeat", .seconds(\.fleet.heartbeat, 0.05...600), "time between heartbeats"),
    .init(
      "fleet.memory", .optionalBytes(\.fleet.memory, "auto"), "memory of a worker; auto is what its machine or job has"
    ),
    .init(
      "fleet.lend_slots", .flag(\.fleet.lendSlots),
      "an idle worker lends its processor to a training or sampling of another worker of its machine"),
    .init(
      "fleet.core_type", .choice(\.fleet.coreType, ["auto"] + coreTypes),
      "kernels OpenBLAS uses in all workers; results are equal only for equal kernels"),
  ]

  private static let engines: [ConfigurationKey] = [
    .init(
      "fleet.ssh.connections", .integer(\.fleet.ssh.connections, 1...256),
      "connections that are being made at the same time"),
    .init("fleet.ssh.options", .texts(\.fleet.ssh.options), "more arguments of ssh"),
    .init(
      "fleet.slurm.partition", .optional(\.fleet.slurm.partition, "auto", .word),
      "partition; auto is the cluster's default"),
    .init(
      "fleet.slurm.account", .optional(\.fleet.slurm.account, "auto", .word), "account; auto is the user's default"),
    .init(
      "fleet.slurm.time", .optionalSeconds(\.fleet.slurm.time, "auto", 60...31_536_000),
      "wall time of a worker's job; auto is the partition's"),
    .init("fleet.slurm.cpus", .integer(\.fleet.slurm.cpus, 1...1024), "processors of a worker"),
    .init(
      "fleet.slurm.memory", .optionalBytes(\.fleet.slurm.memory, "auto"),
      "memory of a worker's job; auto is fleet.memory, or else the partition's"),
    .init("fleet.slurm.extra", .texts(\.fleet.slurm.extra), "more options of sbatch, for example [\"--qos=low\"]"),
    .init("fleet.slurm.poll", .seconds(\.fleet.slurm.poll, 1...600), "time between two questions to Slurm"),
    .init(
      "fleet.kubernetes.image", .optional(\.fleet.kubernetes.image, "null", .word), "image that holds the program"),
    .init(
      "fleet.kubernetes.namespace", .checkedText(\.fleet.kubernetes.namespace, .label),
      "namespace of everything that is made"),
    .init(
      "fleet.kubernetes.volume", .bytes(\.fleet.kubernetes.volume), "size of the volume that holds the run"),
    .init(
      "fleet.kubernetes.storage_class", .optional(\.fleet.kubernetes.storageClass, "auto", .word),
      "storage class of that volume; auto is the cluster's default"),
    .init("fleet.kubernetes.cpus", .integer(\.fleet.kubernetes.cpus, 1...1024), "processors of a worker"),
    .init(
      "fleet.kubernetes.memory", .optionalBytes(\.fleet.kubernetes.memory, "auto"),
      "memory of a worker; auto is fleet.memory, or else 4GiB"),
    .init(
      "fleet.kubernetes.apply", .flag(\.fleet.kubernetes.apply),
      "call kubectl; otherwise manifests are written and the commands are printed"),
  ]

  /// The kernel sets of OpenBLAS for 64-bit processors that its `OPENBLAS_CORETYPE` knows.
  private static let coreTypes = [
    "Prescott", "Core2", "Nehalem", "Sandybridge", "Haswell", "SkylakeX", "Cooperlake", "SapphireRapids", "Bulldozer",
    "Piledriver", "Steamroller", "Excavator", "Zen", "armv8", "cortexa53", "cortexa57", "cortexa72", "neoversen1",
    "neoversev1", "neoversen2",
  ]
}
