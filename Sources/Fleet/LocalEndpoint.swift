internal import Essentials
internal import Foundation

/// An `ipc://` address in a private folder, removed together with it.
final class LocalEndpoint {
  /// Addresses of Unix sockets are limited to this many bytes.
  private static let maximumLength = 107

  let address: String
  /// Of the socket for files.
  let dataAddress: String
  private let folder: String

  /// Makes the folder, readable by its owner only.
  init(runPath: String) throws {
    let digest = Digest.of(runPath).hexadecimal.prefix(8)
    let name = "clava-\(digest)-"
    // A deep temporary folder may leave no room for the name.
    let base =
      [NSTemporaryDirectory(), "/tmp"].map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
      .first { $0.utf8.count + name.utf8.count + 20 < Self.maximumLength } ?? "/tmp"
    Self.removeAbandoned(in: base, prefix: name)
    var template = Array("\(base)/\(name)\(getpid())-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ClavaError(
        .storage, "no folder can be made for the socket of the run (\(FileSystem.systemError()))",
        at: .init(file: base), remedy: "set TMPDIR to a folder you may write to")
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    address = "ipc://\(folder)/s"
    dataAddress = "ipc://\(folder)/f"
  }

  deinit { FileSystem.removeIfPresent(folder) }

  /// Folders of coordinators of this run that were killed.
  private static func removeAbandoned(in base: String, prefix: String) {
    for name in FileSystem.list(base) where name.hasPrefix(prefix) {
      let process = name.dropFirst(prefix.count).split(separator: "-").first.flatMap { Int($0) }
      if let process, !SystemProcess.isAlive(process) { FileSystem.removeIfPresent("\(base)/\(name)") }
    }
  }
}
