internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import Synchronization

/// What the thread of a `TransferClient` does.
final class TransferClientLoop {
  /// Files that are fetched, or sent, at a time.
  private static let maximumAtATime = 8
  /// Seconds without a word after which a connection with something under way is made anew.
  static let quietSeconds = 20.0
  private static let findSeconds = 10.0
  static let pauseSeconds = 2.0

  enum Outgoing {
    case message(TransferMessage)
    case chunk(transfer: UInt64, offset: Int, length: Int)
  }

  private let context: MessagingContext
  let worker: String
  let cache: ObjectCache
  let exchange: TransferClient.Exchange
  var codec = TransferCodec()
  var socket: Socket?
  private var endpoint = ""
  private var security = SocketSecurity.none
  private var nextTransfer = UInt64.random(in: 0...UInt64(UInt32.max)) << 24
  var waiting: [TransferJob] = []
  var finds: [UInt64: (attempt: AttemptName, taskFolder: String, due: Duration)] = [:]
  var fetches: [UInt64: FileFetch] = [:]
  var sendings: [UInt64: FileSending] = [:]
  var outbox: [Outgoing] = []
  var lastHeard: Duration = .zero
  var patience = TransferClientLoop.quietSeconds

  init(context: MessagingContext, worker: String, cache: ObjectCache, exchange: TransferClient.Exchange) {
    self.context = context
    self.worker = worker
    self.cache = cache
    self.exchange = exchange
  }

  func run() {
    while !exchange.isStopping.isRaised {
      let milliseconds = outbox.isEmpty ? 500 : 10
      var hasMessage = false
      if let socket {
        let ready = socket.poll(descriptors: [exchange.commandsArrived.descriptor], milliseconds: milliseconds)
        hasMessage = ready.socket
      } else {
        var item = pollfd(fd: exchange.commandsArrived.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&item, 1, 500)
      }
      exchange.commandsArrived.clear()
      let commands = exchange.state.withLock { state in
        defer { state.commands = [] }
        return state.commands
      }
      for command in commands { take(command) }
      if hasMessage { receive() }
      tick()
      startWaiting()
      flush()
    }
    socket?.dropUnsent()
    socket = nil
  }

  // MARK: Jobs

  private func take(_ command: TransferClient.Command) {
    switch command {
    case .connect(let endpoint, let security):
      self.endpoint = endpoint
      self.security = security
      reconnect()
    case .start(let job): waiting.append(job)
    case .cancel(let attempt): cancel(attempt)
    }
  }

  private func cancel(_ attempt: AttemptName) {
    waiting.removeAll { $0.attempt == attempt }
    for (transfer, find) in finds where find.attempt == attempt { finds[transfer] = nil }
    for (transfer, fetch) in fetches {
      fetch.waiters.removeAll { $0 == attempt }
      if fetch.waiters.isEmpty { end(fetch: transfer) }
    }
    for (transfer, sending) in sendings where sending.attempt == attempt { end(sending: transfer) }
  }

  private func startWaiting() {
    guard socket != nil else { return }
    var left: [TransferJob] = []
    for job in waiting where !start(job) { left.append(job) }
    waiting = left
  }

  /// - Returns: false if it has to wait for its turn.
  private func start(_ job: TransferJob) -> Bool {
    switch job {
    case .fetchInput(let attempt, let digest):
      if let fetch = fetches.values.first(where: { $0.digest == digest && $0.isInput }) {
        if !fetch.waiters.contains(attempt) { fetch.waiters.append(attempt) }
        return true
      }
      if cache.pin(digest, for: attempt.holder) != nil {
        exchange.add(TransferResult(attempt: attempt, job: .input(digest)))
        return true
      }
      guard fetches.count < Self.maximumAtATime else { return false }
      begin(FileFetch(attempt: attempt, target: .input, item: .input(digest: digest.hexadecimal), digest: digest))
    case .fetchCheckpoint(let attempt, let taskFolder):
      let transfer = newTransfer()
      finds[transfer] = (attempt, taskFolder, .zero)
    case .send(let attempt, let item, let path, let digest, let size):
      guard sendings.count < Self.maximumAtATime else { return false }
      guard let sending = FileSending(attempt: attempt, item: item, path: path, digest: digest, size: size) else {
        let failure = TransferFailure(.gone, "\(path) is not there any more or cannot be read")
        exchange.add(TransferResult(attempt: attempt, job: .sent(item), failure: failure))
        return true
      }
      let transfer = newTransfer()
      sendings[transfer] = sending
      perform(sending.machine.handle(.begin, now: MonotonicClock.now), transfer)
    }
    return true
  }

  func begin(_ fetch: FileFetch) {
    let transfer = newTransfer()
    fetches[transfer] = fetch
    do {
      try fetch.open(in: cache.store)
      perform(fetch.begin(window: window, now: MonotonicClock.now), transfer)
    } catch {
      end(fetch: transfer, failure: TransferFailure(.workerStorage, "\(error)"))
    }
  }

  private func newTransfer() -> UInt64 {
    nextTransfer += 1
    return nextTransfer
  }

  /// Chunks that one of the files that are fetched may have on their way.
  private var window: Int { max(2, TransferLimits.maximumWindow / max(1, min(fetches.count, Self.maximumAtATime))) }

  // MARK: Time and the connection

  private func tick() {
    let now = MonotonicClock.now
    guard socket != nil else { return }
    if !fetches.isEmpty || !sendings.isEmpty || !finds.isEmpty {
      if (now - lastHeard).inSeconds > patience {
        patience = min(60, patience * 2)
        reconnect()
      }
    } else {
      lastHeard = now
    }
    for (transfer, find) in finds where now >= find.due {
      finds[transfer]?.due = now + .seconds(Self.findSeconds)
      let origin = TransferOrigin(transfer: transfer, worker: worker, attempt: find.attempt)
      outbox.append(.message(.findCheckpoint(origin)))
    }
    for (transfer, fetch) in fetches {
      if let pause = fetch.pausedUntil {
        guard now >= pause else { continue }
        fetch.pausedUntil = nil
        perform(fetch.machine.handle(.broken, now: now), transfer)
      } else {
        perform(fetch.machine.handle(.tick, now: now), transfer)
      }
    }
    for (transfer, sending) in sendings { perform(sending.machine.handle(.tick, now: now), transfer) }
  }

  /// Makes the connection anew and asks again for everything that was under way.
  private func reconnect() {
    let now = MonotonicClock.now
    lastHeard = now
    socket?.dropUnsent()
    socket = nil
    outbox = []
    do {
      let new = try Socket(context, .dealer, security: security, limits: .data)
      try new.connect(endpoint)
      socket = new
    } catch {
      WorkerSupervisor.print("files cannot be fetched: \(error)")
      return
    }
    for transfer in finds.keys { finds[transfer]?.due = now }
    for (transfer, fetch) in fetches { perform(fetch.machine.handle(.broken, now: now), transfer) }
    for (transfer, sending) in sendings { perform(sending.machine.handle(.broken, now: now), transfer) }
  }

  private func flush() {
    guard let socket else { return }
    var sent = 0
    for next in outbox {
      let message: TransferMessage
      switch next {
      case .message(let known): message = known
      case .chunk(let transfer, let offset, let length):
        guard let sending = sendings[transfer] else {
          sent += 1
          continue
        }
        guard let bytes = sending.read(offset, length) else {
          let failure = TransferFailure(.gone, "\(sending.path) cannot be read any more")
          outbox.removeFirst(sent)
          return end(sending: transfer, failure: failure)
        }
        message = .sentChunk(Chunk(transfer: transfer, offset: offset, bytes: bytes), bytes: bytes)
      }
      guard let frames = try? codec.encode(message) else {
        sent += 1
        continue
      }
      guard socket.send(frames) == .accepted else { break }
      sent += 1
    }
    outbox.removeFirst(sent)
  }
}

extension AttemptName {
  /// Name under which an attempt pins what it needs.
  var holder: String { "\(task) \(number)" }
}
