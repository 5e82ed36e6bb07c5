internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage

/// What the thread of a `TransferServer` does: answers requests for chunks, in turn for all workers, and takes uploads.
///
/// Memory is bounded by the credit: all workers together have `TransferLimits.serverChunks` chunks on their way, and
/// each has at least one.
final class TransferServerLoop {
  /// Requests of one connection that wait to be served, in their order.
  private struct Peer {
    var requests: [ChunkRequest] = []
    /// Public key of its worker; nil where sockets have none.
    var key: String?
    var heard: Duration
  }

  /// More requests than the credit allows are a sign of a broken worker and forgotten.
  private static let maximumRequests = 4 * TransferLimits.maximumWindow
  /// Chunks sent between two looks at what has come.
  private static let chunksPerTurn = 16
  /// Seconds after which a connection that says nothing is forgotten.
  private static let forgetSeconds = 120.0

  private static let sweepSeconds = 2.0

  private let socket: Socket
  private let permits: TransferPermits
  private let wakeUp: WakeUp
  private let report: @Sendable (String) -> Void
  private let files: ReadableFiles
  private let uploads: UploadDesk
  private var codec = TransferCodec()
  private var peers: [Data: Peer] = [:]
  private var turns: [Data] = []
  private var lastSweep: Duration = .zero
  private var outbox: [(address: Data, message: TransferMessage)] = []

  init(
    socket: Socket, directory: RunDirectory, permits: TransferPermits, wakeUp: WakeUp,
    report: @escaping @Sendable (String) -> Void
  ) throws {
    self.socket = socket
    self.permits = permits
    self.wakeUp = wakeUp
    self.report = report
    files = ReadableFiles(directory: directory)
    uploads = try UploadDesk(directory: directory, wakeUp: wakeUp, report: report)
  }

  func run(until isStopping: StopFlag) {
    var isWaiting = false
    while !isStopping.isRaised {
      let isBusy = peers.values.contains { !$0.requests.isEmpty }
      let milliseconds = isWaiting || !outbox.isEmpty ? 5 : isBusy ? 0 : 2000
      let ready = socket.poll(descriptors: [wakeUp.descriptor], milliseconds: milliseconds)
      if ready.descriptors.first == true { wakeUp.clear() }
      if ready.socket { receive() }
      outbox += uploads.answers()
      flush()
      isWaiting = !serve()
      forgetSilent()
    }
    uploads.end()
    socket.dropUnsent()
  }

  // MARK: What comes in

  private func receive() {
    for _ in 0..<64 {
      guard let received = socket.receiveIdentified() else { return }
      guard let address = received.frames.first, received.frames.count > 1 else { continue }
      do {
        let message = try codec.decode(Array(received.frames.dropFirst()))
        if peers[address] == nil { peers[address] = Peer(key: received.key, heard: MonotonicClock.now) }
        peers[address]?.heard = MonotonicClock.now
        take(message, from: address)
      } catch {
        report("a message about a file was dropped: \(error.sentence)")
      }
    }
  }

  private func take(_ message: TransferMessage, from address: Data) {
    switch message {
    case .readChunk(let request):
      guard let count = peers[address]?.requests.count, count < Self.maximumRequests else { return }
      if count == 0 { turns.append(address) }
      peers[address]?.requests.append(request)
    case .findCheckpoint(let origin):
      guard let permit = permit(origin, address) else { return }
      uploads.find(origin, permit, for: address)
    case .offer(let offer):
      guard let permit = permit(offer.origin, address) else { return }
      outbox += uploads.offered(offer, permit, by: address, window: uploadWindow)
    case .sentChunk(let chunk, let bytes):
      outbox += uploads.arrived(chunk, bytes, from: address, window: uploadWindow)
    default: break
    }
  }

  private func permit(_ origin: TransferOrigin, _ address: Data) -> TransferPermits.Permit? {
    if let permit = permits.permit(for: origin.attempt, of: origin.worker, key: peers[address]?.key) { return permit }
    let sentence = "the worker does not hold \(origin.attempt.task), attempt \(origin.attempt.number)"
    outbox.append(
      (address, .refused(.init(transfer: origin.transfer, code: TransferRefusal.notHeld, sentence: sentence))))
    return nil
  }

  // MARK: What goes out

  /// Chunks that one of the connections that fetch may have on their way.
  private var readWindow: Int { Self.share(peers.values.count { !$0.requests.isEmpty }) }

  private var uploadWindow: Int { Self.share(uploads.count) }

  private static func share(_ count: Int) -> Int {
    min(TransferLimits.maximumWindow, max(1, TransferLimits.serverChunks / max(1, count)))
  }

  /// Sends chunks to the connections in turn.
  ///
  /// - Returns: false if some wait, but none takes anything at the moment.
  private func serve() -> Bool {
    var sent = 0, full = 0
    while sent < Self.chunksPerTurn, full < turns.count, let address = turns.first {
      turns.removeFirst()
      guard let request = peers[address]?.requests.first else { continue }
      switch send(answer(request, peers[address]?.key), to: address) {
      case .full:
        full += 1
        turns.append(address)
      case .unreachable: peers[address]?.requests = []
      case .accepted:
        sent += 1
        full = 0
        peers[address]?.requests.removeFirst()
        if peers[address]?.requests.isEmpty == false { turns.append(address) }
      }
    }
    return turns.isEmpty || sent > 0
  }

  private func answer(_ request: ChunkRequest, _ key: String?) -> TransferMessage {
    let transfer = request.origin.transfer
    guard let permit = permits.permit(for: request.origin.attempt, of: request.origin.worker, key: key) else {
      return .refused(.init(transfer: transfer, code: TransferRefusal.notHeld, sentence: "the attempt is not held"))
    }
    do {
      let (bytes, total) = try files.read(request, permit)
      return .chunk(
        Chunk(transfer: transfer, offset: request.offset, bytes: bytes, total: total, window: readWindow), bytes: bytes)
    } catch let refusal as ReadableFiles.Refusal {
      return .refused(.init(transfer: transfer, code: refusal.code, sentence: refusal.sentence))
    } catch {
      return .refused(.init(transfer: transfer, code: TransferRefusal.missing, sentence: "\(error)"))
    }
  }

  private func send(_ message: TransferMessage, to address: Data) -> Socket.SendResult {
    do {
      return socket.send([address] + (try codec.encode(message)))
    } catch {
      report("an answer about a file could not be sent: \(error.sentence)")
      return .accepted
    }
  }

  private func flush() {
    guard !outbox.isEmpty else { return }
    let waiting = outbox
    outbox = []
    for entry in waiting where send(entry.message, to: entry.address) == .full { outbox.append(entry) }
  }

  private func forgetSilent() {
    let now = MonotonicClock.now
    guard (now - lastSweep).inSeconds > Self.sweepSeconds else { return }
    lastSweep = now
    uploads.forget { offer, permit in
      permits.permit(for: offer.origin.attempt, of: permit.worker, key: permit.key) == nil
    }
    for (address, peer) in peers where (now - peer.heard).inSeconds > Self.forgetSeconds {
      peers[address] = nil
      turns.removeAll { $0 == address }
      uploads.forget(address)
    }
  }
}
