internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import TaskGraph

/// Many workers on one thread, each with its own socket and the real protocol, whose tasks take no time.
final class WorkerSwarm: Sendable {
  /// What they do with a task.
  enum Work: Sendable {
    /// Deliver this at once.
    case deliver(TaskOutput)
    /// Never finish it.
    case hold
  }

  private let count: Int
  // A context may be used from any thread; only sockets may not.
  nonisolated(unsafe) private let context: MessagingContext
  private let work: Work
  private let granted: @Sendable () -> Void
  private let stop = StopFlag()
  private let ended = StopFlag()

  /// Seconds between looks at what has to be repeated.
  private static let tickSeconds = 0.5

  /// - Parameter granted: called for every task that reaches a worker.
  init(count: Int, context: MessagingContext, work: Work, granted: @escaping @Sendable () -> Void = {}) {
    self.count = count
    self.context = context
    self.work = work
    self.granted = granted
  }

  /// Starts them.
  func start(_ address: String) {
    let thread = Thread { [self] in
      do {
        try run(address)
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
      }
      ended.raise()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  private func run(_ address: String) throws {
    var workers = try (0..<count).map {
      try SwarmWorker(number: $0, context: context, address: address, work: work, granted: granted)
    }
    var descriptors = workers.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    var lastTick: Duration = .zero
    while !stop.isRaised {
      let now = MonotonicClock.now
      if (now - lastTick).inSeconds > Self.tickSeconds {
        lastTick = now
        for index in workers.indices { workers[index].tick() }
      }
      guard poll(&descriptors, nfds_t(descriptors.count), 20) > 0 else { continue }
      for index in workers.indices where descriptors[index].revents != 0 { workers[index].turn() }
    }
    for worker in workers { worker.close() }
  }

  /// Ends them and waits for that.
  func end() {
    stop.raise()
    while !ended.isRaised { usleep(1000) }
  }
}

/// One of them.
private struct SwarmWorker {
  private let socket: Socket
  private let identity: String
  private let name: String
  private let work: WorkerSwarm.Work
  private let granted: @Sendable () -> Void
  private let codec = MessageCodec()
  private var core: WorkerCore
  private var sequence: UInt64 = 0
  private var isOver = false

  init(
    number: Int, context: MessagingContext, address: String, work: WorkerSwarm.Work,
    granted: @escaping @Sendable () -> Void
  ) throws {
    socket = try Socket(context, .dealer)
    try socket.connect(address)
    identity = "\(number)"
    name = "worker \(number + 1)"
    self.work = work
    self.granted = granted
    // Whoever holds a hundred attempts shall not spend the time on naming them.
    if case .hold = work { core = WorkerCore(beatSeconds: 20) } else { core = WorkerCore(beatSeconds: 2) }
  }

  var descriptor: Int32 { socket.descriptor }

  mutating func tick() {
    guard !isOver else { return }
    apply(.tick)
    turn()
  }

  /// Takes what has come, until nothing comes any more although everything was said.
  mutating func turn() {
    var before: UInt64
    repeat {
      before = sequence
      while !isOver, let frames = socket.receive() { take(frames) }
    } while sequence != before && !isOver
  }

  private mutating func take(_ frames: [Data]) {
    guard let envelope = try? codec.decode(frames), core.accepts(epoch: envelope.epoch) else { return }
    switch envelope.message {
    case .welcome: apply(.welcomed(epoch: envelope.epoch))
    case .rehello: apply(.helloWanted)
    case .grant(let grant, _):
      granted()
      apply(.granted(AttemptIdentifier(grant.attempt)))
    case .revoke(let revoke):
      apply(.revoked(AttemptIdentifier(revoke.attempt), evenIfRunning: revoke.evenIfRunning))
    case .committed(let notice): apply(.acknowledged(AttemptIdentifier(notice.attempt)))
    case .drain: if case .deliver = work { apply(.drain) }
    case .dismiss: apply(.dismissed)
    default: apply(.heard)
    }
  }

  func close() { socket.dropUnsent() }

  private mutating func apply(_ event: WorkerEvent) {
    var events = [event]
    while !events.isEmpty {
      for effect in core.handle(events.removeFirst(), now: MonotonicClock.now) {
        switch effect {
        case .hello(let held): send(.hello(Hello(worker: identity, name: name, held: held.map(\.name))))
        case .heartbeat(let held, let running):
          let entries = held.map { HeldAttempt(attempt: $0.name, isRunning: $0 == running) }
          send(.heartbeat(Heartbeat(held: entries, residentMemory: 0)))
        case .run(let attempt):
          guard case .deliver(let output) = work else { break }
          events.append(.computeFinished(attempt, AttemptResult(outputs: [output], seconds: 0.001, peakMemory: 0)))
        case .stopRunning: if let running = core.running { events.append(.computeLeft(running)) }
        case .startCompute: events.append(.computeReady)
        case .report(let attempt, .finished(let result)):
          let outputs = result.outputs.map {
            DeliveredOutput(
              name: $0.name, digest: $0.digest.hexadecimal, contentDigest: $0.contentDigest.hexadecimal, size: $0.size)
          }
          send(
            .commit(
              Commit(attempt: attempt.name, outputs: outputs, seconds: result.seconds, peakMemory: result.peakMemory)))
        case .report(let attempt, _): send(.release(AttemptNotice(attempt: attempt.name)))
        case .sayStarted(let attempt): send(.started(AttemptNotice(attempt: attempt.name)))
        case .sayLeaving: send(.leaving)
        case .exit: isOver = true
        }
      }
    }
  }

  private mutating func send(_ message: Message) {
    sequence += 1
    guard let frames = try? codec.encode(Envelope(epoch: core.epoch, sequence: sequence, message: message)) else {
      return
    }
    // What does not get through is said again.
    _ = socket.send(frames)
  }
}

/// Stands for the workers' processes, which are none.
final class SwarmLauncher: Launcher {
  private let swarm: WorkerSwarm

  init(_ swarm: WorkerSwarm) { self.swarm = swarm }

  func keep(_ count: Int) {}
  func confirm(process: Int) {}
  func confirm(launch: String?, process: Int) {}
  func poll(now: Duration) -> [LaunchEnding] { [] }
  func startNoMore() {}
  var runningCount: Int { 0 }
  func endAll() {}
}
