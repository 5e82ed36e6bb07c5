internal import Essentials
internal import Foundation

/// How a worker keeps files when it does not see the run folder.
public struct WorkerFilesOptions: Sendable, Hashable {
  /// Bytes of inputs and outputs kept, if nobody says otherwise.
  public static let defaultCacheBytes = 20 << 30

  /// Folder for them; nil: one below the folder for temporary files.
  public var workdir: String?
  /// Bytes of inputs and outputs kept for later tasks.
  public var cacheBytes: Int
  /// Whether the run folder is used if it can be seen.
  public var usesSharedFolder: Bool

  /// Creates options.
  public init(
    workdir: String? = nil, cacheBytes: Int = WorkerFilesOptions.defaultCacheBytes, usesSharedFolder: Bool = true
  ) {
    self.workdir = workdir
    self.cacheBytes = cacheBytes
    self.usesSharedFolder = usesSharedFolder
  }

  /// Reads a size such as `500MB`, `20GB` or `1073741824`.
  ///
  /// - Throws: `ClavaError.configuration` naming the text.
  public static func bytes(_ text: String) throws -> Int {
    let units = [("TB", 40), ("GB", 30), ("MB", 20), ("KB", 10), ("B", 0), ("", 0)]
    for (unit, shift) in units where text.uppercased().hasSuffix(unit) {
      let number = Double(text.dropLast(unit.count).trimmingCharacters(in: .whitespaces))
      guard let number, number >= 0, number * Double(1 << shift) < 9e18 else { break }
      return Int(number * Double(1 << shift))
    }
    throw ClavaError(
      .configuration, "'\(text)' is not a size", remedy: "write a number and a unit, for example 20GB")
  }
}

/// The folder of a worker for files of its own, taken by one process at a time.
///
/// It is laid out like a run folder, so that a compute process works in it as in one.
final class WorkerFolder {
  let path: String
  private let descriptor: Int32

  /// Takes the first folder below `base` that no other worker uses, so that a worker started again finds what the one
  /// before it kept.
  init(base: String) throws {
    try FileSystem.createFolder(base)
    for number in 1...4096 {
      let path = "\(base)/worker-\(number)"
      try FileSystem.createFolder(path)
      let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw FileSystem.writeError("\(path)/lock") }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        self.path = path
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
    throw ClavaError(
      .storage, "all folders for workers are in use", at: .init(file: base), remedy: "choose another --workdir")
  }

  deinit { close(descriptor) }

  /// Where workers keep files if nobody says otherwise.
  static var defaultBase: String {
    let temporary = NSTemporaryDirectory()
    return "\(temporary.hasSuffix("/") ? String(temporary.dropLast()) : temporary)/clava-work-\(getuid())"
  }
}
