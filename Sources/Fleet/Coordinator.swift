internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

/// The coordinator of a run: carries messages and files between `Scheduler`, workers and the run directory.
///
/// Everything happens on the thread that calls `run`. What a turn wants sent leaves only after what it wants
/// remembered is on disk.
final class Coordinator {
  /// How workers are reached; opened only if there is work for them.
  struct Connection {
    var socket: FleetEndpoint
    var launcher: any Launcher
    /// Serves files to workers that do not see the run folder.
    var transfer: TransferServer?
  }

  /// A worker as the coordinator knows it.
  struct Peer {
    var identity: String
    var name: String
    var process: Int
    /// Identity a launcher of other machines gave it.
    var launch: String?
    var address: Data
    /// Public key it speaks with; nil for a process of this machine.
    var key: String?
    /// Descriptor and address of its connection, to cut it.
    var descriptor: Int32?
    var remote = FleetEndpoint.thisMachine
    var joined: Duration
    var left: Duration?
    var busySeconds: Double = 0
    var memory = 0
    var machine = ""
    var lastHeard: Duration
    /// Asked to leave by `clava drain`.
    var isAskedToLeave = false
    /// Said that it leaves.
    var isLeaving = false
    /// What it has told of things that stop nothing; each is passed on once.
    var troubles: Set<String> = []
  }

  /// An attempt that runs now.
  struct RunningAttempt {
    var attempt: AttemptIdentifier
    var worker: String
    var began: Duration
    var progress: TaskProgress?
  }

  let plan: Plan
  let directory: RunDirectory
  let settings: FleetSettings
  let stop: StopFlag
  let observe: @Sendable (FleetEvent) -> Void
  let journal: Journal
  let objects: ObjectStore
  let cache: CacheStore
  let codec = MessageCodec()
  let began = MonotonicClock.now

  var scheduler: Scheduler
  var results: CommittedResults
  var connection: Connection?
  /// By name; names are never used twice.
  var peers: [String: Peer] = [:]
  var namesByAddress: [Data: String] = [:]
  var namesByIdentity: [String: String] = [:]
  var running: [TaskIdentifier: RunningAttempt] = [:]
  var statistics: [TaskIdentifier: TaskStatistics] = [:]
  var work: WorkBalance
  var attemptCounts: [TaskIdentifier: Int] = [:]
  var failures: [FailedTask] = []
  var failurePlaces: [TaskIdentifier: Int] = [:]
  var lostWorkers: [String] = []
  var stages = StageCounts()
  var commitLog = CommitLog()
  var disk: CommitDisk
  /// What is to be sent, in this order; nothing overtakes a message that waits for the disk.
  var outbox = DurableQueue<(address: Data, message: Message)>()
  /// Messages the socket had no room for.
  var unsent: [(address: Data, message: Message)] = []
  /// Messages that are made now speak of the journal up to this record.
  var barrier = 0
  var sequence: UInt64 = 0
  var isFinished = false
  var stopDeadline: Duration?
  /// Raised by the user, not by a full disk.
  var isInterrupted = false
  var lastOverview: Duration = .zero
  var lastStatus: Duration = .zero
  var overviewIsDue = true
  let control: RunControl
  var lastControl: Duration = .zero
  var lost: [RunStatus.LostWorker] = []
  var alarms: [RunStatus.Alarm] = []
  var progressAlarm: ProgressAlarm
  var failureCounts: [FailureCause.Kind: Int] = [:]
  var rate = CommitRate()
  var waiting: [RunStatus.Waiting] = []
  var lastWaiting: Duration = .zero
  var lastMetrics: Duration = .zero
  /// Measured over predicted seconds of the tasks done so far, and what is left at that speed.
  var predictionFactor = 1.0
  /// Attempts acknowledged in this batch of effects.
  var acknowledged: [AttemptIdentifier] = []
  var lastRemaining: Double?
  var starts = 0
  let trace: AttemptTrace
  var givenUpSlots: Set<Int> = []
  var startProblem = ""

  init(
    plan: Plan, directory: RunDirectory, settings: FleetSettings, stop: StopFlag,
    observe: @escaping @Sendable (FleetEvent) -> Void
  ) throws {
    self.plan = plan
    self.directory = directory
    self.settings = settings
    self.stop = stop
    work = WorkBalance(plan)
    let log = RunLog(folder: directory.logs)
    self.observe = { event in
      log.write(event)
      observe(event)
    }
    control = RunControl(directory: directory)
    control.clear()
    trace = AttemptTrace(path: AttemptTrace.path(in: directory))
    progressAlarm = ProgressAlarm(shortest: settings.alarmSeconds)
    let history = try RunHistory(folder: directory.journal)
    starts = history.starts + 1
    grantedBefore = history.tasks.mapValues(\.lastAttempt)
    journal = try Journal(folder: directory.journal)
    objects = try directory.objectStore()
    cache = try directory.cacheStore()
    disk = CommitDisk(objects: objects, cache: cache, journal: journal, history: history)
    objects.removeStaleTemporaries()
    cache.removeStaleTemporaries()
    let restored = try disk.restore(history.unsettled)
    if restored > 0 { observe(.warning(message: "\(restored) results were put back from the journal into the cache")) }
    results = try CommittedResults(plan: plan, directory: directory)
    var scheduling = settings.scheduling
    // Workers on a leash end with their coordinator; others may still run what an earlier one gave them.
    if settings.listen != nil || settings.launcher != .local { scheduling.adoptionSeconds = settings.leaseSeconds }
    scheduler = Scheduler(plan: plan, history: history.tasks, settings: scheduling)
    stages = StageCounts(plan)
  }

  /// Runs the plan; `connect` is called once, if not everything is committed.
  func run(connect: () throws -> Connection) throws -> RunOutcome {
    let cache = cache
    journal.startBackground { try cache.settle() }
    defer { journal.stopBackground() }
    try note(JournalRecord(.begin))
    try carryOut(scheduler.begin(now: MonotonicClock.now))
    observe(.started(total: plan.tasks.count, cached: stages.done, stages: stages.list))
    isAnnounced = true
    if !isFinished {
      let connection = try connect()
      self.connection = connection
      defer { connection.launcher.endAll() }
      try loop(connection)
      dismiss(connection)
      connection.launcher.endAll()
      removeTemporaries()
    }
    return try conclude()
  }

  var isAnnounced = false
  lazy var probe = try? StoreProbeFile.make(in: directory)
  /// Who speaks over which connection, and with what right.
  var peerGuard = PeerGuard()
  var arrivals: [Data: (key: String?, descriptor: Int32?, remote: String)] = [:]
  /// Highest attempt of each task that coordinators before this one gave out.
  let grantedBefore: [TaskIdentifier: Int]

  private func loop(_ connection: Connection) throws {
    var turn = MonotonicClock.now
    while !isFinished {
      let now = MonotonicClock.now
      // Whoever stood still must not take the others' silence for death.
      if (now - turn).inSeconds > 2 {
        try tell(.stoodStill(now - turn))
        progressAlarm.stoodStill(now - turn)
      }
      turn = now
      if stop.isRaised, stopDeadline == nil {
        isInterrupted = true
        try beginStop(now)
      }
      try takeRequests(now)
      if let stopDeadline, now > stopDeadline { return }
      for sentence in connection.transfer?.takeReports() ?? [] { observe(.warning(message: sentence)) }
      for ending in try connection.launcher.poll(now: now) { try workerEnded(ending) }
      if stopDeadline == nil {
        try connection.launcher.keep(min(settings.workers, usefulSlots))
      }
      try guardPeers(now)
      try tell(.tick)
      try flush()
      publish(now)
      guard !isFinished else { return }
      // Reaping and stop requests are looked at ten times a second; messages and the disk wake the loop at once.
      let ready = connection.socket.poll(
        descriptors: [journal.wakeDescriptor], milliseconds: unsent.isEmpty ? 100 : 5)
      if ready.descriptors.first == true { journal.drainWake() }
      if ready.message { try take(batch: received(connection.socket)) }
      try flush()
    }
  }

  /// Slots that would have something to do. An engine's are not asked for only to help others.
  private var usefulSlots: Int {
    let each = settings.lendsSlots && settings.launcher == .local ? SlotLending.usefulSlots : 1
    return scheduler.runnableCount * each
  }

  /// Messages that are there, at most 64, so that sending and reaping get their turn.
  private func received(_ socket: FleetEndpoint) -> [FleetEndpoint.Arrival] {
    var batch: [FleetEndpoint.Arrival] = []
    while batch.count < 64, let arrival = socket.receive() { batch.append(arrival) }
    return batch
  }

  /// Takes no more work from here on; what runs is saved.
  func beginStop(_ now: Duration) throws {
    stopDeadline = now + .seconds(settings.stopSeconds)
    connection?.launcher.startNoMore()
    try tell(.stop)
  }

  func tell(_ event: SchedulerEvent) throws {
    try carryOut(scheduler.handle(event, now: MonotonicClock.now))
  }

  /// Sends what may be sent: nobody is told of what is not on disk. Never waits for it.
  ///
  /// - Throws: `ClavaError.storage` if the journal cannot be written; the run must then start again from what is there.
  func flush() throws {
    trace.flush()
    if journal.isSegmentFull { try disk.beginSegment() }
    let durable = try journal.durable()
    guard let socket = connection?.socket else { return }
    var waiting = unsent
    unsent = []
    while let next = outbox.next(durable: durable) { waiting.append(next) }
    for entry in waiting {
      sequence += 1
      let envelope = Envelope(epoch: UInt64(journal.epoch), sequence: sequence, message: entry.message)
      do {
        let frames = try codec.encode(envelope)
        // A peer that is gone needs nothing; what it missed is said again when it says hello.
        if socket.send(frames, to: entry.address) == .full { unsent.append(entry) }
      } catch {
        observe(.warning(message: "a message could not be sent: \(error.sentence)"))
      }
    }
    if outbox.firstRecord != nil { journal.syncInBackground() }
  }

  /// Appends a record to the journal.
  ///
  /// - Returns: its number.
  @discardableResult
  func note(_ record: JournalRecord) throws -> Int { try disk.append(record) }

  func send(_ message: Message, to worker: String, after record: Int = 0) {
    guard let peer = peers[worker] else { return }
    enqueue(message, to: peer.address, after: record)
  }

  func enqueue(_ message: Message, to address: Data, after record: Int = 0) {
    outbox.append((address, message), after: max(record, barrier))
  }

  /// Lets the workers go, and ends those that stay.
  private func dismiss(_ connection: Connection) {
    connection.launcher.startNoMore()
    for peer in peers.values where peer.left == nil { enqueue(.dismiss, to: peer.address) }
    try? journal.sync()
    try? flush()
    let deadline = MonotonicClock.now + .seconds(2)
    while connection.launcher.runningCount > 0 || connection.socket.remoteCount > 0, MonotonicClock.now < deadline {
      _ = try? connection.launcher.poll(now: MonotonicClock.now)
      if connection.socket.poll(milliseconds: 5).message {
        while let arrival = connection.socket.receive() {
          // Whoever still speaks has not heard that it may go.
          enqueue(.dismiss, to: arrival.address)
        }
        try? flush()
      }
    }
    connection.transfer?.stop()
    connection.socket.close()
    connection.socket.dropUnsent()
  }
}
