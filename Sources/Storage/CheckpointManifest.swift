internal import Essentials
internal import Foundation

/// Describes a saved checkpoint beside it, in `ck-<step>.json`.
struct CheckpointManifest: Codable, Hashable {
  static let currentFormat = 2

  var format = currentFormat
  var attempt: Int
  var step: Int
  var sha256: Digest
  var size: Int
  /// Loss of the training when it was saved, if there is one; decides which checkpoint is the best.
  var loss: Double?
  /// Digest of this record without this field: a changed bit is noticed in every field.
  var seal: Digest?

  init(attempt: Int, step: Int, sha256: Digest, size: Int, loss: Double?) throws {
    self.attempt = attempt
    self.step = step
    self.sha256 = sha256
    self.size = size
    self.loss = loss.flatMap { $0.isFinite ? $0 : nil }
    seal = try expectedSeal()
  }

  /// Reads a manifest.
  ///
  /// - Throws: `ClavaError.damaged` if any bit of it has changed since it was written.
  static func read(_ path: String) throws -> CheckpointManifest {
    let data = try FileSystem.read(path)
    let manifest = try CanonicalJSON.decode(CheckpointManifest.self, from: data, source: path)
    switch manifest.format {
    // Written by the first release; digest, size, step and attempt are compared with what they describe.
    case 1: return manifest
    case currentFormat: break
    default:
      throw ClavaError(
        .damaged, "the checkpoint has format \(manifest.format), this program reads up to \(currentFormat)",
        at: .init(file: path))
    }
    guard manifest.seal == (try manifest.expectedSeal()), try CanonicalJSON.encode(manifest) == data else {
      throw ClavaError(.damaged, "the manifest was changed after it was written", at: .init(file: path))
    }
    return manifest
  }

  private func expectedSeal() throws -> Digest {
    var plain = self
    plain.seal = nil
    return Digest.of(try CanonicalJSON.encode(plain))
  }
}
