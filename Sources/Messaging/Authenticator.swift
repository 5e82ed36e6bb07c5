internal import CSystemShims
internal import CZeroMQ
internal import Essentials
internal import Foundation

/// Decides which keys may connect to the secured sockets of a context: ZeroMQ's authentication protocol (ZAP), on a
/// thread of its own that waits for nothing but questions.
///
/// Answers: 200 allowed, with the key as the user's name; 300 not enrolled, the peer tries again; 400 revoked, the peer
/// gives up.
///
/// Source: ZeroMQ RFC 27; spec/distributed.md §9.
public final class Authenticator: Sendable {
  private let wake: Int32

  /// Starts answering. One for each context, before its first secured socket is bound.
  ///
  /// - Parameters:
  ///   - allowed: who may connect.
  ///   - report: told of everybody who may not, on the authenticator's thread.
  /// - Throws: `ClavaError.messaging` if the context has an authenticator already.
  public init(
    context: MessagingContext, allowed: AllowedKeys, report: @escaping @Sendable (Refusal) -> Void
  ) throws {
    wake = clava_eventfd()
    guard let socket = zmq_socket(context.pointer, ZMQ_REP) else {
      throw Socket.failure("the authenticator's socket cannot be created")
    }
    var linger: Int32 = 0
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
    guard zmq_bind(socket, "inproc://zeromq.zap.01") == 0 else {
      let error = Socket.failure("the authenticator cannot be bound")
      zmq_close(socket)
      throw error
    }
    context.hasAuthenticator = true
    let loop = AuthenticatorLoop(socket: socket, wake: dup(wake), allowed: allowed, report: report)
    Thread { loop.run() }.start()
  }

  /// Ends the thread; from then on nobody new gets in.
  deinit {
    var one: UInt64 = 1
    _ = write(wake, &one, MemoryLayout<UInt64>.size)
    close(wake)
  }
}

/// What runs on the authenticator's thread. The socket moves there and is used nowhere else.
private final class AuthenticatorLoop: @unchecked Sendable {
  private let socket: UnsafeMutableRawPointer
  private let wake: Int32
  private let allowed: AllowedKeys
  private let report: @Sendable (Refusal) -> Void

  init(
    socket: UnsafeMutableRawPointer, wake: Int32, allowed: AllowedKeys, report: @escaping @Sendable (Refusal) -> Void
  ) {
    self.socket = socket
    self.wake = wake
    self.allowed = allowed
    self.report = report
  }

  func run() {
    clava_thread_name("clava-zap")
    defer {
      zmq_close(socket)
      close(wake)
    }
    while true {
      var items = [
        zmq_pollitem_t(socket: socket, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
        zmq_pollitem_t(socket: nil, fd: wake, events: Int16(ZMQ_POLLIN), revents: 0),
      ]
      if zmq_poll(&items, 2, -1) < 0 {
        if zmq_errno() == EINTR { continue }
        return
      }
      if items[1].revents != 0 { return }
      if items[0].revents != 0, !answer() { return }
    }
  }

  /// Answers one question.
  ///
  /// - Returns: false if the context is ending.
  private func answer() -> Bool {
    var frames: [[UInt8]] = []
    var isMore = true
    while isMore {
      var message = zmq_msg_t()
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      let length = zmq_msg_recv(&message, socket, 0)
      if length < 0 {
        if zmq_errno() == EINTR { continue }
        return false
      }
      let bytes = UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: Int(length))
      frames.append(Array(bytes))
      isMore = zmq_msg_more(&message) != 0
    }
    let (status, key) = judge(frames)
    let number = frames.count > 1 ? frames[1] : []
    let text = ["200": "welcome", "300": "not enrolled"][status] ?? "revoked"
    let reply = [Array("1.0".utf8), number, Array(status.utf8), Array(text.utf8), Array(key.utf8), []]
    for (index, frame) in reply.enumerated() {
      guard zmq_send(socket, frame, frame.count, index + 1 < reply.count ? ZMQ_SNDMORE : 0) >= 0 else { return false }
    }
    return true
  }

  /// Frames: version, number, domain, address, routing id, mechanism, key.
  private func judge(_ frames: [[UInt8]]) -> (status: String, key: String) {
    let remote = frames.count > 3 ? String(decoding: frames[3], as: UTF8.self) : "an unknown address"
    guard frames.count == 7, frames[5] == Array("CURVE".utf8), frames[6].count == 32 else {
      report(Refusal(remote: remote, reason: "showed no key"))
      return ("400", "")
    }
    var characters = [CChar](repeating: 0, count: CurveKeyPair.length + 1)
    guard zmq_z85_encode(&characters, frames[6], 32) != nil else { return ("400", "") }
    let key = String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    switch allowed.freshVerdict(of: key) {
    case .allowed: return ("200", key)
    case .revoked(let name):
      report(Refusal(remote: remote, reason: "has the key '\(name)', which is revoked"))
      return ("400", "")
    case .unknown:
      report(
        Refusal(
          remote: remote, reason: "has a key that is not enrolled in this run (\(key.prefix(8))…)", unknownKey: key))
      return ("300", "")
    }
  }
}
