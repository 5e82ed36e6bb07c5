/// An attempt as it travels: the name of its task and its number.
public struct AttemptName: Sendable, Hashable, Codable {
  /// Name of the task.
  public var task: String
  /// Number of the attempt.
  public var number: Int

  /// Creates a name.
  public init(task: String, number: Int) {
    self.task = task
    self.number = number
  }
}

/// A worker introduces itself: the first message on every connection.
public struct Hello: Sendable, Hashable, Codable {
  /// Identity of the worker, made by itself; not its address.
  public var worker: String
  /// What people call it, for instance `worker 2`.
  public var name: String
  /// Protocol versions it speaks.
  public var versions: [Int]
  /// Abilities beyond the protocol's first version.
  public var features: [String]
  /// Kinds of task it can run, with the versions of their code; empty: those of the coordinator's own release.
  public var kinds: [String: Int]
  /// Equal on machines that compute the same bits; empty if it is not known before the first task.
  public var numericProfile: String
  /// Attempts it holds.
  public var held: [AttemptName]
  /// Facts for people: machine, process number, launch.
  public var labels: [String: String]

  /// Creates the message.
  public init(
    worker: String, name: String, versions: [Int] = [1], features: [String] = [], kinds: [String: Int] = [:],
    numericProfile: String = "", held: [AttemptName] = [], labels: [String: String] = [:]
  ) {
    self.worker = worker
    self.name = name
    self.versions = versions
    self.features = features
    self.kinds = kinds
    self.numericProfile = numericProfile
    self.held = held
    self.labels = labels
  }
}

/// Where the run folder is, and the name of a file in it that tells it from any other folder of that path.
public struct StoreProbe: Sendable, Hashable, Codable {
  /// Full path of the run folder on the coordinator's machine.
  public var path: String
  /// Name of the file.
  public var token: String

  /// Creates a probe.
  public init(path: String, token: String) {
    self.path = path
    self.token = token
  }
}

/// The coordinator accepts a worker.
public struct Welcome: Sendable, Hashable, Codable {
  /// Protocol version to speak.
  public var version: Int
  /// Seconds between heartbeats.
  public var heartbeatSeconds: Double
  /// Seconds between checkpoints.
  public var checkpointSeconds: Double
  /// Seconds without a coordinator after which the worker saves its work and ends.
  public var orphanSeconds: Double
  /// Whether checkpoints of committed tasks are kept.
  public var keepCheckpoints: Bool
  /// Environment of the compute process, beside the worker's own.
  public var environment: [String: String]
  /// The run folder, for workers that see it.
  public var store: StoreProbe?
  /// Where workers that do not see it get and hand in files.
  public var dataEndpoint: String?

  /// Equal on machines that compute the same bits: a compute process that computes others refuses to begin.
  public var numericProfile: String?
  /// Whether idle slots of a machine help the busy ones; nil: no.
  public var lendsSlots: Bool?

  /// Creates the message.
  public init(
    version: Int = 1, heartbeatSeconds: Double, checkpointSeconds: Double, orphanSeconds: Double,
    keepCheckpoints: Bool, environment: [String: String], store: StoreProbe? = nil, dataEndpoint: String? = nil,
    numericProfile: String? = nil, lendsSlots: Bool? = nil
  ) {
    self.numericProfile = numericProfile
    self.lendsSlots = lendsSlots
    self.store = store
    self.dataEndpoint = dataEndpoint
    self.version = version
    self.heartbeatSeconds = heartbeatSeconds
    self.checkpointSeconds = checkpointSeconds
    self.orphanSeconds = orphanSeconds
    self.keepCheckpoints = keepCheckpoints
    self.environment = environment
  }
}

/// The coordinator refuses a worker.
public struct Reject: Sendable, Hashable, Codable {
  /// Name of the reason, for programs.
  public var code: String
  /// The reason, for people.
  public var sentence: String

  /// Creates the message.
  public init(code: String, sentence: String) {
    self.code = code
    self.sentence = sentence
  }
}

/// An attempt in a heartbeat.
public struct HeldAttempt: Sendable, Hashable, Codable {
  /// Which.
  public var attempt: AttemptName
  /// Whether it runs now.
  public var isRunning: Bool
  /// Share of its work that is done.
  public var fraction: Double?
  /// Its step, block or row.
  public var step: Int?
  /// Its loss.
  public var loss: Double?
  /// Slots it uses; nil: one.
  public var slots: Int?

  /// Creates an entry.
  public init(
    attempt: AttemptName, isRunning: Bool, fraction: Double? = nil, step: Int? = nil, loss: Double? = nil,
    slots: Int? = nil
  ) {
    self.slots = slots
    self.attempt = attempt
    self.isRunning = isRunning
    self.fraction = fraction
    self.step = step
    self.loss = loss
  }
}

/// A worker lives.
public struct Heartbeat: Sendable, Hashable, Codable {
  /// All attempts it holds.
  public var held: [HeldAttempt]
  /// Resident memory of its compute process in bytes.
  public var residentMemory: Int
  /// What people should know although the work goes on, one sentence each; repeated from beat to beat.
  public var troubles: [String]?

  /// Creates the message.
  public init(held: [HeldAttempt], residentMemory: Int, troubles: [String]? = nil) {
    self.held = held
    self.residentMemory = residentMemory
    self.troubles = troubles
  }
}

/// One attempt and nothing else: started, release, committed.
public struct AttemptNotice: Sendable, Hashable, Codable {
  /// Which.
  public var attempt: AttemptName

  /// Creates the message.
  public init(attempt: AttemptName) { self.attempt = attempt }
}

/// An attempt for a worker. What is to be done travels in the third frame, which only the compute process reads.
public struct Grant: Sendable, Hashable, Codable {
  /// Which.
  public var attempt: AttemptName
  /// Folder of the task's attempts below the run directory.
  public var folder: String

  /// Creates the message.
  public init(attempt: AttemptName, folder: String) {
    self.attempt = attempt
    self.folder = folder
  }
}

/// An attempt is wanted back.
public struct Revoke: Sendable, Hashable, Codable {
  /// Which.
  public var attempt: AttemptName
  /// Whether also if it runs already.
  public var evenIfRunning: Bool

  /// Creates the message.
  public init(attempt: AttemptName, evenIfRunning: Bool) {
    self.attempt = attempt
    self.evenIfRunning = evenIfRunning
  }
}

/// A file in the object store.
public struct DeliveredOutput: Sendable, Hashable, Codable {
  /// Name among the task's outputs.
  public var name: String
  /// SHA-256 of the file, hexadecimal.
  public var digest: String
  /// SHA-256 of what it holds, hexadecimal.
  public var contentDigest: String
  /// Bytes.
  public var size: Int

  /// Creates a record.
  public init(name: String, digest: String, contentDigest: String, size: Int) {
    self.name = name
    self.digest = digest
    self.contentDigest = contentDigest
    self.size = size
  }
}

/// An attempt succeeded; repeated until `committed` comes.
public struct Commit: Sendable, Hashable, Codable {
  /// Which.
  public var attempt: AttemptName
  /// Its outputs.
  public var outputs: [DeliveredOutput]
  /// Seconds it took.
  public var seconds: Double
  /// Largest resident memory in bytes.
  public var peakMemory: Int
  /// Seconds of other slots that were lent to it; nil: none.
  public var borrowedSeconds: Double?

  /// Creates the message.
  public init(
    attempt: AttemptName, outputs: [DeliveredOutput], seconds: Double, peakMemory: Int, borrowedSeconds: Double? = nil
  ) {
    self.borrowedSeconds = borrowedSeconds
    self.attempt = attempt
    self.outputs = outputs
    self.seconds = seconds
    self.peakMemory = peakMemory
  }
}

/// An attempt failed; repeated until `committed` comes.
public struct Failure: Sendable, Hashable, Codable {
  /// Which.
  public var attempt: AttemptName
  /// Name of the kind of failure.
  public var kind: String
  /// What happened, in one sentence.
  public var sentence: String
  /// Path of its log below the run directory.
  public var log: String?
  /// The last lines of that log.
  public var lastLines: [String]

  /// Creates the message.
  public init(attempt: AttemptName, kind: String, sentence: String, log: String?, lastLines: [String]) {
    self.attempt = attempt
    self.kind = kind
    self.sentence = sentence
    self.log = log
    self.lastLines = lastLines
  }
}

/// A message that has no content, or whose content does not matter.
public struct Empty: Sendable, Hashable, Codable {
  /// Creates the message.
  public init() {}
}

/// A message of a kind the receiver does not know.
public struct Unsupported: Sendable, Hashable, Codable {
  /// The kind's number.
  public var kind: UInt16

  /// Creates the message.
  public init(kind: UInt16) { self.kind = kind }
}
