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

  /// Refuses a write that cannot fit, before it leaves half a file behind. Others may fill the disk later.
  static func requireSpace(forBytes count: Int, at path: String) throws {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return }
    guard UInt64(status.f_bavail) * UInt64(status.f_frsize) < UInt64(count) else { return }
    errno = ENOSPC
    throw FileSystem.writeError(path)
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
    guard parts[parts.count - 3] == host else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }
}
