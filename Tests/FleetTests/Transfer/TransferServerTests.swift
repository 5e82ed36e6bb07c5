import Essentials
import Fleet
import Foundation
import Messaging
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("The server of files", .serialized)
struct TransferServerTests {
  private let run: TestRun
  private let context: MessagingContext
  private let server: TransferServer
  private let task: TaskDescription
  private let attempt = AttemptName(task: "chain/a", number: 1)

  init() throws {
    task = TestRun.task("chain/a", "chain")
    run = try TestRun([task])
    context = try MessagingContext()
    server = try TransferServer(
      context: context, directory: run.directory, bind: "ipc://\(run.folder.file("files"))")
  }

  /// One connection of a worker.
  private final class Peer {
    let socket: Socket
    var codec = TransferCodec()

    init(_ context: MessagingContext, _ endpoint: String) throws {
      socket = try Socket(context, .dealer, limits: .data)
      try socket.connect(endpoint)
    }

    func send(_ message: TransferMessage, damaging byte: Int? = nil) throws {
      var frames = try codec.encode(message)
      if let byte { frames[2][frames[2].startIndex + byte] ^= 1 }
      send(frames)
    }

    func send(_ frames: [Data]) {
      for _ in 0..<500 {
        if socket.send(frames) == .accepted { return }
        usleep(10_000)
      }
    }

    func next() throws -> TransferMessage {
      for _ in 0..<100 {
        if socket.poll(milliseconds: 100).socket, let frames = socket.receive() { return try codec.decode(frames) }
      }
      throw ClavaError(.messaging, "no answer")
    }
  }

  private func origin(_ transfer: UInt64, worker: String = "w") -> TransferOrigin {
    TransferOrigin(transfer: transfer, worker: worker, attempt: attempt)
  }

  private func peer() throws -> Peer { try Peer(context, server.endpoint) }

  private func store(_ data: Data) throws -> Digest {
    let objects = try run.directory.objectStore(), path = objects.temporaryPath(extension: "bin")
    try data.write(to: URL(fileURLWithPath: path))
    return try objects.adopt(path).digest
  }

  private func code(_ message: TransferMessage) -> String? {
    if case .refused(let refusal) = message { refusal.code } else { nil }
  }

  private func offer(_ data: Data, _ transfer: UInt64, as digest: Digest? = nil) -> TransferMessage {
    .offer(
      UploadOffer(
        origin: origin(transfer), item: .output(name: "value"), digest: (digest ?? .of(data)).hexadecimal,
        size: data.count))
  }

  private func piece(_ data: Data, _ transfer: UInt64, _ number: Int) -> TransferMessage {
    let start = number * TransferLimits.chunkBytes
    let bytes = Data(data[start..<min(data.count, start + TransferLimits.chunkBytes)])
    return .sentChunk(Chunk(transfer: transfer, offset: start, bytes: bytes), bytes: bytes)
  }

  private static let content = Data((0..<(3 << 20) + 12_345).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 11) })

  @Test("a worker reads the inputs of an attempt it holds, and nothing else")
  func reading() throws {
    let data = Self.content, digest = try store(data), secret = try store(Data("another task's".utf8))
    server.permits.grant(attempt, of: task, inputs: [digest], to: "w")
    let peer = try peer()
    func read(_ digest: String, _ offset: Int, worker: String = "w", length: Int = 1 << 20) throws -> TransferMessage {
      let request = ChunkRequest(
        origin: origin(1, worker: worker), item: .input(digest: digest), offset: offset, length: length)
      try peer.send(.readChunk(request))
      return try peer.next()
    }
    var found = Data()
    for offset in stride(from: 0, to: data.count, by: 1 << 20) {
      guard case .chunk(let chunk, let bytes) = try read(digest.hexadecimal, offset) else {
        Issue.record("expected a chunk")
        return
      }
      #expect(chunk.describes(bytes) && chunk.total == data.count && chunk.offset == offset)
      #expect((1...TransferLimits.maximumWindow).contains(chunk.window))
      found.append(bytes)
    }
    #expect(found == data)
    for name in [secret.hexadecimal, "../../join.json", "", String(repeating: "0", count: 64)] {
      #expect(code(try read(name, 0)) == TransferRefusal.forbidden, "\(name)")
    }
    #expect(code(try read(digest.hexadecimal, -5)) == TransferRefusal.forbidden)
    #expect(code(try read(digest.hexadecimal, 0, length: 1 << 30)) == TransferRefusal.forbidden)
    #expect(code(try read(digest.hexadecimal, 0, worker: "other")) == TransferRefusal.notHeld)
    unlink(try run.directory.objectStore().path(of: digest))
    #expect(code(try read(digest.hexadecimal, 0)) == TransferRefusal.missing)
    server.permits.revokeAll(of: "w")
    #expect(code(try read(digest.hexadecimal, 0)) == TransferRefusal.notHeld)
  }

  @Test("a damaged chunk is not taken: the worker is sent back to it, and the file that arrives is whole")
  func damagedChunk() throws {
    let data = Self.content, digest = Digest.of(data)
    server.permits.grant(attempt, of: task, inputs: [], to: "w")
    let peer = try peer()
    try peer.send(offer(data, 7))
    guard case .granted(let first) = try peer.next() else {
      Issue.record("expected a grant")
      return
    }
    #expect(first.offset == 0 && first.rewinds && first.limit > 0)
    try peer.send(piece(data, 7, 0))
    try peer.send(piece(data, 7, 1), damaging: 4711)
    try peer.send(piece(data, 7, 2))
    guard case .granted(let one) = try peer.next(), case .granted(let back) = try peer.next() else {
      Issue.record("expected two grants")
      return
    }
    #expect(one.offset == 1 << 20 && !one.rewinds)
    #expect(back.offset == 1 << 20 && back.rewinds)
    for number in 1..<4 { try peer.send(piece(data, 7, number)) }
    var last = try peer.next()
    while case .granted = last { last = try peer.next() }
    #expect(last == .stored(transfer: 7))
    #expect(try FileSystem.read(run.directory.objectStore().path(of: digest)) == data)
    // Offered once more, it need not be sent.
    try peer.send(offer(data, 8))
    #expect(try peer.next() == .stored(transfer: 8))
  }

  @Test("a file that is not what was offered is refused and leaves nothing behind")
  func wrongContent() throws {
    server.permits.grant(attempt, of: task, inputs: [], to: "w")
    let peer = try peer(), data = Data("not what it says".utf8), other = Digest.of("something else")
    try peer.send(offer(data, 3, as: other))
    _ = try peer.next()
    try peer.send(piece(data, 3, 0))
    #expect(code(try peer.next()) == TransferRefusal.damaged)
    #expect(!FileSystem.exists(try run.directory.objectStore().path(of: other)))
    #expect(FileSystem.list("\(run.directory.objects)/tmp").isEmpty)
  }

  @Test("an upload goes on where it stood, over a new connection and with a new server")
  func resumed() throws {
    let data = Self.content
    server.permits.grant(attempt, of: task, inputs: [], to: "w")
    let first = try peer()
    try first.send(offer(data, 1))
    _ = try first.next()
    try first.send(piece(data, 1, 0))
    _ = try first.next()
    let second = try peer()
    try second.send(offer(data, 2))
    guard case .granted(let grant) = try second.next() else {
      Issue.record("expected a grant")
      return
    }
    #expect(grant.offset == 1 << 20 && grant.rewinds)
    try second.send(piece(data, 2, 1))
    _ = try second.next()
    // What the old connection still has under way is of no upload any more.
    try first.send(piece(data, 1, 1))
    #expect(code(try first.next()) == TransferRefusal.notHeld)
    server.stop()
    let next = try TransferServer(
      context: context, directory: run.directory, bind: "ipc://\(run.folder.file("files-2"))")
    next.permits.grant(attempt, of: task, inputs: [], to: "w")
    let third = try Peer(context, next.endpoint)
    try third.send(offer(data, 3))
    guard case .granted(let again) = try third.next() else {
      Issue.record("expected a grant")
      return
    }
    #expect(again.offset == 2 << 20)
    for number in 2..<4 { try third.send(piece(data, 3, number)) }
    var last = try third.next()
    while case .granted = last { last = try third.next() }
    #expect(last == .stored(transfer: 3))
    next.stop()
  }

  @Test("files are only taken for attempts that are held, under names of the plan")
  func forbiddenUploads() throws {
    let peer = try peer(), data = Data("x".utf8)
    try peer.send(offer(data, 1))
    #expect(code(try peer.next()) == TransferRefusal.notHeld)
    server.permits.grant(attempt, of: task, inputs: [], to: "w")
    for item in [WritableItem.output(name: "../../plan.json"), .output(name: "other"), .checkpoint(step: -1)] {
      try peer.send(
        .offer(UploadOffer(origin: origin(2), item: item, digest: Digest.of(data).hexadecimal, size: 1)))
      #expect(code(try peer.next()) == TransferRefusal.forbidden)
    }
    for (digest, size) in [("../x", 1), (Digest.of(data).hexadecimal, -1)] {
      try peer.send(
        .offer(UploadOffer(origin: origin(2), item: .output(name: "value"), digest: digest, size: size)))
      #expect(code(try peer.next()) == TransferRefusal.forbidden)
    }
    try peer.send(
      .offer(UploadOffer(origin: origin(2), item: .log, digest: Digest.of(data).hexadecimal, size: 1 << 40)))
    #expect(code(try peer.next()) == TransferRefusal.forbidden, "a log has a limit")
    #expect(FileSystem.list("\(run.directory.objects)/tmp").isEmpty)
  }

  @Test("bytes that are no message are dropped with one sentence each, and the next message is answered")
  func noise() throws {
    let peer = try peer()
    var generator = SystemRandomNumberGenerator()
    for count in 1...10 {
      peer.send((0..<count).map { _ in Data((0..<50).map { _ in UInt8.random(in: 0...255, using: &generator) }) })
    }
    try peer.send(offer(Data("x".utf8), 1))
    #expect(code(try peer.next()) == TransferRefusal.notHeld)
    let reports = server.takeReports()
    #expect(reports.count >= 6 && reports.allSatisfy { $0.contains("dropped") }, "\(reports)")
  }
}
