import Essentials
import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

/// What was reported from other threads.
final class Reports: Sendable {
  private let list = Guarded<[String]>([])

  func append(_ line: String) { list.withLock { $0.append(line) } }

  /// In memory of its own: ThreadSanitizer does not see that reference counts order what two threads do with a shared one.
  var lines: [String] { list.withLock { lines in lines.map { $0 } } }

  /// Waits at most five seconds for a line with these words.
  func wait(for words: String) -> String? {
    for _ in 0..<500 {
      if let line = lines.first(where: { $0.contains(words) }) { return line }
      usleep(10_000)
    }
    return nil
  }
}

/// A secured router of this machine with a folder of keys.
struct SecuredRouter {
  let folder: TemporaryFolder
  let context: MessagingContext
  let keys: CurveKeyPair
  let allowed: AllowedKeys
  let authenticator: Authenticator
  let router: Socket
  let monitor: ConnectionMonitor
  let address: String
  let refusals = Reports()
  let events = Reports()

  init() throws {
    folder = try TemporaryFolder()
    for name in ["allowed", "revoked"] { try FileSystem.createFolder(folder.file(name)) }
    context = try MessagingContext()
    keys = try CurveKeyPair.generate()
    allowed = AllowedKeys(folder: folder.path)
    let refusals = refusals, events = events
    authenticator = try Authenticator(context: context, allowed: allowed) {
      refusals.append("\($0.remote) \($0.reason)")
    }
    router = try Socket(context, .router, security: .server(keys))
    monitor = try ConnectionMonitor(router, .server) { event in
      events.append("\(event.kind): \(event.sentence)")
      if event.isRefusal { refusals.append(event.sentence) }
    }
    address = try router.bind("tcp://127.0.0.1:0")
  }

  /// Makes and enrols a key pair.
  func enrol(_ name: String) throws -> CurveKeyPair {
    let pair = try CurveKeyPair.generate()
    let entry = AllowedKeys.Entry(name: name, publicKey: pair.publicKey)
    try FileSystem.writeAtomically(CanonicalJSON.encode(entry), to: folder.file("allowed/\(name).json"))
    allowed.reread()
    return pair
  }

  func dial(_ pair: CurveKeyPair, server: String? = nil, _ context: MessagingContext? = nil) throws -> Socket {
    let dealer = try Socket(
      context ?? self.context, .dealer, security: .client(pair, server: server ?? keys.publicKey))
    try dealer.connect(address)
    return dealer
  }

  func send(_ frames: [Data], on socket: Socket, milliseconds: Int = 3000) -> Bool {
    for _ in 0..<(milliseconds / 5) {
      if socket.send(frames) == .accepted { return true }
      usleep(5000)
    }
    return false
  }

  func receive(milliseconds: Int = 3000) -> ReceivedMessage? {
    for _ in 0..<(milliseconds / 10) {
      if let message = router.receiveIdentified() { return message }
      _ = router.poll(milliseconds: 10)
    }
    return nil
  }
}

@Suite("Encrypted sockets", .serialized)
struct SecurityTests {
  @Test("an enrolled key gets in, and its messages carry it, and the address they came from")
  func enrolled() throws {
    let server = try SecuredRouter()
    let pair = try server.enrol("a")
    let dealer = try server.dial(pair)
    #expect(server.send([Data("one".utf8), Data("two".utf8)], on: dealer))
    let message = try #require(server.receive())
    #expect(message.frames.count == 3 && message.frames.last == Data("two".utf8))
    #expect(message.key == pair.publicKey)
    let remote = server.monitor.remote(of: try #require(message.descriptor))
    #expect(remote?.hasPrefix("127.0.0.1:") == true)
    #expect(server.refusals.lines == [])
  }

  @Test("a stranger stays outside until its key is enrolled")
  func stranger() throws {
    let server = try SecuredRouter()
    let pair = try CurveKeyPair.generate()
    let dealer = try server.dial(pair)
    #expect(server.refusals.wait(for: "not enrolled")?.hasPrefix("127.0.0.1 ") == true)
    #expect(!server.send([Data("x".utf8)], on: dealer, milliseconds: 300))
    #expect(server.receive(milliseconds: 100) == nil)
    let entry = AllowedKeys.Entry(name: "late", publicKey: pair.publicKey)
    try FileSystem.writeAtomically(CanonicalJSON.encode(entry), to: server.folder.file("allowed/late.json"))
    server.allowed.reread()
    // After some refusals it waits for up to ten seconds before it tries again.
    #expect(server.send([Data("x".utf8)], on: dealer, milliseconds: 15_000))
    #expect(server.receive()?.key == pair.publicKey)
    #expect(server.allowed.verdict(of: pair.publicKey) == .allowed(name: "late"))
  }

  @Test("a revoked key is told so, its open connection can be cut, and nothing of it arrives any more")
  func revoked() throws {
    let server = try SecuredRouter()
    let told = Reports()
    server.allowed.watch { told.append($0.values.joined()) }
    let pair = try server.enrol("a"), other = try server.enrol("b")
    let dealer = try server.dial(pair), second = try server.dial(other)
    let seen = Reports()
    let watch = try ConnectionMonitor(dealer, .client) { seen.append($0.sentence) }
    #expect(server.send([Data("x".utf8)], on: dealer))
    let message = try #require(server.receive())
    let descriptor = try #require(message.descriptor)
    let remote = try #require(server.monitor.remote(of: descriptor))
    try FileManager.default.moveItem(
      atPath: server.folder.file("allowed/a.json"), toPath: server.folder.file("revoked/a.json"))
    #expect(told.wait(for: "a") == "a")
    #expect(server.allowed.verdict(of: pair.publicKey) == .revoked(name: "a"))
    server.monitor.drop(descriptor, remote: "127.0.0.1:1")
    server.monitor.drop(descriptor, remote: remote)
    #expect(server.refusals.wait(for: "the key 'a', which is revoked") != nil)
    #expect(seen.wait(for: "refuses this worker's key") != nil)
    #expect(!server.send([Data("y".utf8)], on: dealer, milliseconds: 300))
    #expect(server.send([Data("z".utf8)], on: second))
    #expect(server.receive()?.key == other.publicKey)
    withExtendedLifetime(watch) {}
    server.allowed.stop()
  }

  @Test("who has another run's server key is refused by both ends")
  func wrongServerKey() throws {
    let server = try SecuredRouter()
    let pair = try server.enrol("a")
    let dealer = try server.dial(pair, server: CurveKeyPair.generate().publicKey)
    let seen = Reports()
    let watch = try ConnectionMonitor(dealer, .client) { seen.append($0.sentence) }
    #expect(server.refusals.wait(for: "used a wrong key") != nil)
    #expect(seen.wait(for: "the key file is of another run") != nil)
    #expect(!server.send([Data("x".utf8)], on: dealer, milliseconds: 200))
    withExtendedLifetime(watch) {}
  }

  /// Connects a plain TCP socket, sends these bytes, and waits until the other end hangs up or the time is over.
  private func speak(_ bytes: [UInt8], to address: String, wait: Int) throws {
    let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    target.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(result == 0)
    // The address of a connection that fails in its first microseconds may be gone before it can be read.
    usleep(100_000)
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    poll(&item, 1, Int32(wait))
  }

  @Test("bytes that are not of the protocol, and peers without encryption, are refused with a reason")
  func foreign() throws {
    let server = try SecuredRouter()
    try speak(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), to: server.address, wait: 1000)
    #expect(server.refusals.wait(for: "not of this protocol")?.hasPrefix("127.0.0.1:") == true)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5 {
      try speak((0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: server.address, wait: 20)
    }
    // The greeting of a plain ZMTP 3 peer: signature, version, mechanism NULL.
    let greeting: [UInt8] = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0] + Array("NULL".utf8)
    try speak(greeting + [UInt8](repeating: 0, count: 64 - greeting.count), to: server.address, wait: 1000)
    #expect(server.refusals.wait(for: "without encryption")?.hasPrefix("127.0.0.1:") == true)
    let pair = try server.enrol("a")
    #expect(server.send([Data("x".utf8)], on: try server.dial(pair)))
    #expect(server.receive()?.key == pair.publicKey)
  }

  @Test("a frame above the limit ends the connection with a reason, and the next one is heard")
  func oversized() throws {
    let server = try SecuredRouter()
    let pair = try server.enrol("a")
    let dealer = try server.dial(pair)
    #expect(server.send([Data(count: SocketLimits.control.frameBytes + 1)], on: dealer))
    #expect(server.refusals.wait(for: "too long") != nil)
    // What was handed over before the connection ended is lost with it.
    var heard: Data?
    for _ in 0..<20 where heard == nil {
      #expect(server.send([Data("x".utf8)], on: dealer))
      heard = server.receive(milliseconds: 200)?.frames.last
    }
    #expect(heard == Data("x".utf8))
  }

  @Test("nothing is bound or dialled over a network without keys")
  func plain() throws {
    let context = try MessagingContext()
    let router = try Socket(context, .router), dealer = try Socket(context, .dealer)
    #expect(throws: ClavaError.self) { try router.bind("tcp://127.0.0.1:0") }
    #expect(throws: ClavaError.self) { try dealer.connect("tcp://127.0.0.1:1") }
  }

  @Test("an address where nobody listens is told in words")
  func unreachable() throws {
    let context = try MessagingContext()
    let pair = try CurveKeyPair.generate()
    let dealer = try Socket(context, .dealer, security: .client(pair, server: pair.publicKey))
    let seen = Reports()
    let watch = try ConnectionMonitor(dealer, .client) { seen.append($0.sentence) }
    try dealer.connect("tcp://127.0.0.1:9")
    let sentence = "the coordinator at tcp://127.0.0.1:9 cannot be reached: check host, port and firewall"
    #expect(seen.wait(for: "reached") == sentence)
    withExtendedLifetime(watch) {}
  }

  @Test("keys are made, recognised, and not mixed up")
  func keys() throws {
    let first = try CurveKeyPair.generate(), second = try CurveKeyPair.generate()
    #expect(first != second && CurveKeyPair.isKey(first.publicKey) && CurveKeyPair.isKey(first.secretKey))
    #expect(try CurveKeyPair(publicKey: first.publicKey, secretKey: first.secretKey) == first)
    #expect(throws: ClavaError.self) {
      try CurveKeyPair(publicKey: first.publicKey, secretKey: second.secretKey)
    }
    for text in ["", "short", String(repeating: "ü", count: 20), String(repeating: "\"", count: 40)] {
      #expect(!CurveKeyPair.isKey(text))
    }
  }
}
