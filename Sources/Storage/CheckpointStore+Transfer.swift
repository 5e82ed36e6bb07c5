public import Essentials
internal import Foundation

/// A checkpoint as its manifest describes it.
public struct CheckpointRecord: Sendable, Hashable {
  /// The attempt that made it.
  public var attempt: Int
  /// Its step.
  public var step: Int
  /// SHA-256 of the file.
  public var digest: Digest
  /// Size in bytes.
  public var size: Int
  /// Where it is.
  public var path: String
}

extension CheckpointStore {
  /// What of a manifest is needed to move its checkpoint.
  private struct Description: Decodable {
    var attempt: Int
    var step: Int
    var sha256: Digest
    var size: Int
  }

  /// The newest checkpoint that is what its manifest says; damaged ones are put aside.
  ///
  /// - Returns: nil if there is none.
  public func newestManifest() throws -> CheckpointRecord? {
    guard let newest = try latest() else { return nil }
    return try record(newest.path)
  }

  /// The newest checkpoint of one attempt by its manifest alone: nothing is read or put aside.
  public func newestUnread(attempt: Int) -> CheckpointRecord? {
    let folder = "\(taskFolder)/a\(attempt)"
    let steps = FileSystem.list(folder).compactMap { name -> Int? in
      name.hasPrefix("ck-") && name.hasSuffix(".json") ? Int(name.dropFirst(3).dropLast(5)) : nil
    }
    guard let step = steps.max() else { return nil }
    // A newer one may take its place at any time.
    return try? record("\(folder)/ck-\(step).h5")
  }

  /// Takes a checkpoint that was made elsewhere, if it is what it is said to be.
  ///
  /// - Parameter path: a file on the same file system; it is gone afterwards, unless this throws.
  /// - Throws: `ClavaError.damaged` if it has another digest or is no artifact, `.storage` if the disk refuses.
  public func take(_ path: String, attempt: Int, step: Int, digest: Digest) throws {
    let found = try Digest.ofFile(path).digest
    guard found == digest else {
      throw ClavaError(
        .damaged, "a checkpoint arrived with SHA-256 \(found), expected \(digest)", at: .init(file: path))
    }
    // Whoever made it has verified it, and its bytes are the same. The HDF5 library does not see it here: a file made
    // to hurt could end the process, and this one is the coordinator.
    try requireSignature(path)
    try save(
      attempt: attempt, step: step, loss: nil,
      verify: { place in
        guard try Digest.ofFile(place).digest == digest else {
          throw ClavaError(.damaged, "the checkpoint changed while it was kept", at: .init(file: place))
        }
      },
      { place in guard rename(path, place) == 0 else { throw FileSystem.writeError(place) } })
  }

  private func requireSignature(_ path: String) throws {
    let file = FileHandle(forReadingAtPath: path)
    defer { try? file?.close() }
    guard try file?.read(upToCount: 8).map(Array.init) == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] else {
      throw ClavaError(.damaged, "this is no HDF5 file", at: .init(file: path))
    }
  }

  private func record(_ path: String) throws -> CheckpointRecord {
    let manifestPath = "\(path.dropLast(3)).json"
    let manifest = try CanonicalJSON.decode(
      Description.self, from: FileSystem.read(manifestPath), source: manifestPath)
    return CheckpointRecord(
      attempt: manifest.attempt, step: manifest.step, digest: manifest.sha256, size: manifest.size, path: path)
  }
}
