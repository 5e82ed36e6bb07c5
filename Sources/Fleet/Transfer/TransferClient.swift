internal import CSystemShims
internal import Dispatch
internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage
internal import Synchronization

/// What a worker wants moved.
enum TransferJob: Sendable {
  /// An input or source of the attempt, into the cache, where it is pinned for the attempt.
  case fetchInput(AttemptName, Digest)
  /// The newest checkpoint of the attempt's task, if there is one, into this folder of the task.
  case fetchCheckpoint(AttemptName, taskFolder: String)
  /// A file to the coordinator.
  case send(AttemptName, WritableItem, path: String, digest: Digest, size: Int)

  var attempt: AttemptName {
    switch self {
    case .fetchInput(let attempt, _), .fetchCheckpoint(let attempt, _), .send(let attempt, _, _, _, _): return attempt
    }
  }
}

/// What became of a job.
struct TransferResult: Sendable {
  enum Job: Sendable, Hashable {
    case input(Digest)
    case checkpoint
    case sent(WritableItem)
  }
  var attempt: AttemptName
  var job: Job
  /// Nil: done.
  var failure: TransferFailure?
}

/// The worker's side of moving files: a socket and a thread of its own, so that heartbeats never wait for a file.
final class TransferClient: Sendable {
  enum Command: Sendable {
    case connect(String, SocketSecurity)
    case start(TransferJob)
    case cancel(AttemptName)
  }

  /// What the two threads hand each other.
  final class Exchange: Sendable {
    struct State {
      var commands: [Command] = []
      var results: [TransferResult] = []
      var bytes = 0
    }
    let state = Guarded(State())
    let commandsArrived: WakeUp
    let resultsArrived: WakeUp
    let isStopping = StopFlag()

    init() throws {
      commandsArrived = try WakeUp()
      resultsArrived = try WakeUp()
    }

    func add(_ result: TransferResult) {
      state.withLock { $0.results.append(result) }
      resultsArrived.signal()
    }
  }

  private let exchange: Exchange
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread; nothing is sent before `connect`.
  ///
  /// - Parameter worker: identity of the worker, as in its `Hello`.
  init(context: MessagingContext, worker: String, cache: ObjectCache) throws {
    let exchange = try Exchange()
    self.exchange = exchange
    nonisolated(unsafe) let loop = TransferClientLoop(
      context: context, worker: worker, cache: cache, exchange: exchange)
    let ended = ended
    let thread = Thread {
      clava_thread_name("files")
      loop.run()
      ended.signal()
    }
    thread.start()
  }

  /// Dials this address, also if it is the one dialled already: whoever calls knows that the coordinator is a new one
  /// or was out of reach. What was under way goes on where it stood.
  func connect(_ endpoint: String, security: SocketSecurity) { give(.connect(endpoint, security)) }

  /// Begins a job; its result comes unless the attempt is cancelled.
  func start(_ job: TransferJob) { give(.start(job)) }

  /// Forgets the jobs of an attempt.
  func cancel(_ attempt: AttemptName) { give(.cancel(attempt)) }

  /// Readable when there are results.
  var descriptor: Int32 { exchange.resultsArrived.descriptor }

  /// Results since the last call.
  func results() -> [TransferResult] {
    exchange.resultsArrived.clear()
    return exchange.state.withLock { state in
      defer { state.results = [] }
      return state.results
    }
  }

  /// Bytes that were moved so far: what does not grow any more stands still.
  var bytesMoved: Int { exchange.state.withLock(\.bytes) }

  /// Ends the thread and closes the socket.
  func stop() {
    guard !exchange.isStopping.isRaised else { return }
    exchange.isStopping.raise()
    exchange.commandsArrived.signal()
    ended.wait()
  }

  deinit { stop() }

  private func give(_ command: Command) {
    exchange.state.withLock { $0.commands.append(command) }
    exchange.commandsArrived.signal()
  }
}
