import Essentials
import Foundation

/// Steps shared by everything that must survive a power cut: force a file to disk, read it back, clean up after
/// processes that died.
enum DurableFile {
  /// Forces the content of a file to disk.
  ///
  /// - Throws: `ClavaError.storage`. The caller must not try again: after a failure the system may drop the data and
  ///   then report success.
  static func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileSystem.writeError(path) }
    // What follows shall read the disk, not the memory it was written from.
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }

  /// SHA-256 and size of a file, read in blocks.
  static func digest(_ path: String) throws -> (digest: Digest, size: Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ClavaError(.storage, FileSystem.unreadable(path), at: .init(file: path)) }
    defer { close(descriptor) }
    var hasher = Hasher256()
    var size = 0
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return (hasher.finish(), size) }
      if count < 0 {
        if errno == EINTR { continue }
        throw ClavaError(
          .storage, "cannot read (\(FileSystem.systemError()))", at: .init(file: path),
          remedy: "check the disk")
      }
      block.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      size += count
    }
  }

  /// Size of a file, or nil if there is none.
  static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// Whether a file starts like an HDF5 file.
  static func isArtifact(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? handle.close() }
    return (try? handle.read(upToCount: 8)) == Data([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])
  }

  /// Removes the files of `folder` that match, unless they were changed within the last `seconds`.
  static func remove(in folder: String, olderThanSeconds seconds: Int, where matches: (String) -> Bool) {
    let now = time(nil)
    for name in FileSystem.list(folder) where matches(name) {
      var status = stat()
      let path = "\(folder)/\(name)"
      if stat(path, &status) == 0, now - status.st_mtim.tv_sec >= seconds { FileSystem.removeIfPresent(path) }
    }
  }
}

/// Names of temporary files, which say who may still be writing them: `host~pid~number.extension`.
enum TemporaryName {
  /// Name of this machine.
  static let host: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "host" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "host" : text.replacing("~", with: "-").replacing("/", with: "-")
  }()

  /// A name no other process or thread uses.
  static func make(extension: String) -> String {
    let ending = `extension`.isEmpty ? "" : ".\(`extension`)"
    return "\(host)~\(getpid())~\(String(UInt64.random(in: 0...UInt64.max), radix: 16))\(ending)"
  }

  /// Whether the process that made this name is known to have ended. Processes of other hosts count as running.
  static func isAbandoned(_ name: String) -> Bool {
    let parts = name.split(separator: "~")
    guard parts.count >= 3, let process = pid_t(parts[parts.count - 2]) else { return false }
    guard parts.dropLast(2).joined(separator: "~").hasSuffix(host) else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }
}
