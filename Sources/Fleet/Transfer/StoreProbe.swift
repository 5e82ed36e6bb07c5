internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage

/// How a worker finds out whether it sees the run folder: a file of a random name lies there, or it does not.
///
/// The name is a new one at every start of a coordinator, so that neither a copy of the folder nor what a network file
/// system remembers of it can be taken for the folder itself.
enum StoreProbeFile {
  private static func folder(_ run: String) -> String { "\(run)/probe" }

  /// Makes the file.
  static func make(in directory: RunDirectory) throws -> StoreProbe {
    let path = URL(fileURLWithPath: directory.path).standardizedFileURL.path
    FileSystem.removeIfPresent(folder(path))
    try FileSystem.createFolder(folder(path))
    let token = UUID().uuidString
    try FileSystem.writeAtomically(Data(), to: "\(folder(path))/\(token)")
    return StoreProbe(path: path, token: token)
  }

  /// Whether the folder can be seen from here, and written to.
  static func isVisible(_ probe: StoreProbe) -> Bool {
    guard UUID(uuidString: probe.token) != nil else { return false }
    return FileSystem.exists("\(folder(probe.path))/\(probe.token)")
      && access("\(probe.path)/objects", R_OK | W_OK | X_OK) == 0
  }
}
