internal import CHDF5
internal import CHDF5Shims
import Essentials
import Foundation

/// The one door to the HDF5 library: its calls are serialised by one lock of the process, its error stack is silent
/// on the calling thread and its account of a failure becomes the text of a `ClavaError`.
enum HDF5Library {
  /// Recursive, so that a handle may be closed wherever its last owner lets go of it.
  private static let lock = NSRecursiveLock()

  /// Without this the library would flush half-written files when the process exits, and loop if that fails.
  private static let prepared: Bool = {
    H5dont_atexit()
    return H5open() >= 0
  }()

  /// Runs `body` while no other thread is inside the library.
  static func locked<Result>(_ body: () throws -> Result) throws -> Result {
    lock.lock()
    defer { lock.unlock() }
    guard prepared else { throw ClavaError(.internal, "the HDF5 library could not be started") }
    clava_h5_silence()
    return try body()
  }

  /// Closes an id while no other thread is inside the library. For `deinit`: failures cannot be reported there.
  static func closeLocked(_ body: () -> Void) {
    lock.lock()
    defer { lock.unlock() }
    clava_h5_silence()
    body()
  }

  /// What the library says about the last failure on this thread.
  static func account() -> String {
    var text = [CChar](repeating: 0, count: 4096)
    let length = clava_h5_error_text(&text, text.count)
    guard length > 0 else { return "no reason given" }
    return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The error for a failed call while writing: the system's reason where the library knows it.
  static func writeError(_ path: String, _ action: String) -> ClavaError {
    let account = account()
    if let number = systemErrorNumber(in: account) {
      errno = number
      var error = FileSystem.writeError(path)
      error.problems[0].message += " while \(action)"
      return error
    }
    return ClavaError(
      .storage, "\(action) failed; HDF5 says: \(account)", at: .init(file: path),
      remedy: "check the permissions and the disk, then give the same command again: finished tasks are kept")
  }

  /// The error for a failed call while reading.
  static func readError(_ path: String, _ action: String) -> ClavaError {
    ClavaError(.damaged, "\(action) failed; HDF5 says: \(account())", at: .init(file: path), remedy: damageRemedy)
  }

  /// What to do about a damaged file.
  static let damageRemedy = "the file is damaged or not an artifact of this program; remove it to have it made again"

  /// The driver puts "errno = 28" into its account of a failed system call.
  private static func systemErrorNumber(in account: String) -> Int32? {
    guard let range = account.range(of: "errno = ") else { return nil }
    return Int32(account[range.upperBound...].prefix { $0.isNumber })
  }
}
