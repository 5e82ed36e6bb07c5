internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

/// The files of a worker that does not see the run folder: fetches what its attempts need into a folder of its own,
/// and hands in what they make. Confined to the thread of the supervisor.
final class WorkerFiles {
  /// What the supervisor is to do.
  enum Event {
    /// Give this to the compute process.
    case start(AttemptIdentifier, frame: Data)
    /// The attempt ended like this.
    case report(ComputeReport)
    /// The disk of this machine is full: take no more work.
    case diskFull(String)
  }

  private struct Entry {
    var order: WorkOrder
    var machine: AttemptMoves
    var ending: ComputeReport?
    var lastCheckpoint = -1
    var isSendingCheckpoint = false
    var isStopped = false
    var isFinished = false
  }

  private static let checkpointSeconds = 0.5
  /// With this little progress for so long, a worker that is to leave waits no longer.
  private static let stallSeconds = 8.0
  private static let logBytes = 1 << 20

  /// Laid out like a run folder.
  let directory: RunDirectory
  private let folder: WorkerFolder
  private let cache: ObjectCache
  private let client: TransferClient
  private var entries: [AttemptIdentifier: Entry] = [:]
  private var events: [Event] = []
  private var lastScan: Duration = .zero
  private var moved = (bytes: 0, at: MonotonicClock.now)
  /// Whether the disk of this machine refused a file.
  private(set) var isFull = false

  /// Takes a folder and starts the thread that moves files.
  ///
  /// - Throws: `ClavaError.storage` if the folder cannot be made.
  init(context: MessagingContext, worker: String, options: WorkerFilesOptions) throws {
    folder = try WorkerFolder(base: options.workdir ?? WorkerFolder.defaultBase)
    let run = "\(folder.path)/run"
    // Checkpoints of another run may have the same names; those of this one are with the coordinator.
    FileSystem.removeIfPresent("\(run)/tasks")
    // Its making was interrupted.
    if !["objects", "cache"].allSatisfy({ FileSystem.isFolder("\(run)/\($0)") }) { FileSystem.removeIfPresent(run) }
    directory = try RunDirectory(path: run, create: true)
    try FileSystem.createFolder(directory.tasks)
    let store = try directory.objectStore()
    store.removeStaleTemporaries()
    cache = try ObjectCache(store: store, limit: options.cacheBytes)
    client = try TransferClient(context: context, worker: worker, cache: cache)
  }

  /// Ends the thread that moves files.
  func close() { client.stop() }

  /// Readable when `turn` has something to do.
  var descriptor: Int32 { client.descriptor }

  /// The coordinator said where files are, for the first time or again.
  func connect(_ endpoint: String, security: SocketSecurity) { client.connect(endpoint, security: security) }

  // MARK: From the supervisor

  /// Work has arrived; its files are fetched while another attempt computes.
  func granted(_ attempt: AttemptIdentifier, frame: Data) {
    guard entries[attempt] == nil,
      case .run(let order)? = try? CanonicalJSON.decode(
        ComputeCommand.self, from: frame, source: "the coordinator")
    else { return }
    let digests = Set(order.inputs.map(\.digest) + order.task.sources.map(\.digest))
    entries[attempt] = Entry(
      order: order, machine: AttemptMoves(missing: Set(digests.map(\.hexadecimal) + [Self.checkpoint])))
    for digest in digests.sorted() { client.start(.fetchInput(attempt.name, digest)) }
    client.start(.fetchCheckpoint(attempt.name, taskFolder: directory.task(order.task.id.folderName)))
  }

  /// The compute process is free for an attempt.
  func run(_ attempt: AttemptIdentifier) { handle(.wanted, attempt) }

  /// A running attempt is wanted back.
  ///
  /// - Returns: whether the compute process has to be told.
  func stop(_ attempt: AttemptIdentifier) -> Bool {
    entries[attempt]?.isStopped = true
    let isComputing = entries[attempt]?.machine.isComputing == true
    handle(.stopped, attempt)
    return isComputing
  }

  /// The compute process has ended with an attempt.
  func ended(_ attempt: AttemptIdentifier, _ report: ComputeReport) {
    guard let order = entries[attempt]?.order else { return events.append(.report(report)) }
    var files: Set<String> = []
    var ending = report
    switch report {
    case .finished(_, let result):
      for output in result.outputs {
        cache.note(output.digest, size: output.size, for: attempt.name.holder)
        files.insert(Self.name(.output(name: output.name)))
        client.start(
          .send(
            attempt.name, .output(name: output.name), path: cache.store.path(of: output.digest),
            digest: output.digest, size: output.size))
      }
    case .failed(_, let cause) where cause.kind == .storage:
      let sentence = "the disk of \(Self.host) refuses: \(cause.sentence)"
      ending = .failed(
        attempt, FailureCause(.lostWorker, sentence, log: cause.log, lastLines: cause.lastLines))
      // The limit of the cache may be more than the disk has; then there is room now.
      if !cache.removeAllUnpinned() { noteFull(sentence) }
    default: break
    }
    if case .finished = report {
      entries[attempt]?.isFinished = true
    } else if let step = sendCheckpoint(attempt, order) {
      files.insert(Self.name(.checkpoint(step: step)))
    }
    if sendLog(attempt, order) { files.insert(Self.name(.log)) }
    entries[attempt]?.ending = ending
    handle(.ended(handIn: files), attempt)
  }

  /// The compute process died while it had an attempt; what it saved goes on being handed in until `forget`.
  func died(_ attempt: AttemptIdentifier) {
    guard let order = entries[attempt]?.order else { return }
    _ = sendCheckpoint(attempt, order)
    _ = sendLog(attempt, order)
  }

  /// The coordinator has no interest in an attempt any more.
  func forget(_ attempt: AttemptIdentifier) {
    guard let entry = entries.removeValue(forKey: attempt) else { return }
    client.cancel(attempt.name)
    cache.unpin(attempt.name.holder)
    let task = attempt.task
    // After a failure the next attempt may be this worker's, and go on from a checkpoint that is here already.
    guard entry.isFinished, !entries.keys.contains(where: { $0.task == task }) else { return }
    FileSystem.removeIfPresent(directory.task(task.folderName))
  }

  /// What has happened since the last call.
  func turn(now: Duration) -> [Event] {
    for result in client.results() { take(result) }
    if (now - lastScan).inSeconds > Self.checkpointSeconds {
      lastScan = now
      for (attempt, entry) in entries where entry.machine.isComputing && !entry.isSendingCheckpoint {
        _ = sendCheckpoint(attempt, entry.order)
      }
    }
    let bytes = client.bytesMoved
    if bytes != moved.bytes || !entries.values.contains(where: { $0.machine.isHandingIn && $0.isStopped }) {
      moved = (bytes, now)
    }
    if (now - moved.at).inSeconds > Self.stallSeconds {
      moved.at = now
      for attempt in entries.keys { handle(.stalled, attempt) }
    }
    defer { events = [] }
    return events
  }

  // MARK: Steps

  private static let checkpoint = "checkpoint"

  private static let host: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "this machine" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  private static func name(_ item: WritableItem) -> String {
    switch item {
    case .output(let name): return "output \(name)"
    case .checkpoint(let step): return "checkpoint \(step)"
    case .log: return "log"
    }
  }

  private func take(_ result: TransferResult) {
    let attempt = AttemptIdentifier(result.attempt)
    guard entries[attempt] != nil else { return }
    switch result.job {
    case .input(let digest):
      handle(result.failure.map { .failed($0) } ?? .fetched(digest.hexadecimal), attempt)
    case .checkpoint:
      // Without it the work begins at the start; the result is the same.
      if let failure = result.failure {
        WorkerSupervisor.print("a checkpoint of \(attempt.task) is not used: \(failure.sentence)")
        if failure.kind == .workerStorage { return handle(.failed(failure), attempt) }
      }
      handle(.fetched(Self.checkpoint), attempt)
    case .sent(let item):
      if case .checkpoint = item { entries[attempt]?.isSendingCheckpoint = false }
      if case .output = item, let failure = result.failure {
        handle(.failed(failure), attempt)
      } else {
        // A log or checkpoint that was refused changes no result.
        handle(.handedIn(Self.name(item)), attempt)
      }
    }
  }

  private func handle(_ event: AttemptMoves.Event, _ attempt: AttemptIdentifier) {
    guard let effects = entries[attempt]?.machine.handle(event) else { return }
    for effect in effects {
      switch effect {
      case .start:
        guard let order = entries[attempt]?.order else { continue }
        do {
          events.append(.start(attempt, frame: try CanonicalJSON.encode(ComputeCommand.run(local(order)))))
        } catch {
          events.append(.report(.failed(attempt, FailureCause(.programError, "\(error)"))))
        }
      case .report:
        if let ending = entries[attempt]?.ending { events.append(.report(ending)) }
      case .leave: events.append(.report(.left(attempt)))
      case .fail(let failure): fail(attempt, failure)
      }
    }
  }

  private func fail(_ attempt: AttemptIdentifier, _ failure: TransferFailure) {
    let kind: FailureCause.Kind
    var sentence = failure.sentence
    switch failure.kind {
    case .refused, .damaged: kind = .programError
    case .coordinatorStorage: kind = .storage
    case .gone: kind = .lostWorker
    case .workerStorage:
      kind = .lostWorker
      sentence = "the disk of \(Self.host) refuses: \(sentence)"
      noteFull(sentence)
    }
    events.append(.report(.failed(attempt, FailureCause(kind, sentence))))
  }

  private func noteFull(_ sentence: String) {
    guard !isFull else { return }
    isFull = true
    events.append(.diskFull(sentence))
  }

  /// The order with the paths of this machine.
  private func local(_ order: WorkOrder) -> WorkOrder {
    var order = order
    for index in order.task.sources.indices {
      order.task.sources[index].path = cache.store.path(of: order.task.sources[index].digest)
    }
    return order
  }

  /// Hands in the newest checkpoint of an attempt, unless that was done.
  ///
  /// - Returns: its step, if it is on its way.
  private func sendCheckpoint(_ attempt: AttemptIdentifier, _ order: WorkOrder) -> Int? {
    let store = CheckpointStore(taskFolder: directory.task(order.task.id.folderName))
    guard let newest = store.newestUnread(attempt: attempt.number) else { return nil }
    guard let last = entries[attempt]?.lastCheckpoint, newest.step > last else {
      return entries[attempt]?.isSendingCheckpoint == true ? newest.step : nil
    }
    entries[attempt]?.lastCheckpoint = newest.step
    entries[attempt]?.isSendingCheckpoint = true
    client.start(
      .send(
        attempt.name, .checkpoint(step: newest.step), path: newest.path, digest: newest.digest, size: newest.size))
    return newest.step
  }

  /// Hands in the end of an attempt's log.
  ///
  /// - Returns: whether there is one.
  private func sendLog(_ attempt: AttemptIdentifier, _ order: WorkOrder) -> Bool {
    let path = "\(directory.attempt(attempt.number, of: order.task.id.folderName))/\(AttemptFiles.log)"
    guard let handle = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? handle.close() }
    guard let size = try? handle.seekToEnd(), size > 0 else { return false }
    try? handle.seek(toOffset: size > UInt64(Self.logBytes) ? size - UInt64(Self.logBytes) : 0)
    guard let text = try? handle.read(upToCount: Self.logBytes) else { return false }
    // What is sent must not grow meanwhile.
    let copy = "\(path).sent"
    guard (try? text.write(to: URL(fileURLWithPath: copy))) != nil else { return false }
    client.start(.send(attempt.name, .log, path: copy, digest: Digest.of(text), size: text.count))
    return true
  }
}
