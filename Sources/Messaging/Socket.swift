internal import CZeroMQ
internal import Essentials
public import Foundation

/// A ROUTER or DEALER socket. Confined to the thread that made it.
public final class Socket {
  /// The two kinds in use.
  public enum Role: Sendable {
    /// The coordinator's: many peers, the first frame names one.
    case router
    /// A worker's: one peer.
    case dealer
  }

  /// What became of a message handed to the socket.
  public enum SendResult: Sendable, Hashable {
    /// ZeroMQ took it. Nothing more: it may still be lost.
    case accepted
    /// The peer's queue is full; try again later.
    case full
    /// There is no such peer (any more).
    case unreachable
  }

  /// A readable or writable descriptor to wait on beside sockets.
  public struct PollResult: Sendable, Hashable {
    /// Whether the socket has a message.
    public var socket: Bool
    /// Which of the descriptors can be read or have ended, in their order.
    public var descriptors: [Bool]
  }

  /// Most frames in a message; what has more is read to its end and dropped.
  public static let maximumFrameCount = 8

  let pointer: UnsafeMutableRawPointer
  /// How its two ends know each other.
  public let security: SocketSecurity
  private let role: Role
  // Sockets must close before the context ends.
  private let context: MessagingContext

  /// Creates a socket with the options of the protocol.
  ///
  /// - Parameters:
  ///   - security: how the ends know each other; `none` for addresses of this machine only.
  ///   - limits: what travels over it.
  /// - Throws: `ClavaError.messaging`.
  ///
  /// Source: spec/distributed.md §6.
  public init(
    _ context: MessagingContext, _ role: Role, security: SocketSecurity = .none, limits: SocketLimits = .control
  ) throws {
    guard let pointer = zmq_socket(context.pointer, role == .router ? ZMQ_ROUTER : ZMQ_DEALER) else {
      throw Self.failure("a socket cannot be created")
    }
    self.pointer = pointer
    self.role = role
    self.context = context
    self.security = security
    // ZeroMQ's own heartbeats stay off: they cut healthy links of busy peers. Routing ids stay unset: a fixed one
    // can swallow everything after a half-open break.
    set(ZMQ_LINGER, 2000)
    set(ZMQ_SNDHWM, limits.queueLength)
    set(ZMQ_RCVHWM, limits.queueLength)
    set(ZMQ_HANDSHAKE_IVL, 5000)
    set(ZMQ_TCP_KEEPALIVE, 1)
    set(ZMQ_TCP_KEEPALIVE_IDLE, 10)
    set(ZMQ_TCP_KEEPALIVE_INTVL, 5)
    set(ZMQ_TCP_KEEPALIVE_CNT, 3)
    set(ZMQ_TCP_MAXRT, 30_000)
    set(ZMQ_RECONNECT_IVL, 200)
    set(ZMQ_RECONNECT_IVL_MAX, 10_000)
    set(ZMQ_BACKLOG, 1024)
    var limit = Int64(limits.frameBytes)
    zmq_setsockopt(pointer, ZMQ_MAXMSGSIZE, &limit, MemoryLayout<Int64>.size)
    if role == .router { set(ZMQ_ROUTER_MANDATORY, 1) } else { set(ZMQ_IMMEDIATE, 1) }
    do {
      try secure()
    } catch {
      zmq_close(pointer)
      throw error
    }
  }

  /// `ZMQ_ZAP_ENFORCE_DOMAIN`, which the header of the release leaves out: without an authenticator nobody gets in.
  private static let enforceDomain: Int32 = 93

  /// Keys, and a domain that nobody enters whom no authenticator lets in.
  private func secure() throws {
    switch security {
    case .none: return
    case .server(let keys):
      set(ZMQ_CURVE_SERVER, 1)
      precondition(context.hasAuthenticator, "a secured socket needs an authenticator in its context")
      set(Self.enforceDomain, 1)
      try set(ZMQ_ZAP_DOMAIN, SocketSecurity.domain)
      try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
    case .client(let keys, let server):
      try set(ZMQ_CURVE_SERVERKEY, server)
      try set(ZMQ_CURVE_PUBLICKEY, keys.publicKey)
      try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
    }
  }

  private var isServer: Bool { if case .server = security { true } else { false } }

  private func set(_ option: Int32, _ text: String) throws {
    guard zmq_setsockopt(pointer, option, text, text.utf8.count) == 0 else {
      throw Self.failure("a key cannot be set")
    }
  }

  /// Nothing crosses a network in the clear.
  private func check(_ endpoint: String) throws {
    if endpoint.contains("[") { set(ZMQ_IPV6, 1) }
    guard security == .none, !endpoint.hasPrefix("ipc://"), !endpoint.hasPrefix("inproc://") else { return }
    throw ClavaError(
      .messaging, "\(endpoint) needs keys: only ipc:// is used without encryption",
      remedy: "make keys with 'clava keygen'")
  }

  var contextPointer: UnsafeMutableRawPointer { context.pointer }

  deinit { zmq_close(pointer) }

  /// Listens at an address.
  ///
  /// - Returns: the address with the port that was chosen.
  /// - Throws: `ClavaError.messaging` naming the address.
  public func bind(_ endpoint: String) throws -> String {
    try check(endpoint)
    guard zmq_bind(pointer, endpoint) == 0 else { throw Self.failure("cannot listen at \(endpoint)") }
    var buffer = [CChar](repeating: 0, count: 512)
    var length = buffer.count
    guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &buffer, &length) == 0 else { return endpoint }
    return String(decoding: buffer.prefix(max(0, length - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Dials an address; the connection comes and goes by itself from then on.
  ///
  /// - Throws: `ClavaError.messaging` if the address makes no sense.
  public func connect(_ endpoint: String) throws {
    try check(endpoint)
    guard zmq_connect(pointer, endpoint) == 0 else { throw Self.failure("cannot connect to \(endpoint)") }
  }

  /// Hands over a message without waiting. A router's first frame names the peer.
  public func send(_ frames: [Data]) -> SendResult {
    for (index, frame) in frames.enumerated() {
      let flags = ZMQ_DONTWAIT | (index + 1 < frames.count ? ZMQ_SNDMORE : 0)
      var sent: Int32
      repeat {
        sent = frame.withUnsafeBytes { zmq_send(pointer, $0.baseAddress, $0.count, flags) }
      } while sent < 0 && zmq_errno() == EINTR
      if sent < 0 { return zmq_errno() == EAGAIN ? .full : .unreachable }
    }
    return .accepted
  }

  /// The next message, or nil if there is none. A message with too many frames comes back empty.
  public func receive() -> [Data]? { receiveIdentified()?.frames }

  /// The next message with its sender's key, or nil if there is none. A message with too many frames comes back empty.
  public func receiveIdentified() -> ReceivedMessage? {
    var received = ReceivedMessage(frames: [])
    var count = 0
    while true {
      var message = zmq_msg_t()
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      let length = zmq_msg_recv(&message, pointer, ZMQ_DONTWAIT)
      if length < 0 {
        if zmq_errno() == EINTR { continue }
        return nil
      }
      count += 1
      if count <= Self.maximumFrameCount {
        received.frames.append(zmq_msg_data(&message).map { Data(bytes: $0, count: Int(length)) } ?? Data())
      }
      let isLast = zmq_msg_more(&message) == 0
      if isLast, security != .none { identify(&message, &received) }
      if isLast {
        // Whoever speaks to a secured socket without having been let in is not heard.
        if count > Self.maximumFrameCount || (isServer && received.key == nil) { received.frames = [] }
        return received
      }
    }
  }

  /// What libzmq knows of the sender. Only body frames carry it for certain: the first frame's can be lost.
  private func identify(_ message: inout zmq_msg_t, _ received: inout ReceivedMessage) {
    received.key = zmq_msg_gets(&message, "User-Id").map { String(cString: $0) }
    let descriptor = zmq_msg_get(&message, ZMQ_SRCFD)
    if descriptor >= 0 { received.descriptor = descriptor }
  }

  /// Waits until a message is there, one of the descriptors can be read, or the time is over. An interruption by a
  /// signal ends the wait.
  public func poll(descriptors: [Int32] = [], milliseconds: Int) -> PollResult {
    var items = [zmq_pollitem_t(socket: pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)]
    for descriptor in descriptors {
      items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    }
    let count = zmq_poll(&items, Int32(items.count), milliseconds)
    guard count > 0 else { return PollResult(socket: false, descriptors: descriptors.map { _ in false }) }
    return PollResult(
      socket: items[0].revents != 0, descriptors: items.dropFirst().map { $0.revents != 0 })
  }

  /// Waits until one of some sockets has a message, one of the descriptors can be read, or the time is over.
  ///
  /// - Returns: which of them are ready.
  public static func poll(
    _ sockets: [Socket], descriptors: [Int32] = [], milliseconds: Int
  ) -> (sockets: [Bool], descriptors: [Bool]) {
    var items = sockets.map { zmq_pollitem_t(socket: $0.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
    items += descriptors.map { zmq_pollitem_t(socket: nil, fd: $0, events: Int16(ZMQ_POLLIN), revents: 0) }
    let count = zmq_poll(&items, Int32(items.count), milliseconds)
    let ready = items.map { count > 0 && $0.revents != 0 }
    return (Array(ready.prefix(sockets.count)), Array(ready.dropFirst(sockets.count)))
  }

  /// Becomes readable when the socket may have something to do: edge-triggered, so that whoever waits on it has to
  /// receive until nothing comes, after sending as well.
  package var descriptor: Int32 {
    var descriptor: Int32 = -1, length = MemoryLayout<Int32>.size
    zmq_getsockopt(pointer, ZMQ_FD, &descriptor, &length)
    return descriptor
  }

  /// Forgets unsent messages at once when closed.
  public func dropUnsent() { set(ZMQ_LINGER, 0) }

  private func set(_ option: Int32, _ value: Int32) {
    var value = value
    zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size)
  }

  static func failure(_ what: String) -> ClavaError {
    ClavaError(.messaging, "\(what) (\(String(cString: zmq_strerror(zmq_errno()))))")
  }
}
