internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage

/// Files that are being read by workers, a limited number of them open at a time.
final class ReadableFiles {
  /// Why a chunk is not sent.
  struct Refusal: Error {
    var code: String
    var sentence: String
  }

  private struct Open {
    var descriptor: Int32
    var size: Int
    var used: UInt64
  }

  private static let maximumOpen = 64

  private let directory: RunDirectory
  private var open: [String: Open] = [:]
  private var clock: UInt64 = 0

  init(directory: RunDirectory) { self.directory = directory }

  deinit { for file in open.values { close(file.descriptor) } }

  /// Bytes of a file the attempt may read, and its size.
  func read(_ request: ChunkRequest, _ permit: TransferPermits.Permit) throws -> (bytes: Data, total: Int) {
    guard request.offset >= 0, (1...TransferLimits.chunkBytes).contains(request.length) else {
      throw Refusal(code: TransferRefusal.forbidden, sentence: "no file has such a chunk")
    }
    let path = try path(of: request.item, permit)
    let file = try file(at: path)
    let count = min(request.length, max(0, file.size - request.offset))
    var bytes = Data(count: count)
    let done = bytes.withUnsafeMutableBytes { buffer -> Int in
      var done = 0
      while done < count {
        let got = pread(
          file.descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(request.offset + done))
        if got < 0, errno == EINTR { continue }
        if got <= 0 { break }
        done += got
      }
      return done
    }
    guard done == count else {
      let reason = FileSystem.systemError()
      forget(path)
      throw Refusal(code: TransferRefusal.missing, sentence: "\(path) cannot be read (\(reason))")
    }
    // A small file is read once; keeping it open would only use up descriptors.
    if request.offset + count >= file.size { forget(path) }
    return (bytes, file.size)
  }

  /// Where a file is that the attempt may read. Nothing in it is text from the wire.
  private func path(of item: ReadableItem, _ permit: TransferPermits.Permit) throws -> String {
    switch item {
    case .input(let text):
      guard let digest = Digest(hexadecimal: text), let path = permit.paths[digest] else {
        throw Refusal(
          code: TransferRefusal.forbidden, sentence: "\(permit.taskFolder) has no input \(text.prefix(12))")
      }
      return path
    case .checkpoint(let attempt, let step):
      return "\(directory.attempt(attempt, of: permit.taskFolder))/ck-\(step).h5"
    }
  }

  private func file(at path: String) throws -> Open {
    clock += 1
    if open[path] != nil {
      open[path]?.used = clock
      if let file = open[path] { return file }
    }
    if open.count >= Self.maximumOpen, let oldest = open.min(by: { $0.value.used < $1.value.used })?.key {
      forget(oldest)
    }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      if descriptor >= 0 { close(descriptor) }
      throw Refusal(
        code: TransferRefusal.missing, sentence: "\(path) is not there or cannot be read on the coordinator's machine")
    }
    let file = Open(descriptor: descriptor, size: Int(status.st_size), used: clock)
    open[path] = file
    return file
  }

  private func forget(_ path: String) {
    if let file = open.removeValue(forKey: path) { close(file.descriptor) }
  }
}
