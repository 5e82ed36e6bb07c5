internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import Synchronization

/// A worker's way to its coordinator: dials, watches the connection, and dials again where a restarted coordinator is.
/// Confined to the worker's thread.
final class WorkerLink {
  /// What the worker has to know of its connection.
  enum News: Sendable, Hashable {
    /// Nothing has changed.
    case none
    /// It speaks to another address or key now, and has to introduce itself.
    case redialled
    /// The coordinator will never take this worker.
    case refused(String)
    /// The run has ended in good order.
    case over
  }

  /// Seconds of silence after which the address is looked up again.
  private static let silence = Duration.seconds(5)
  private static let lookUpInterval = Duration.seconds(1)
  private static let sayAgain = Duration.seconds(60)

  let context: MessagingContext
  private(set) var socket: Socket
  private(set) var endpoint: String
  private(set) var security: SocketSecurity
  private let key: WorkerKey?
  private let directory: RunDirectory?
  private let refusalSeconds: Double
  private let events = ConnectionEvents()
  private var monitor: ConnectionMonitor?
  private var serverKey: String?
  private var isReady = false
  /// Whether this coordinator has ever let the worker in; a handshake that fails later has other reasons.
  private var wasReady = false
  private var lastHeard = MonotonicClock.now
  private var lookedUp = MonotonicClock.now
  private var wasOpened = false
  private var refusedSince: Duration?
  private var said: (sentence: String, at: Duration)?

  /// Dials.
  ///
  /// - Parameters:
  ///   - endpoint: address of the coordinator.
  ///   - key: the worker's key; nil for a socket of this machine.
  ///   - directory: where `join.json` is read again; nil if the address is all that is known.
  ///   - refusalSeconds: how long it tries a coordinator that does not know its key.
  /// - Throws: `ClavaError` if address or key make no sense.
  init(endpoint: String, key: WorkerKey?, directory: RunDirectory?, refusalSeconds: Double) throws {
    self.endpoint = endpoint
    self.key = key
    self.directory = directory
    self.refusalSeconds = refusalSeconds
    context = try MessagingContext()
    serverKey = try directory.map { try JoinFile.read($0).serverKey } ?? key?.serverKey
    security = try Self.security(key, serverKey)
    socket = try Socket(context, .dealer, security: security)
    try dial()
  }

  private static func security(_ key: WorkerKey?, _ serverKey: String?) throws -> SocketSecurity {
    guard let key else { return .none }
    return .client(try key.pair, server: serverKey ?? key.serverKey)
  }

  private func dial() throws {
    if security != .none {
      let events = events
      monitor = try ConnectionMonitor(socket, .client) { events.append($0) }
    }
    try socket.connect(endpoint)
  }

  /// The next message of the coordinator, or nil.
  func receive() -> [Data]? {
    guard let frames = socket.receive() else { return nil }
    lastHeard = MonotonicClock.now
    isReady = true
    return frames
  }

  /// Looks after the connection; to be called about every second or more often.
  func look(_ now: Duration) -> News {
    for event in events.take() {
      if let news = take(event, now) { return news }
    }
    if let since = refusedSince, (now - since).inSeconds > refusalSeconds {
      return .refused("\(endpoint) has refused this worker for \(Int(refusalSeconds)) s; \(said?.sentence ?? "")")
    }
    guard let directory, !isReady || now - lastHeard > Self.silence, now - lookedUp > Self.lookUpInterval else {
      return .none
    }
    lookedUp = now
    return lookUp(directory, now)
  }

  private func take(_ event: ConnectionEvent, _ now: Duration) -> News? {
    switch event.kind {
    case .ready:
      refusedSince = nil
      isReady = true
      wasReady = true
      say(event.sentence, now)
    case .keyRefused:
      // With a folder to look into, another run may have taken the old one's place.
      say(event.sentence, now)
      return .refused(event.sentence)
    case .abandoned, .wrongKey, .unencrypted, .foreign, .broken:
      isReady = false
      if refusedSince == nil, !wasReady { refusedSince = now }
      say(event.sentence, now)
    case .unreachable:
      isReady = false
      // Another attempt is announced in the same way after a connection that was made and broken off.
      guard !wasOpened else {
        wasOpened = false
        break
      }
      refusedSince = nil
      say(event.sentence, now)
    case .closed: isReady = false
    case .opened: wasOpened = true
    }
    return nil
  }

  /// The coordinator may have been started again, elsewhere.
  private func lookUp(_ directory: RunDirectory, _ now: Duration) -> News {
    guard let join = try? JoinFile.read(directory) else { return .none }
    if join.isOver { return .over }
    guard join.endpoint != endpoint || join.serverKey != serverKey else { return .none }
    do {
      let security = try Self.security(key, join.serverKey)
      let fresh = try Socket(context, .dealer, security: security)
      socket.dropUnsent()
      (socket, self.security, endpoint, serverKey) = (fresh, security, join.endpoint, join.serverKey)
      refusedSince = nil
      wasReady = false
      said = nil
      try dial()
      say("the coordinator listens at \(endpoint) now", now)
      return .redialled
    } catch {
      say("\(error)", now)
      return .none
    }
  }

  /// One line for the log, not the same one again and again.
  private func say(_ sentence: String, _ now: Duration) {
    if let said, said.sentence == sentence, now - said.at < Self.sayAgain { return }
    said = (sentence, now)
    WorkerSupervisor.print(sentence)
  }
}

/// Events on their way from the monitor's thread.
private final class ConnectionEvents: Sendable {
  private let list = Guarded<[ConnectionEvent]>([])

  func append(_ event: ConnectionEvent) { list.withLock { if $0.count < 1000 { $0.append(event) } } }

  func take() -> [ConnectionEvent] {
    list.withLock { list in
      defer { list = [] }
      return list
    }
  }
}
