internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage
internal import Synchronization

/// Where a coordinator is reached: a socket of this machine for workers it starts itself, and an encrypted one for
/// those of other machines. Confined to the coordinator's thread; what other threads see is queued.
final class FleetEndpoint {
  /// A message as it came.
  struct Arrival {
    /// The connection it came over; answers go there.
    var address: Data
    /// Its frames; empty if they were too many.
    var frames: [Data]
    /// Public key of the sender; nil for a process of this machine.
    var key: String?
    /// Descriptor of the connection, if it is known.
    var descriptor: Int32?
    /// Address of the sender, for people.
    var remote: String
  }

  /// The encrypted half.
  private struct Network {
    var socket: Socket
    var monitor: ConnectionMonitor
    var authenticator: Authenticator
    var allowed: AllowedKeys
  }

  /// How people call a sender that needs no key.
  static let thisMachine = "a process of this machine"

  /// A worker may be quicker than the file that enrols it.
  private static let enrolment = Duration.milliseconds(750)

  /// Who tries again soon is known by its address then.
  private static let secondVisit = Duration.seconds(3)

  /// The one context; sockets of other kinds belong to it as well.
  let context: MessagingContext
  /// Address for processes of this machine, if there are any.
  let localAddress: String?
  /// Address for the files of processes of this machine, should they not see the run folder.
  var localDataAddress: String? { local?.dataAddress }
  /// How workers of other machines join, if they may.
  private(set) var join: JoinFile?
  /// Address on which workers of other machines are listened to, as it was bound.
  let listening: String?
  /// Security of the listening side, for further sockets.
  let security: SocketSecurity
  private let directory: RunDirectory
  private let local: LocalEndpoint?
  private let localSocket: Socket?
  private let network: Network?
  private let refusals = RefusalQueue()
  private let revoked: RevokedKeys
  private var rate = RefusalRate()
  private var unsettled: [(refusal: Refusal, due: Duration)] = []
  private var lastDue: Duration = .zero

  /// Opens the sockets and, if workers of other machines may join, writes `join.json`.
  ///
  /// - Parameters:
  ///   - epoch: number of the coordinator.
  /// - Throws: `ClavaError` if an address cannot be bound or a file not be written.
  init(directory: RunDirectory, settings: FleetSettings, epoch: Int) throws {
    self.directory = directory
    let isLocal = settings.launcher == .local
    let listen = settings.listen ?? (isLocal ? nil : "tcp://0.0.0.0:0")
    // Encryption is work for the context's own threads.
    context = try MessagingContext(threads: listen == nil ? 1 : 2)
    revoked = RevokedKeys()
    if isLocal {
      let endpoint = try LocalEndpoint(runPath: directory.path)
      let socket = try Socket(context, .router)
      _ = try socket.bind(endpoint.address)
      (local, localSocket, localAddress) = (endpoint, socket, endpoint.address)
    } else {
      (local, localSocket, localAddress) = (nil, nil, nil)
    }
    guard let listen else {
      (network, join, security, listening) = (nil, nil, .none, nil)
      return
    }
    let folder = KeyFolder(runPath: directory.path)
    let server = try folder.server()
    security = .server(server.keys)
    let allowed = folder.allowed
    let refusals = refusals, revoked = revoked
    let authenticator = try Authenticator(context: context, allowed: allowed) { refusals.append($0) }
    let socket = try Socket(context, .router, security: security)
    let monitor = try ConnectionMonitor(socket, .server) { event in
      if event.isRefusal { refusals.append(Refusal(remote: event.remote, reason: event.reason)) }
    }
    let bound = try socket.bind(listen)
    listening = bound
    allowed.watch { revoked.add($0) }
    network = Network(socket: socket, monitor: monitor, authenticator: authenticator, allowed: allowed)
    let join = JoinFile(
      run: server.run, epoch: epoch, endpoint: Self.advertised(bound, settings.advertise),
      serverKey: server.keys.publicKey, folder: FileManager.default.currentDirectoryPath)
    self.join = join
    // Whoever may start workers without asking: by hand, and a launcher for its slots.
    _ = try? folder.worker("pool", endpoint: join.endpoint)
    try join.write(directory)
  }

  deinit { network?.allowed.stop() }

  /// Adds the address for files to what workers are told.
  func publish(dataEndpoint: String) throws {
    join?.dataEndpoint = dataEndpoint
    try join?.write(directory)
  }

  /// The address as other machines dial it: a listener on all addresses is known by the machine's name.
  static func advertised(_ bound: String, _ name: String?) -> String {
    guard bound.hasPrefix("tcp://"), let colon = bound.lastIndex(of: ":") else { return bound }
    let host = bound[bound.index(bound.startIndex, offsetBy: 6)..<colon], port = bound[colon...]
    if let name { return "tcp://\(name)\(port)" }
    guard ["0.0.0.0", "*", "[::]"].contains(String(host)) else { return bound }
    return "tcp://\(ProcessInfo.processInfo.hostName)\(port)"
  }

  // MARK: Messages

  /// Waits until a message is there, a descriptor can be read, or the time is over.
  ///
  /// - Returns: whether there is a message, and which descriptors can be read.
  func poll(descriptors: [Int32] = [], milliseconds: Int) -> (message: Bool, descriptors: [Bool]) {
    let ready = Socket.poll(
      [localSocket, network?.socket].compactMap { $0 }, descriptors: descriptors, milliseconds: milliseconds)
    return (ready.sockets.contains(true), ready.descriptors)
  }

  /// The next message, of this machine's processes first.
  func receive() -> Arrival? {
    if let frames = localSocket?.receive() {
      return arrival(ReceivedMessage(frames: frames), tag: 0, remote: Self.thisMachine)
    }
    guard let network, let message = network.socket.receiveIdentified() else { return nil }
    let remote = message.descriptor.flatMap { network.monitor.remote(of: $0) } ?? ConnectionEvent.unknownAddress
    return arrival(message, tag: 1, remote: remote)
  }

  /// Connections of two sockets could have the same name there; the first byte tells them apart.
  private func arrival(_ message: ReceivedMessage, tag: UInt8, remote: String) -> Arrival {
    var address = Data([tag])
    if let first = message.frames.first { address.append(first) }
    return Arrival(
      address: address, frames: Array(message.frames.dropFirst()), key: message.key, descriptor: message.descriptor,
      remote: remote)
  }

  /// Hands over a message without waiting.
  func send(_ frames: [Data], to address: Data) -> Socket.SendResult {
    guard let tag = address.first, let socket = tag == 0 ? localSocket : network?.socket else { return .unreachable }
    return socket.send([Data(address.dropFirst())] + frames)
  }

  /// Forgets unsent messages to processes of this machine at once when closed.
  func dropUnsent() { localSocket?.dropUnsent() }

  /// Connections from other machines.
  var remoteCount: Int { network?.monitor.count ?? 0 }

  /// Says in `join.json` that this coordinator has ended in good order.
  func close() {
    network?.allowed.stop()
    guard var join else { return }
    join.isOver = true
    // Who cannot write it leaves workers that look for a coordinator a while longer.
    try? join.write(directory)
  }

  // MARK: Refusals

  /// What is known about a key.
  func verdict(of key: String) -> AllowedKeys.Verdict { network?.allowed.verdict(of: key) ?? .unknown }

  /// Cuts a connection.
  func drop(_ descriptor: Int32?, remote: String) {
    if let descriptor { network?.monitor.drop(descriptor, remote: remote) }
  }

  /// Notes that something was turned away.
  func refuse(_ remote: String, _ reason: String) { refusals.append(Refusal(remote: remote, reason: reason)) }

  /// Lines for the log on what was turned away since the last call.
  func takeRefusals(now: Duration) -> [String] {
    unsettled += refusals.take().map { refusal in
      if refusal.remote == ConnectionEvent.unknownAddress { return (refusal, now + Self.secondVisit) }
      return (refusal, refusal.unknownKey == nil ? now : now + Self.enrolment)
    }
    let settled = unsettled.filter { $0.due <= now }
    unsettled.removeAll { $0.due <= now }
    var lines: [String] = []
    for (refusal, _) in settled {
      if let key = refusal.unknownKey, verdict(of: key) != .unknown { continue }
      if let line = rate.note(refusal, now: now) { lines.append(line) }
    }
    if now - lastDue > .seconds(1) {
      lastDue = now
      lines += rate.due(now: now)
    }
    return lines
  }

  /// Keys that have been revoked since the last call, with their names.
  func takeRevoked() -> [String: String] { revoked.take() }
}

/// Keys that were revoked, on their way from the thread that watches files.
private final class RevokedKeys: Sendable {
  private let keys = Guarded<[String: String]>([:])

  func add(_ more: [String: String]) { keys.withLock { $0.merge(more) { _, new in new } } }

  func take() -> [String: String] {
    keys.withLock { keys in
      defer { keys = [:] }
      return keys
    }
  }
}
