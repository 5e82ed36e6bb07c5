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

/// An open id of the HDF5 library, closed exactly once.
struct HDF5Handle: ~Copyable {
  /// What the id stands for, which decides how it is closed.
  enum Kind { case group, dataset, dataspace, datatype, propertyList }

  let id: hid_t
  private let kind: Kind

  /// Takes ownership of `id`.
  ///
  /// - Throws: `failure()` if the call that made the id failed.
  init(_ id: hid_t, _ kind: Kind, failure: @autoclosure () -> ClavaError) throws {
    guard id >= 0 else { throw failure() }
    self.id = id
    self.kind = kind
  }

  /// Closes the id and says whether that worked: closing a dataset writes what is still in memory.
  consuming func close() -> Bool {
    let id = id, kind = kind
    discard self
    return Self.close(id, kind) >= 0
  }

  deinit {
    let id = id, kind = kind
    HDF5Library.closeLocked { _ = Self.close(id, kind) }
  }

  private static func close(_ id: hid_t, _ kind: Kind) -> herr_t {
    switch kind {
    case .group: H5Gclose(id)
    case .dataset: H5Dclose(id)
    case .dataspace: H5Sclose(id)
    case .datatype: H5Tclose(id)
    case .propertyList: H5Pclose(id)
    }
  }
}

/// An open file of the HDF5 library, closed once: by `close()`, which reports failures, or with its last owner.
final class HDF5File {
  private(set) var id: hid_t

  /// Takes ownership of an open file id.
  init(_ id: hid_t) { self.id = id }

  /// Closes the file and everything open in it; returns whether all data reached the system.
  func close() -> Bool {
    guard id >= 0 else { return true }
    let status = H5Fclose(id)
    id = -1
    return status >= 0
  }

  deinit { HDF5Library.closeLocked { _ = close() } }

  /// Access settings common to reading and writing: format with checksummed structure, everything closed with the
  /// file, no lock on the file (network file systems refuse or fake them).
  static func accessList(_ failure: @autoclosure () -> ClavaError) throws -> HDF5Handle {
    let list = try HDF5Handle(H5Pcreate(clava_h5_file_access_class()), .propertyList, failure: failure())
    guard clava_h5_set_format_bounds(list.id) >= 0, H5Pset_fclose_degree(list.id, H5F_CLOSE_STRONG) >= 0,
      H5Pset_file_locking(list.id, false, true) >= 0
    else { throw failure() }
    return list
  }
}
