internal import Essentials
internal import Foundation
public import Storage

/// How to join a run: `RUN/join.json`, rewritten at every start of its coordinator, readable by its owner only.
public struct JoinFile: Codable, Sendable, Hashable {
  /// Names the run.
  public var run: String
  /// Number of the coordinator that wrote it.
  public var epoch: Int
  /// Address for messages, as workers dial it.
  public var endpoint: String
  /// Address for files, if there is one.
  public var dataEndpoint: String?
  /// Public key of the coordinator.
  public var serverKey: String
  /// Whether that coordinator has ended in good order: nobody listens any more.
  public var isOver: Bool

  /// Creates a description.
  public init(
    run: String, epoch: Int, endpoint: String, dataEndpoint: String? = nil, serverKey: String, isOver: Bool = false
  ) {
    self.run = run
    self.epoch = epoch
    self.endpoint = endpoint
    self.dataEndpoint = dataEndpoint
    self.serverKey = serverKey
    self.isOver = isOver
  }

  /// Reads it.
  ///
  /// - Throws: `ClavaError.input` if there is none, `.damaged` if it is not one.
  public static func read(_ directory: RunDirectory) throws -> JoinFile {
    guard FileSystem.exists(directory.join) else {
      throw ClavaError(
        .input, "no coordinator of this run listens for workers", at: .init(file: directory.path),
        remedy: "start it with 'clava coordinator ... --listen tcp://0.0.0.0:5570'")
    }
    return try CanonicalJSON.decode(
      JoinFile.self, from: FileSystem.read(directory.join, code: .input), source: directory.join)
  }

  func write(_ directory: RunDirectory) throws {
    try PrivateFile.write(CanonicalJSON.encode(self), to: directory.join)
  }
}
