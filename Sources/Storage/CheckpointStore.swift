public import Essentials
internal import Foundation

/// Checkpoints of one task, by attempt and step.
///
/// A checkpoint counts from the moment its manifest is there: temporary file, fsync, read back, rename, and then the
/// manifest the same way. A process killed at any point leaves the checkpoints before it as they were.
///
/// Source: spec/distributed.md §4.
public struct CheckpointStore: Sendable {
  /// A checkpoint whose manifest is there.
  private struct Candidate {
    var attempt: Int
    var step: Int
    var stem: String
    var path: String { "\(stem).h5" }
    var manifestPath: String { "\(stem).json" }
  }

  /// Room for manifest, folder entries and logs beside a checkpoint.
  private static let spareBytes = 64 << 10

  /// Seconds between the rename of a checkpoint and its manifest are few; one this old will never get its manifest.
  private static let staleSeconds = 600

  /// Folder of the task.
  public let taskFolder: String
  /// Which checkpoints stay when a new one is saved.
  public let retention: CheckpointRetention
  /// Told of every checkpoint that was found damaged and put aside.
  public var onDamage: (@Sendable (ClavaError) -> Void)?

  /// Names the folder of a task; it is created when the first checkpoint is saved.
  ///
  /// - Parameter onDamage: told of damaged checkpoints.
  public init(
    taskFolder: String, retention: CheckpointRetention = .init(), onDamage: (@Sendable (ClavaError) -> Void)? = nil
  ) {
    self.taskFolder = taskFolder
    self.retention = retention
    self.onDamage = onDamage
  }

  /// The newest checkpoint, of any attempt, that is what its manifest says. Damaged ones are renamed to `.bad` and
  /// reported.
  ///
  /// - Returns: its path and step, or nil if there is none.
  public func latest() throws -> (path: String, step: Int)? {
    for candidate in candidates() {
      do {
        try verify(candidate)
        return (candidate.path, candidate.step)
      } catch {
        // Another attempt may have removed it as outdated between the listing and the reading.
        guard FileSystem.exists(candidate.manifestPath) else { continue }
        putAside(candidate, error.description)
      }
    }
    return nil
  }

  /// Saves a checkpoint: `write` makes an HDF5 file at the path it is given. Older ones that the retention does not
  /// keep are removed once this one was read back.
  ///
  /// - Parameter loss: of the training at this step; decides which checkpoint is the best.
  /// - Throws: `ClavaError.storage` if it cannot be written; the ones before it are untouched.
  public func save(attempt: Int, step: Int, loss: Double? = nil, _ write: (String) throws -> Void) throws {
    try save(attempt: attempt, step: step, loss: loss, verify: { try ArtifactReader(path: $0).verify() }, write)
  }

  /// As `save(attempt:step:loss:_:)`; `verify` reads back what was written.
  func save(
    attempt: Int, step: Int, loss: Double?, verify: (String) throws -> Void, _ write: (String) throws -> Void
  ) throws {
    let folder = "\(taskFolder)/a\(attempt)"
    try FileSystem.createFolder(folder)
    // Checkpoints of a task are alike: where the last one does not fit, this one will not either.
    let expected = candidates().first.flatMap { DurableFile.size($0.path) } ?? 0
    try DurableFile.requireSpace(forBytes: expected + expected / 10 + Self.spareBytes, at: folder)
    let candidate = Candidate(attempt: attempt, step: step, stem: "\(folder)/ck-\(step)")
    let temporary = "\(candidate.path).tmp~\(TemporaryName.make(extension: ""))"
    let digest: Digest, size: Int
    do {
      try write(temporary)
      try DurableFile.sync(temporary)
      (digest, size) = try Digest.ofFile(temporary)
      try verify(temporary)
      // A repeated step replaces file and manifest; without the old manifest no reader pairs new with old.
      if unlink(candidate.manifestPath) == 0 { try FileSystem.syncFolder(of: candidate.manifestPath) }
      guard rename(temporary, candidate.path) == 0 else { throw FileSystem.writeError(candidate.path) }
      try FileSystem.syncFolder(of: candidate.path)
    } catch {
      unlink(temporary)
      throw error
    }
    let manifest = try CheckpointManifest(attempt: attempt, step: step, sha256: digest, size: size, loss: loss)
    try FileSystem.writeAtomically(CanonicalJSON.encode(manifest), to: candidate.manifestPath)
    removeOutdated(saved: candidate.stem)
    removeStaleTemporaries()
  }

  /// Puts a checkpoint aside because its content is of no use: it is renamed to `.bad` and reported.
  ///
  /// - Parameter path: as returned by `latest()`.
  public func reject(path: String, reason: String) {
    guard let candidate = candidates().first(where: { $0.path == path }) else { return }
    putAside(candidate, ClavaError(.damaged, reason, at: .init(file: path)).description)
  }

  /// Removes files that processes which have ended left in the making, and checkpoints that never got a manifest.
  ///
  /// - Parameter isAlone: whether nobody else can be at work on the task, so that nothing has to age first.
  public func removeStaleTemporaries(isAlone: Bool = false) {
    for (_, folder) in attempts() {
      DurableFile.remove(in: folder, olderThanSeconds: 0) { $0.contains(".tmp~") && TemporaryName.isAbandoned($0) }
      DurableFile.remove(in: folder, olderThanSeconds: isAlone ? 0 : Self.staleSeconds) { name in
        name.contains(".tmp-")
          || (name.hasPrefix("ck-") && name.hasSuffix(".h5")
            && !FileSystem.exists("\(folder)/\(name.dropLast(3)).json"))
      }
    }
  }

  private func attempts() -> [(number: Int, folder: String)] {
    FileSystem.list(taskFolder).compactMap { name in
      guard name.hasPrefix("a"), let number = Int(name.dropFirst()) else { return nil }
      return (number, "\(taskFolder)/\(name)")
    }
  }

  /// All checkpoints with a manifest, newest first; at the same step the later attempt counts as newer.
  private func candidates() -> [Candidate] {
    attempts().flatMap { attempt, folder in
      FileSystem.list(folder).compactMap { name -> Candidate? in
        guard name.hasPrefix("ck-"), name.hasSuffix(".json"), let step = Int(name.dropFirst(3).dropLast(5)) else {
          return nil
        }
        return Candidate(attempt: attempt, step: step, stem: "\(folder)/ck-\(step)")
      }
    }
    .sorted { ($0.step, $0.attempt) > ($1.step, $1.attempt) }
  }

  private func verify(_ candidate: Candidate) throws(ClavaError) {
    do {
      let manifest = try CheckpointManifest.read(candidate.manifestPath)
      guard manifest.step == candidate.step, manifest.attempt == candidate.attempt else {
        throw ClavaError(
          .damaged, "the manifest is of step \(manifest.step) of attempt \(manifest.attempt)",
          at: .init(file: candidate.manifestPath))
      }
      let (digest, size) = try Digest.ofFile(candidate.path)
      guard digest == manifest.sha256, size == manifest.size else {
        throw ClavaError(
          .damaged, "the checkpoint is not what was saved: \(size) bytes, \(manifest.size) in the manifest",
          at: .init(file: candidate.path))
      }
    } catch {
      throw ClavaError.wrapping(error, .damaged)
    }
  }

  private func putAside(_ candidate: Candidate, _ reason: String) {
    // The manifest goes first: without it the file no longer counts, whatever happens next.
    rename(candidate.manifestPath, "\(candidate.manifestPath).bad")
    rename(candidate.path, "\(candidate.path).bad")
    onDamage?(
      ClavaError(
        .damaged, "checkpoint of step \(candidate.step) put aside as \(candidate.path).bad: \(reason)",
        remedy: "the one before it is used"))
  }

  private func removeOutdated(saved: String) {
    let candidates = candidates()
    // A manifest that cannot be read has no loss; `latest()` will put it aside, if it is ever asked for.
    let kept = retention.kept(
      candidates.map { .init(step: $0.step, loss: try? CheckpointManifest.read($0.manifestPath).loss) })
    for (candidate, isKept) in zip(candidates, kept) where !isKept && candidate.stem != saved {
      unlink(candidate.manifestPath)
      unlink(candidate.path)
    }
  }
}
