internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage

/// A file that is being fetched: its machine, and the part of it that is on disk.
final class FileFetch {
  /// Where it belongs.
  enum Target {
    case input
    case checkpoint(taskFolder: String, attempt: Int, step: Int)
  }

  let target: Target
  let item: ReadableItem
  let digest: Digest
  /// The attempts that need it.
  var waiters: [AttemptName]
  var machine = Download()
  /// Whether the cache keeps room for it.
  var hasRoom = false
  /// The coordinator does not know the attempt yet.
  var pausedUntil: Duration?
  private(set) var isFirstTry = true

  private var path = ""
  private var descriptor: Int32 = -1

  init(attempt: AttemptName, target: Target, item: ReadableItem, digest: Digest) {
    waiters = [attempt]
    self.target = target
    self.item = item
    self.digest = digest
  }

  deinit { close() }

  var isInput: Bool { if case .input = target { true } else { false } }

  var job: TransferResult.Job { isInput ? .input(digest) : .checkpoint }

  var reservation: String { "\(digest)" }

  /// Opens what an earlier try has left, or begins anew.
  func open(in store: ObjectStore) throws {
    // Checkpoints of two tasks may be equal; each needs a file of its own.
    let owner = isInput ? "" : "-\(Digest.of(waiters.first?.holder ?? "").hexadecimal.prefix(8))"
    path = "\(store.path)/tmp/fetch-\(digest)\(owner).part"
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
  }

  func begin(window: Int, now: Duration) -> [Download.Effect] {
    let have = lseek(descriptor, 0, SEEK_END)
    machine = Download(offset: max(0, Int(have)), window: window)
    return machine.handle(.begin, now: now)
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: `ClavaError.storage`; the file is as before then.
  func append(_ bytes: Data) throws {
    let start = lseek(descriptor, 0, SEEK_END)
    try bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          let error = FileSystem.writeError(path)
          ftruncate(descriptor, start)
          lseek(descriptor, start, SEEK_SET)
          throw error
        }
        done += count
      }
    }
  }

  /// Compares the digest and puts the file where it belongs.
  func keep(in cache: ObjectCache) throws {
    switch target {
    case .input:
      guard let first = waiters.first else { return }
      try cache.insert(path, as: digest, for: first.holder)
      for other in waiters.dropFirst() { _ = cache.pin(digest, for: other.holder) }
    case .checkpoint(let taskFolder, let attempt, let step):
      try CheckpointStore(taskFolder: taskFolder).take(path, attempt: attempt, step: step, digest: digest)
    }
  }

  /// The same again from the first byte, if that was not tried yet.
  func again() -> FileFetch? {
    guard isFirstTry, let first = waiters.first else { return nil }
    let again = FileFetch(attempt: first, target: target, item: item, digest: digest)
    again.waiters = waiters
    again.isFirstTry = false
    return again
  }

  /// Closes the file; what has come stays for another try.
  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Closes the file and removes it.
  func discard() {
    close()
    unlink(path)
  }
}

/// A file that is being sent: its machine, and the open file.
final class FileSending {
  let attempt: AttemptName
  let item: WritableItem
  let path: String
  let digest: Digest
  let size: Int
  var machine: Upload
  private let descriptor: Int32

  /// - Returns: nil if the file cannot be opened.
  init?(attempt: AttemptName, item: WritableItem, path: String, digest: Digest, size: Int) {
    descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.attempt = attempt
    self.item = item
    self.path = path
    self.digest = digest
    self.size = size
    machine = Upload(size: size)
  }

  deinit { close(descriptor) }

  /// Bytes of the file; nil if it is shorter than it was.
  func read(_ offset: Int, _ length: Int) -> Data? {
    var bytes = Data(count: length)
    let done = bytes.withUnsafeMutableBytes { buffer -> Int in
      var done = 0
      while done < length {
        let count = pread(descriptor, buffer.baseAddress.map { $0 + done }, length - done, off_t(offset + done))
        if count < 0, errno == EINTR { continue }
        if count <= 0 { break }
        done += count
      }
      return done
    }
    return done == length ? bytes : nil
  }
}
