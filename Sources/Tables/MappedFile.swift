internal import Essentials
internal import Foundation

/// A file mapped read-only, with a zero byte after its end so that a scanner may look at the byte behind the last.
final class MappedFile {
  let path: String
  let count: Int
  private let address: UnsafeMutableRawPointer
  /// Bytes that are mapped; 0 if the content is a copy in memory.
  private let mappedCount: Int
  private var released = 0

  /// The content of a file that is in memory already. Exactly one byte follows it, so that a memory checker sees any
  /// reading beyond.
  init(path: String, content: [UInt8]) {
    self.path = path
    count = content.count
    mappedCount = 0
    address = .allocate(byteCount: content.count + 1, alignment: 1)
    content.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { address.copyMemory(from: base, byteCount: bytes.count) }
    }
    address.storeBytes(of: 0, toByteOffset: content.count, as: UInt8.self)
  }

  /// Maps a file.
  ///
  /// - Throws: `ClavaError.input` if it is missing, a folder or unreadable.
  init(path: String, table: String?) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    let place = Problem.Place(file: path, table: table)
    let remedy = "check the path and the permissions"
    guard descriptor >= 0 else { throw ClavaError(.input, FileSystem.unreadable(path), at: place, remedy: remedy) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ClavaError(.input, "the file cannot be read (\(FileSystem.systemError()))", at: place, remedy: remedy)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let what = status.st_mode & S_IFMT == S_IFDIR ? "this is a folder" : "this is no regular file"
      throw ClavaError(.input, "\(what), a CSV file was expected", at: place, remedy: remedy)
    }
    count = Int(status.st_size)
    let page = Int(getpagesize())
    mappedCount = (count + page) / page * page
    let reserved = mmap(nil, mappedCount, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let reserved, reserved != MAP_FAILED else {
      throw ClavaError(.input, "the file cannot be mapped (\(FileSystem.systemError()))", at: place, remedy: remedy)
    }
    address = reserved
    if count > 0 {
      let mapped = mmap(reserved, count, PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0)
      guard mapped != MAP_FAILED else {
        let reason = FileSystem.systemError()
        munmap(reserved, mappedCount)
        throw ClavaError(.input, "the file cannot be mapped (\(reason))", at: place, remedy: remedy)
      }
      madvise(reserved, count, Int32(MADV_SEQUENTIAL))
    }
  }

  deinit {
    if mappedCount > 0 { munmap(address, mappedCount) } else { address.deallocate() }
  }

  /// The first byte.
  var start: UnsafePointer<UInt8> { UnsafePointer(address.assumingMemoryBound(to: UInt8.self)) }

  /// The byte behind the last one; it is zero.
  var end: UnsafePointer<UInt8> { start + count }

  /// Gives the memory of the bytes before `position` back, in steps of 64 MiB, so that a large file does not fill
  /// the memory of the process.
  func release(before position: UnsafePointer<UInt8>) {
    guard mappedCount > 0 else { return }
    let step = 64 << 20
    let complete = (position - start) / step * step
    guard complete > released else { return }
    madvise(address + released, complete - released, Int32(MADV_DONTNEED))
    released = complete
  }
}
