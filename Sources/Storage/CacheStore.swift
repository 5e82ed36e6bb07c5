internal import CSystemShims
public import Essentials
public import Foundation

/// Which task key has which outputs: one small JSON file a key. Creating that file is the one act that commits a task.
///
/// Source: spec/distributed.md §2 (Commit).
public struct CacheStore: Sendable {
  /// Folder of the entries.
  public let path: String

  /// A commit takes milliseconds; a temporary file this old belongs to a process that died.
  private static let staleSeconds = 3600

  /// Opens a cache and creates its folder if needed.
  public init(path: String) throws {
    self.path = path
    try FileSystem.createFolder(path)
  }

  /// Commits an entry. Whoever is first wins; nobody ever replaces an entry.
  ///
  /// - Returns: true if this call created the entry, false if one was there.
  /// - Throws: `ClavaError.storage` if it cannot be written.
  public func commit(_ entry: Data, for key: Digest) throws -> Bool {
    try FileSystem.createExclusively(entry, at: path(for: key))
  }

  /// As `commit`, but without waiting for the disk: a power cut may take the entry or leave a part of it. For whoever
  /// keeps it elsewhere too.
  ///
  /// - Returns: true if this call created the entry, false if one was there.
  /// - Throws: `ClavaError.storage` if it cannot be written.
  public func create(_ entry: Data, for key: Digest) throws -> Bool {
    try FileSystem.createExclusively(entry, at: path(for: key), isDurable: false)
  }

  /// Forces to disk all entries that were created so far, and all else on their file system.
  ///
  /// - Throws: `ClavaError.storage`.
  public func settle() throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    defer { close(descriptor) }
    guard clava_sync_file_system(descriptor) == 0 else { throw FileSystem.writeError(path) }
  }

  /// The entry of a key, or nil if the task was not committed.
  ///
  /// - Throws: `ClavaError.storage` if there is one that cannot be read.
  public func entry(for key: Digest) throws -> Data? {
    let path = path(for: key)
    return FileSystem.exists(path) ? try FileSystem.read(path) : nil
  }

  /// Removes an entry, so that its task runs again: for outputs that were found damaged.
  public func remove(_ key: Digest) throws {
    let path = path(for: key)
    guard unlink(path) == 0 || errno == ENOENT else { throw FileSystem.writeError(path) }
    try FileSystem.syncFolder(of: path)
  }

  /// Keys of all entries, sorted.
  public var keys: [Digest] {
    FileSystem.list(path).filter { $0.hasSuffix(".json") }.compactMap { Digest(hexadecimal: String($0.dropLast(5))) }
  }

  /// Removes files that processes which have ended left in the making.
  public func removeStaleTemporaries() {
    DurableFile.remove(in: path, olderThanSeconds: Self.staleSeconds) { $0.contains(".json.tmp-") }
  }

  private func path(for key: Digest) -> String { "\(path)/\(key.hexadecimal).json" }
}
