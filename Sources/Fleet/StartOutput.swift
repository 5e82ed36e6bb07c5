internal import Essentials
internal import Foundation

/// What a compute process prints before its first attempt: kept in a file without a name, so that the reason why it
/// cannot start reaches people and not only a log.
final class StartOutput {
  /// Open for writing.
  let descriptor: Int32

  /// Makes the file.
  ///
  /// - Throws: `ClavaError.storage` if there is no room for it.
  init() throws {
    let folder = NSTemporaryDirectory().hasSuffix("/") ? NSTemporaryDirectory() : NSTemporaryDirectory() + "/"
    var template = Array("\(folder)clava-start-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileSystem.writeError(folder) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_APPEND)
  }

  deinit { close(descriptor) }

  /// Its last lines in one, or nil if nothing was printed.
  var text: String? {
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_size > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, max(0, information.st_size - 4096))
    guard count > 0 else { return nil }
    let lines = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.suffix(3).joined(separator: "; ")
  }
}
