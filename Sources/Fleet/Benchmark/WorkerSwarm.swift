internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import TaskGraph

/// Many workers on one thread, each with its own socket and the real protocol, whose tasks take no time.
final class WorkerSwarm: Sendable {
  private let count: Int
  // A context may be used from any thread; only sockets may not.
  nonisolated(unsafe) private let context: MessagingContext
  private let output: TaskOutput
  private let stop = StopFlag()
  private let ended = StopFlag()

  init(count: Int, context: MessagingContext, output: TaskOutput) {
    self.count = count
    self.context = context
    self.output = output
  }

  /// Starts them.
  func start(_ address: String) {
    let thread = Thread { [self] in
      do {
        var workers = try (0..<count).map { try SwarmWorker(number: $0, context: context, address: address) }
        while !stop.isRaised {
          var isBusy = false
          for index in workers.indices where workers[index].turn(output) { isBusy = true }
          if !isBusy { usleep(200) }
        }
        for worker in workers { worker.close() }
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
      }
      ended.raise()
    }
    thread.stackSize = 8 << 20
    thread.start()
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
  private let codec = MessageCodec()
  private var core = WorkerCore(beatSeconds: 2)
  private var sequence: UInt64 = 0
  private var lastTick: Duration = .zero
  private var isOver = false

  init(number: Int, context: MessagingContext, address: String) throws {
    socket = try Socket(context, .dealer)
    try socket.connect(address)
    identity = "\(number)"
    name = "worker \(number + 1)"
  }

  /// Takes what has come.
  ///
  /// - Returns: whether there was anything.
  mutating func turn(_ output: TaskOutput) -> Bool {
    guard !isOver else { return false }
    let now = MonotonicClock.now
    if (now - lastTick).inSeconds > 0.5 {
      lastTick = now
      apply(.tick, output)
    }
    var isBusy = false
    while !isOver, let frames = socket.receive() {
      isBusy = true
      guard let envelope = try? codec.decode(frames), core.accepts(epoch: envelope.epoch) else { continue }
      switch envelope.message {
      case .welcome: apply(.welcomed(epoch: envelope.epoch), output)
      case .rehello: apply(.helloWanted, output)
      case .grant(let grant, _): apply(.granted(AttemptIdentifier(grant.attempt)), output)
      case .revoke(let revoke):
        apply(.revoked(AttemptIdentifier(revoke.attempt), evenIfRunning: revoke.evenIfRunning), output)
      case .committed(let notice): apply(.acknowledged(AttemptIdentifier(notice.attempt)), output)
      case .drain: apply(.drain, output)
      case .dismiss: apply(.dismissed, output)
      default: apply(.heard, output)
      }
    }
    return isBusy
  }

  func close() { socket.dropUnsent() }

  private mutating func apply(_ event: WorkerEvent, _ output: TaskOutput) {
    var events = [event]
    while !events.isEmpty {
      for effect in core.handle(events.removeFirst(), now: MonotonicClock.now) {
        switch effect {
        case .hello(let held): send(.hello(Hello(worker: identity, name: name, held: held.map(\.name))))
        case .heartbeat(let held, let running):
          let entries = held.map { HeldAttempt(attempt: $0.name, isRunning: $0 == running) }
          send(.heartbeat(Heartbeat(held: entries, residentMemory: 0)))
        case .run(let attempt):
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
