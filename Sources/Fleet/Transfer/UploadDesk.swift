internal import Dispatch
internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage
internal import Synchronization

/// Takes what workers hand in: appends chunks to files in the making, and lets another thread verify and keep what is
/// complete.
///
/// A file in the making has a name made of its digest and its attempt, so that it is found again after any break, also
/// by the next coordinator.
final class UploadDesk {
  typealias Answer = (address: Data, message: TransferMessage)

  private struct Key: Hashable {
    var address: Data
    var transfer: UInt64
  }

  private struct Entry {
    var reception: Reception
    var offer: UploadOffer
    var permit: TransferPermits.Permit
    var path: String
    var descriptor: Int32
    var digest: Digest
  }

  /// Logs longer than this are not taken; a worker sends the end of a longer one.
  static let maximumLogBytes = 4 << 20

  private let directory: RunDirectory
  private let objects: ObjectStore
  private let wakeUp: WakeUp
  private let report: @Sendable (String) -> Void
  /// Hashing and forcing to disk takes long; chunks of other workers must not wait for it.
  private let finisher = DispatchQueue(label: "clava.files.finish", attributes: .concurrent)
  private let finished = FinishedAnswers()
  private var entries: [Key: Entry] = [:]
  private var keysByPath: [String: Key] = [:]

  /// Uploads under way.
  var count: Int { entries.count }

  init(directory: RunDirectory, wakeUp: WakeUp, report: @escaping @Sendable (String) -> Void) throws {
    self.directory = directory
    objects = try directory.objectStore()
    self.wakeUp = wakeUp
    self.report = report
  }

  /// Answers that became due on the other thread.
  func answers() -> [Answer] {
    let list = finished.take()
    for (address, transfer) in list.over { drop(Key(address: address, transfer: transfer)) }
    return list.answers
  }

  /// A worker offers a file, for the first time or again.
  func offered(
    _ offer: UploadOffer, _ permit: TransferPermits.Permit, by address: Data, window: Int
  ) -> [Answer] {
    let transfer = offer.origin.transfer, key = Key(address: address, transfer: transfer)
    if entries[key] != nil { return perform(entries[key]?.reception.offered(window: window) ?? [], key, Data()) }
    func refuse(_ code: String, _ sentence: String) -> [Answer] {
      [(address, .refused(.init(transfer: transfer, code: code, sentence: sentence)))]
    }
    guard let digest = Digest(hexadecimal: offer.digest), offer.size >= 0, isAllowed(offer, permit) else {
      return refuse(TransferRefusal.forbidden, "the attempt does not make such a file")
    }
    if case .output = offer.item,
      objects.holds(StoredObject(digest: digest, contentDigest: digest, size: offer.size))
    {
      return [(address, .stored(transfer: transfer))]
    }
    if case .checkpoint(let step) = offer.item {
      let store = CheckpointStore(taskFolder: directory.task(permit.taskFolder))
      if let newest = store.newestUnread(attempt: permit.attempt), newest.step == step, newest.digest == digest {
        return [(address, .stored(transfer: transfer))]
      }
    }
    let owner = Digest.of("\(permit.taskFolder) \(permit.attempt) \(offer.item)").hexadecimal.prefix(16)
    let path = "\(objects.path)/tmp/upload-\(digest)-\(owner).part"
    // The same worker over a new connection, most likely.
    if let old = keysByPath[path] {
      if entries[old]?.reception.isComplete == true { return [] }
      drop(old)
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      return refuse(TransferRefusal.storage, "\(FileSystem.writeError(path))")
    }
    var have = Int(status.st_size)
    if have > offer.size {
      ftruncate(descriptor, 0)
      have = 0
    }
    entries[key] = Entry(
      reception: Reception(size: offer.size, offset: have), offer: offer, permit: permit, path: path,
      descriptor: descriptor, digest: digest)
    keysByPath[path] = key
    return perform(entries[key]?.reception.offered(window: window) ?? [], key, Data())
  }

  /// A chunk has come.
  func arrived(_ chunk: Chunk, _ bytes: Data, from address: Data, window: Int) -> [Answer] {
    let key = Key(address: address, transfer: chunk.transfer)
    guard entries[key] != nil else {
      // Of an upload that another coordinator or connection began: it has to be offered again.
      let sentence = "no such upload is under way"
      return [
        (address, .refused(.init(transfer: chunk.transfer, code: TransferRefusal.notHeld, sentence: sentence)))
      ]
    }
    let isSound = chunk.describes(bytes)
    let effects =
      entries[key]?.reception.arrived(
        offset: chunk.offset, count: bytes.count, isSound: isSound, window: window) ?? []
    return perform(effects, key, bytes)
  }

  /// A connection is gone.
  func forget(_ address: Data) {
    for key in entries.keys where key.address == address { drop(key) }
  }

  /// Forgets what was begun for attempts that are over, and removes what has arrived of it.
  func forget(_ isOver: (UploadOffer, TransferPermits.Permit) -> Bool) {
    for (key, entry) in entries where !entry.reception.isComplete && isOver(entry.offer, entry.permit) {
      drop(key)
      unlink(entry.path)
    }
  }

  /// Closes everything; what has arrived stays.
  func end() {
    finisher.sync(flags: .barrier) {}
    for key in entries.keys { drop(key) }
  }

  /// Looks for the newest checkpoint of a task, which means reading it.
  func find(_ origin: TransferOrigin, _ permit: TransferPermits.Permit, for address: Data) {
    let folder = directory.task(permit.taskFolder), report = report
    finish {
      let store = CheckpointStore(taskFolder: folder) { report("damaged checkpoint: \($0)") }
      let newest = try? store.newestManifest()
      return (
        .foundCheckpoint(
          FoundCheckpoint(
            transfer: origin.transfer,
            checkpoint: newest.map {
              CheckpointName(attempt: $0.attempt, step: $0.step, digest: $0.digest.hexadecimal)
            })), address, nil
      )
    }
  }

  // MARK: Steps

  private func isAllowed(_ offer: UploadOffer, _ permit: TransferPermits.Permit) -> Bool {
    switch offer.item {
    case .output(let name): return permit.outputs.contains(name)
    case .checkpoint(let step): return step >= 0
    case .log: return offer.size <= Self.maximumLogBytes
    }
  }

  private func perform(_ effects: [Reception.Effect], _ key: Key, _ bytes: Data) -> [Answer] {
    var answers: [Answer] = []
    for effect in effects {
      guard let entry = entries[key] else { return answers }
      switch effect {
      case .append:
        if let error = append(bytes, entry) {
          drop(key)
          return [
            (key.address, .refused(.init(transfer: key.transfer, code: TransferRefusal.storage, sentence: error)))
          ]
        }
      case .grant(let offset, let limit, let rewinds):
        answers.append(
          (key.address, .granted(UploadGrant(transfer: key.transfer, offset: offset, limit: limit, rewinds: rewinds))))
      case .verify: keep(entry, key)
      case .giveUp:
        drop(key)
        let sentence = "its chunks arrived damaged more than \(Reception.maximumDamaged) times"
        answers.append(
          (key.address, .refused(.init(transfer: key.transfer, code: TransferRefusal.damaged, sentence: sentence))))
      }
    }
    return answers
  }

  private func append(_ bytes: Data, _ entry: Entry) -> String? {
    // The machine has counted these bytes already.
    let start = entry.reception.offset - bytes.count
    return bytes.withUnsafeBytes { buffer -> String? in
      var done = 0
      while done < buffer.count {
        let count = pwrite(
          entry.descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(start + done))
        if count < 0 {
          if errno == EINTR { continue }
          return "\(FileSystem.writeError(entry.path))"
        }
        done += count
      }
      return nil
    }
  }

  /// Verifies a complete file and moves it where it belongs.
  private func keep(_ entry: Entry, _ key: Key) {
    let (objects, directory) = (objects, directory)
    let (path, digest, item, permit) = (entry.path, entry.digest, entry.offer.item, entry.permit)
    finish {
      func answer(_ message: TransferMessage) -> (TransferMessage, Data, UInt64?) {
        (message, key.address, key.transfer)
      }
      func refuse(_ code: String, _ error: ClavaError) -> (TransferMessage, Data, UInt64?) {
        let sentence = error.description
        return answer(.refused(.init(transfer: key.transfer, code: code, sentence: sentence)))
      }
      do {
        switch item {
        case .output: _ = try objects.insert(path, as: digest)
        case .checkpoint(let step):
          try CheckpointStore(taskFolder: directory.task(permit.taskFolder))
            .take(path, attempt: permit.attempt, step: step, digest: digest)
        case .log:
          let folder = directory.attempt(permit.attempt, of: permit.taskFolder)
          try FileSystem.createFolder(folder)
          guard rename(path, "\(folder)/\(AttemptFiles.log)") == 0 else { throw FileSystem.writeError(folder) }
        }
        return answer(.stored(transfer: key.transfer))
      } catch {
        unlink(path)
        let error = ClavaError.wrapping(error)
        return refuse(error.code == .storage ? TransferRefusal.storage : TransferRefusal.damaged, error)
      }
    }
  }

  private func finish(_ work: @escaping @Sendable () -> (TransferMessage, Data, UInt64?)) {
    let (finished, wakeUp) = (finished, wakeUp)
    finisher.async {
      let (message, address, transfer) = work()
      finished.add(message, address, transfer)
      wakeUp.signal()
    }
  }

  private func drop(_ key: Key) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    close(entry.descriptor)
    if keysByPath[entry.path] == key { keysByPath[entry.path] = nil }
  }
}

/// Answers from one thread to another, and which uploads they end.
private final class FinishedAnswers: Sendable {
  private struct State {
    var answers: [UploadDesk.Answer] = []
    var over: [(Data, UInt64)] = []
  }
  private let state = Guarded(State())

  func add(_ message: TransferMessage, _ address: Data, _ transfer: UInt64?) {
    state.withLock { state in
      state.answers.append((address, message))
      if let transfer { state.over.append((address, transfer)) }
    }
  }

  func take() -> (answers: [UploadDesk.Answer], over: [(Data, UInt64)]) {
    state.withLock { state in
      defer { state = State() }
      return (state.answers, state.over)
    }
  }
}
