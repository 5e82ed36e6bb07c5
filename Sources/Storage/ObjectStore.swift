public import Essentials
internal import Foundation

/// An immutable file of an object store.
public struct StoredObject: Codable, Sendable, Hashable {
  /// SHA-256 of the file: its name in the store.
  public var digest: Digest
  /// Digest of what it holds; equal to `digest` for files that are not HDF5.
  public var contentDigest: Digest
  /// Size in bytes.
  public var size: Int

  /// Creates a record of an object.
  public init(digest: Digest, contentDigest: Digest, size: Int) {
    self.digest = digest
    self.contentDigest = contentDigest
    self.size = size
  }
}

/// Immutable files under the names of their digests. Any number of processes, on any number of machines with a common
/// folder, may add to it at the same time.
///
/// Source: spec/distributed.md §2, §3.
public struct ObjectStore: Sendable {
  /// Folder of the store.
  public let path: String

  /// Days after which a temporary file of another machine is taken for abandoned.
  private static let foreignTemporaryDays = 7

  /// Opens a store and creates its folders if needed.
  public init(path: String) throws {
    self.path = path
    try FileSystem.createFolder("\(path)/tmp")
  }

  /// Makes a finished file an object: forces it to disk, reads it back, and moves it to its place. If the same object
  /// is there already, that one stays and the file is removed.
  ///
  /// - Parameter temporaryPath: a file on the file system of the store, as from `temporaryPath(extension:)`.
  /// - Throws: `ClavaError.storage` if it cannot be forced to disk or moved, `.damaged` if it cannot be read back.
  public func adopt(_ temporaryPath: String) throws -> StoredObject {
    try DurableFile.sync(temporaryPath)
    let (digest, size) = try Digest.ofFile(temporaryPath)
    let isArtifact = DurableFile.isArtifact(temporaryPath)
    let contentDigest = isArtifact ? try ArtifactReader(path: temporaryPath).contentDigest() : digest
    let object = StoredObject(digest: digest, contentDigest: contentDigest, size: size)
    let place = path(of: digest)
    try FileSystem.createFolder((place as NSString).deletingLastPathComponent)
    guard chmod(temporaryPath, 0o444) == 0 else { throw FileSystem.writeError(temporaryPath) }
    if link(temporaryPath, place) == 0 {
      unlink(temporaryPath)
    } else {
      guard errno == EEXIST else { throw FileSystem.writeError(place) }
      if try isSound(object) {
        unlink(temporaryPath)
      } else {
        // The one in place was damaged after it was stored; this copy was just read back.
        guard rename(temporaryPath, place) == 0 else { throw FileSystem.writeError(place) }
      }
    }
    try FileSystem.syncFolder(of: place)
    try FileSystem.syncFolder(of: (place as NSString).deletingLastPathComponent)
    return object
  }

  /// Path of an object of the store, whether it is there or not.
  public func path(of digest: Digest) -> String {
    "\(path)/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)"
  }

  /// Whether an object of this digest and size is there. Does not read it.
  public func holds(_ object: StoredObject) -> Bool { DurableFile.size(path(of: object.digest)) == object.size }

  /// Reads an object and compares its digest.
  ///
  /// - Throws: `ClavaError.damaged` if it is missing or no longer what was stored.
  public func verify(_ object: StoredObject) throws {
    let place = path(of: object.digest)
    guard FileSystem.exists(place) else {
      throw ClavaError(.damaged, "this object of the store is missing", at: .init(file: place), remedy: Self.remedy)
    }
    guard try isSound(object) else {
      throw ClavaError(
        .damaged, "this object of the store no longer has the content it was stored with", at: .init(file: place),
        remedy: Self.remedy)
    }
  }

  /// A path for a file in the making that no other writer uses, on the file system of the store.
  public func temporaryPath(extension: String) -> String {
    "\(path)/tmp/\(TemporaryName.make(extension: `extension`))"
  }

  /// Removes files that processes which have ended left in the making.
  public func removeStaleTemporaries() {
    let folder = "\(path)/tmp"
    DurableFile.remove(in: folder, olderThanSeconds: 0, where: TemporaryName.isAbandoned)
    DurableFile.remove(in: folder, olderThanSeconds: Self.foreignTemporaryDays * 86_400) { _ in true }
  }

  private static let remedy = "remove it and the task that made it will run again"

  private func isSound(_ object: StoredObject) throws -> Bool {
    guard holds(object) else { return false }
    return try Digest.ofFile(path(of: object.digest)).digest == object.digest
  }
}
