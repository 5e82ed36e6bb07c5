internal import CSystemShims
internal import CZeroMQ
internal import Essentials
internal import Foundation
internal import Synchronization

/// Watches the connections of a socket, on a thread of its own, and knows the remote address of each.
///
/// It holds a second descriptor of every connection that was accepted: so the address can be asked for at any time,
/// the system's view of an ended connection is still there, and cutting one can never hit another.
public final class ConnectionMonitor: Sendable {
  private let table = Guarded<[Int32: MonitoredConnection]>([:])

  /// Begins to watch. It ends with the socket.
  ///
  /// - Parameters:
  ///   - report: told of every event, on the monitor's thread.
  /// - Throws: `ClavaError.messaging` if the system has no descriptors or threads left.
  public init(_ socket: Socket, _ side: ConnectionEvent.Side, report: @escaping @Sendable (ConnectionEvent) -> Void)
    throws
  {
    let endpoint = "inproc://monitor-\(UUID().uuidString)"
    guard zmq_socket_monitor(socket.pointer, endpoint, ZMQ_EVENT_ALL) == 0,
      let pair = zmq_socket(socket.contextPointer, ZMQ_PAIR)
    else { throw Socket.failure("the connections cannot be watched") }
    guard zmq_connect(pair, endpoint) == 0 else {
      let error = Socket.failure("the connections cannot be watched")
      zmq_close(pair)
      throw error
    }
    let loop = MonitorLoop(pair: pair, side: side, monitor: self, report: report)
    Thread { loop.run() }.start()
  }

  deinit { table.withLock { for entry in $0.values { close(entry.descriptor) } } }

  /// Remote address of a connection, by the descriptor that came with a message; nil if it has ended.
  ///
  /// To be called for every message: who has sent one has shown its key.
  public func remote(of descriptor: Int32) -> String? {
    table.withLock { table in
      table[descriptor]?.isReady = true
      return table[descriptor]?.remote
    }
  }

  /// Cuts a connection if it is still that of this address. The peer sees it end.
  public func drop(_ descriptor: Int32, remote: String) {
    table.withLock { table in
      guard let entry = table[descriptor], entry.remote == remote else { return }
      shutdown(entry.descriptor, Int32(SHUT_RDWR))
    }
  }

  /// Connections that are there.
  public var count: Int { table.withLock { $0.count } }

  fileprivate func change<Result: Sendable>(_ body: (inout sending [Int32: MonitoredConnection]) -> sending Result)
    -> Result
  {
    table.withLock { body(&$0) }
  }
}

/// A connection as the monitor holds it.
struct MonitoredConnection: Sendable {
  /// The monitor's own descriptor of it.
  var descriptor: Int32
  var remote: String
  var isReady = false
}

/// What runs on the monitor's thread. The socket moves there and is used nowhere else.
private final class MonitorLoop: @unchecked Sendable {
  private let pair: UnsafeMutableRawPointer
  private let side: ConnectionEvent.Side
  private weak var monitor: ConnectionMonitor?
  private let report: @Sendable (ConnectionEvent) -> Void
  /// A failed handshake names no connection; the next one that ends is it.
  private var failure: ConnectionEvent.Kind?
  /// Peers that the authenticator has refused, and reported, whose connections have not ended yet.
  private var refusedByKey = 0
  /// Handshakes that succeeded, on connections of which nothing else is known.
  private var greeted = 0

  init(
    pair: UnsafeMutableRawPointer, side: ConnectionEvent.Side, monitor: ConnectionMonitor,
    report: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    self.pair = pair
    self.side = side
    self.monitor = monitor
    self.report = report
  }

  func run() {
    clava_thread_name("clava-monitor")
    defer { zmq_close(pair) }
    while let (event, value, address) = next() {
      if event == UInt16(ZMQ_EVENT_MONITOR_STOPPED) { return }
      side == .server ? server(event, value) : client(event, value, address)
    }
  }

  /// An event: its kind and number in the first frame, an address in the second.
  private func next() -> (event: UInt16, value: UInt32, address: String)? {
    guard let first = frame(), first.count >= 6, let second = frame() else { return nil }
    let event = UInt16(first[0]) | UInt16(first[1]) << 8
    let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(first[2 + $1]) << (8 * UInt32($1)) }
    return (event, value, String(decoding: second, as: UTF8.self))
  }

  private func frame() -> [UInt8]? {
    while true {
      var message = zmq_msg_t()
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      let length = zmq_msg_recv(&message, pair, 0)
      if length >= 0 { return Array(UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: Int(length))) }
      guard zmq_errno() == EINTR else { return nil }
    }
  }

  // MARK: The listening end

  private func server(_ event: UInt16, _ value: UInt32) {
    let descriptor = Int32(bitPattern: value)
    switch Int32(event) {
    case ZMQ_EVENT_ACCEPTED:
      let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      let remote = Self.remote(own) ?? ConnectionEvent.unknownAddress
      guard let monitor else { return _ = close(own) }
      monitor.change { table in
        if let stale = table.removeValue(forKey: descriptor) { close(stale.descriptor) }
        table[descriptor] = MonitoredConnection(descriptor: own, remote: remote)
      }
      tell(.opened, remote)
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: greeted += 1
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: refusedByKey += 1
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: failure = ConnectionEvent.kind(protocolError: value)
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: failure = .abandoned
    case ZMQ_EVENT_DISCONNECTED, ZMQ_EVENT_CLOSED:
      guard let entry = monitor?.change({ $0.removeValue(forKey: descriptor) }) else { return }
      tell(verdict(entry), entry.remote)
      close(entry.descriptor)
    default: break
    }
  }

  /// Why a connection ended. If the system still holds it for open, this end hung up.
  private func verdict(_ entry: MonitoredConnection) -> ConnectionEvent.Kind {
    if let failure {
      self.failure = nil
      return failure
    }
    if refusedByKey > 0 {
      refusedByKey -= 1
      return .keyRefused
    }
    let hungUp = Self.isEstablished(entry.descriptor)
    let wasGreeted = entry.isReady || greeted > 0
    if wasGreeted { greeted = max(0, greeted - 1) }
    if wasGreeted { return hungUp ? .broken : .closed }
    return .foreign
  }

  private func tell(_ kind: ConnectionEvent.Kind, _ remote: String) {
    report(ConnectionEvent(side, kind, remote: remote))
  }

  /// `address:port` of the other end.
  private static func remote(_ descriptor: Int32) -> String? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> String? in
        guard getpeername(descriptor, address, &length) == 0 else { return nil }
        var host = [CChar](repeating: 0, count: 64), port = [CChar](repeating: 0, count: 8)
        guard
          getnameinfo(
            address, length, &host, socklen_t(host.count), &port, socklen_t(port.count), NI_NUMERICHOST | NI_NUMERICSERV
          )
            == 0
        else { return nil }
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let number = String(decoding: port.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.contains(":") ? "[\(name)]:\(number)" : "\(name):\(number)"
      }
    }
  }

  /// The first byte of `tcp_info` is the state; 1 is established.
  private static func isEstablished(_ descriptor: Int32) -> Bool {
    var information = [UInt8](repeating: 0, count: 256)
    var length = socklen_t(information.count)
    return getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &information, &length) == 0 && information[0] == 1
  }

  // MARK: The dialling end

  private func client(_ event: UInt16, _ value: UInt32, _ address: String) {
    switch Int32(event) {
    case ZMQ_EVENT_CONNECTED: tell(.opened, address)
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: tell(.ready, address)
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: tell(value == 300 ? .abandoned : .keyRefused, address)
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: tell(ConnectionEvent.kind(protocolError: value), address)
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: tell(.abandoned, address)
    case ZMQ_EVENT_CONNECT_RETRIED: tell(.unreachable, address)
    case ZMQ_EVENT_DISCONNECTED: tell(.closed, address)
    default: break
    }
  }
}
