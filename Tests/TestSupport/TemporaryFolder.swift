import Foundation

/// An empty folder of its own for a test, removed with everything in it when the value goes away.
public final class TemporaryFolder: Sendable {
  /// Full path of the folder.
  public let path: String

  /// Creates the folder.
  public init() throws {
    path = NSTemporaryDirectory() + "/clava-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Full path of a file or folder in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
