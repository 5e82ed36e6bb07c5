internal import TaskGraph

/// What a worker tells the coordinator about one attempt, again and again until it is acknowledged.
public enum AttemptReport: Sendable, Hashable {
  /// It succeeded; its outputs are to be committed.
  case finished(AttemptResult)
  /// It failed.
  case failed(FailureCause)
  /// It was given back, with or without having begun.
  case released
}

/// What the protocol of a worker is told.
public enum WorkerEvent: Sendable, Hashable {
  /// The coordinator with this number accepted the worker.
  case welcomed(epoch: UInt64)
  /// The coordinator does not know this connection.
  case helloWanted
  /// Work has arrived.
  case granted(AttemptIdentifier)
  /// An attempt is wanted back; a running one only if `evenIfRunning`.
  case revoked(AttemptIdentifier, evenIfRunning: Bool)
  /// The coordinator has dealt with the report on an attempt, or has no use for the attempt any more.
  case acknowledged(AttemptIdentifier)
  /// Any other message of the coordinator: a sign of life.
  case heard
  /// Save, give everything back, take nothing more.
  case drain
  /// The run is over.
  case dismissed
  /// The compute process is ready for work.
  case computeReady
  /// It delivered the result of the running attempt.
  case computeFinished(AttemptIdentifier, AttemptResult)
  /// The running attempt failed; the process lives on.
  case computeFailed(AttemptIdentifier, FailureCause)
  /// It saved the running attempt and left it.
  case computeLeft(AttemptIdentifier)
  /// The process died.
  case computeDied(FailureCause)
  /// Time has passed.
  case tick
}

/// What the protocol of a worker wants done.
public enum WorkerEffect: Sendable, Hashable {
  /// Introduce yourself, naming the held attempts.
  case hello(held: [AttemptIdentifier])
  /// Show that you live, naming the held attempts and the one that runs.
  case heartbeat(held: [AttemptIdentifier], running: AttemptIdentifier?)
  /// Start an attempt in the compute process.
  case run(AttemptIdentifier)
  /// Ask the compute process to save and leave the running attempt.
  case stopRunning
  /// Start another compute process.
  case startCompute
  /// Send a report.
  case report(AttemptIdentifier, AttemptReport)
  /// Say that an attempt has begun.
  case sayStarted(AttemptIdentifier)
  /// Tell the coordinator that no more work is wanted.
  case sayLeaving
  /// End with this exit code.
  case exit(Int32)
}

/// A worker's half of the protocol: a pure state machine, the counterpart of `Scheduler`.
///
/// Every message may be lost or come twice: reports are repeated until acknowledged, a grant that was seen before is
/// answered with what became of it, and a lower epoch is never obeyed.
public struct WorkerCore {
  /// Exit code after a drain; not 0, so that an engine does not take the slot for finished.
  public static let drainedExitCode: Int32 = 99

  /// The coordinator it obeys; messages with a lower number come from one that was replaced.
  public private(set) var epoch: UInt64 = 0
  /// Attempts that wait for the compute process, in order.
  public private(set) var queue: [AttemptIdentifier] = []
  /// The attempt in the compute process.
  public private(set) var running: AttemptIdentifier?
  /// Whether it was asked to leave.
  public private(set) var isDraining = false

  private let beatSeconds: Double
  private let resendSeconds: Double
  private let orphanSeconds: Double
  private var isWelcome = false
  private var isComputeReady = false
  private var unacknowledged: [AttemptIdentifier: (report: AttemptReport, sent: Duration)] = [:]
  private var acknowledged: Set<AttemptIdentifier> = []
  private var lastBeat: Duration = .zero
  private var lastHello: Duration?
  private var lastHeard: Duration?
  private var isOver = false
  private var effects: [WorkerEffect] = []

  /// Creates a worker that has not said hello yet.
  ///
  /// - Parameters:
  ///   - orphanSeconds: after this long without a word from a coordinator it saves its work and ends.
  public init(beatSeconds: Double = 2, resendSeconds: Double = 2, orphanSeconds: Double = 1800) {
    self.beatSeconds = beatSeconds
    self.resendSeconds = resendSeconds
    self.orphanSeconds = orphanSeconds
  }

  /// Everything this worker answers for: running, queued, or reported and not yet acknowledged.
  public var held: [AttemptIdentifier] {
    (running.map { [$0] } ?? []) + queue + unacknowledged.keys.sorted()
  }

  /// Whether a message of a coordinator with this number may be obeyed.
  public func accepts(epoch: UInt64) -> Bool { epoch >= self.epoch }

  /// Takes one event and returns what is to be done, in this order.
  public mutating func handle(_ event: WorkerEvent, now: Duration) -> [WorkerEffect] {
    effects = []
    guard !isOver else { return [] }
    switch event {
    case .welcomed(let epoch):
      heard(now)
      guard epoch >= self.epoch else { break }
      if self.epoch == 0 { effects.append(.startCompute) }
      self.epoch = epoch
      isWelcome = true
      for attempt in unacknowledged.keys.sorted() { resend(attempt, now) }
    case .helloWanted:
      heard(now)
      isWelcome = false
      hello(now)
    case .granted(let attempt):
      heard(now)
      accept(attempt, now)
    case .revoked(let attempt, let evenIfRunning):
      heard(now)
      revoke(attempt, evenIfRunning, now)
    case .acknowledged(let attempt):
      heard(now)
      if unacknowledged.removeValue(forKey: attempt) != nil { acknowledged.insert(attempt) }
    case .drain:
      heard(now)
      drain(now)
    case .heard: heard(now)
    case .dismissed: end(0)
    case .computeReady: isComputeReady = true
    case .computeFinished(let attempt, let result): settle(attempt, .finished(result), now)
    case .computeFailed(let attempt, let cause): settle(attempt, .failed(cause), now)
    case .computeLeft(let attempt): settle(attempt, .released, now)
    case .computeDied(let cause):
      isComputeReady = false
      if let running { settle(running, .failed(cause), now) }
      effects.append(.startCompute)
    case .tick: tick(now)
    }
    runNext()
    if isDraining, running == nil, unacknowledged.isEmpty, !isOver { end(Self.drainedExitCode) }
    return effects
  }

  private mutating func heard(_ now: Duration) { lastHeard = max(lastHeard ?? now, now) }

  private mutating func accept(_ attempt: AttemptIdentifier, _ now: Duration) {
    if unacknowledged[attempt] != nil { return resend(attempt, now) }
    guard running != attempt, !queue.contains(attempt), !acknowledged.contains(attempt) else { return }
    if isDraining { return report(attempt, .released, now) }
    queue.append(attempt)
  }

  private mutating func revoke(_ attempt: AttemptIdentifier, _ evenIfRunning: Bool, _ now: Duration) {
    if let place = queue.firstIndex(of: attempt) {
      queue.remove(at: place)
      report(attempt, .released, now)
    } else if unacknowledged[attempt] != nil {
      resend(attempt, now)
    } else if running == attempt {
      if evenIfRunning { effects.append(.stopRunning) }
    } else {
      report(attempt, .released, now)
    }
  }

  private mutating func settle(_ attempt: AttemptIdentifier, _ report: AttemptReport, _ now: Duration) {
    guard running == attempt else { return }
    running = nil
    self.report(attempt, report, now)
  }

  private mutating func report(_ attempt: AttemptIdentifier, _ report: AttemptReport, _ now: Duration) {
    unacknowledged[attempt] = (report, now)
    effects.append(.report(attempt, report))
  }

  private mutating func resend(_ attempt: AttemptIdentifier, _ now: Duration) {
    guard let entry = unacknowledged[attempt] else { return }
    unacknowledged[attempt]?.sent = now
    effects.append(.report(attempt, entry.report))
  }

  private mutating func runNext() {
    guard isComputeReady, running == nil, !isDraining, !isOver, !queue.isEmpty else { return }
    let attempt = queue.removeFirst()
    running = attempt
    effects.append(.run(attempt))
    effects.append(.sayStarted(attempt))
  }

  private mutating func drain(_ now: Duration) {
    guard !isDraining else { return }
    isDraining = true
    effects.append(.sayLeaving)
    for attempt in queue { report(attempt, .released, now) }
    queue = []
    if running != nil { effects.append(.stopRunning) }
  }

  private mutating func hello(_ now: Duration) {
    lastHello = now
    effects.append(.hello(held: held))
  }

  private mutating func tick(_ now: Duration) {
    if !isWelcome {
      if lastHello.map({ (now - $0).inSeconds >= resendSeconds }) ?? true { hello(now) }
    } else if (now - lastBeat).inSeconds >= beatSeconds {
      lastBeat = now
      effects.append(.heartbeat(held: held, running: running))
    }
    for (attempt, entry) in unacknowledged.sorted(by: { $0.key < $1.key })
    where isWelcome && (now - entry.sent).inSeconds >= resendSeconds {
      resend(attempt, now)
    }
    // The time without a coordinator begins with the first turn.
    if lastHeard == nil { lastHeard = now }
    if let lastHeard, (now - lastHeard).inSeconds > orphanSeconds {
      drain(now)
      if running == nil { end(Self.drainedExitCode) }
    }
  }

  private mutating func end(_ code: Int32) {
    isOver = true
    effects.append(.exit(code))
  }
}
