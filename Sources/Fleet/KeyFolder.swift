internal import Essentials
public import Foundation
public import Messaging

/// What a worker needs to find and trust a coordinator: the content of a key file. Self-contained.
public struct WorkerKey: Codable, Sendable, Hashable {
  /// Name of the key, by which it is revoked.
  public var name: String
  /// Names the worker.
  public var publicKey: String
  /// Proves that it is the worker.
  public var secretKey: String
  /// Public key of the coordinator.
  public var serverKey: String
  /// Address of the coordinator, if it was known when the key was made.
  public var endpoint: String?

  /// Creates a key.
  public init(name: String, pair: CurveKeyPair, serverKey: String, endpoint: String? = nil) {
    self.name = name
    publicKey = pair.publicKey
    secretKey = pair.secretKey
    self.serverKey = serverKey
    self.endpoint = endpoint
  }

  /// Reads a key.
  ///
  /// - Parameter source: where it is from, for the message.
  /// - Throws: `ClavaError.input` if it is no key file.
  public init(json: Data, source: String) throws {
    let remedy = "use a file that 'clava keygen --run RUN' made"
    do {
      self = try JSONDecoder().decode(WorkerKey.self, from: json)
    } catch {
      throw ClavaError(.input, "this is no key of a worker", at: .init(file: source), remedy: remedy)
    }
    guard CurveKeyPair.isKey(serverKey), (try? pair) != nil else {
      throw ClavaError(.input, "the keys in it are damaged", at: .init(file: source), remedy: remedy)
    }
  }

  /// Its pair.
  public var pair: CurveKeyPair { get throws { try CurveKeyPair(publicKey: publicKey, secretKey: secretKey) } }
}

/// The keys of a run: `RUN/keys`.
///
/// `server.json` holds the coordinator's pair, `workers/NAME.json` what a worker needs, both readable by their owner
/// only; `allowed/NAME.json` and `revoked/NAME.json` hold public keys.
public struct KeyFolder: Sendable {
  /// The coordinator's key and the name of the run, made once.
  public struct Server: Codable, Sendable, Hashable {
    /// Names the run among others; has no other meaning.
    public var run: String
    /// The pair.
    public var keys: CurveKeyPair
  }

  /// The folder.
  public let path: String

  /// Names the folder of a run; nothing is made yet.
  public init(runPath: String) { path = "\(runPath)/keys" }

  /// The folder that `AllowedKeys` watches is this one.
  public var allowed: AllowedKeys { AllowedKeys(folder: path) }

  /// The coordinator's key, made at the first call and then always the same.
  ///
  /// - Throws: `ClavaError` if it cannot be written or is damaged.
  public func server() throws -> Server {
    let file = "\(path)/server.json"
    if !FileSystem.exists(file) {
      try makeFolders()
      let fresh = Server(run: UUID().uuidString.lowercased(), keys: try CurveKeyPair.generate())
      _ = try PrivateFile.create(try CanonicalJSON.encode(fresh), at: file)
    }
    return try CanonicalJSON.decode(Server.self, from: FileSystem.read(file), source: file)
  }

  /// Makes and enrols a key for a worker, unless there is one of this name.
  ///
  /// - Parameter endpoint: address of the coordinator, if it is known.
  /// - Returns: the key, old or new.
  /// - Throws: `ClavaError.input` if the name is revoked or unsuitable.
  @discardableResult
  public func worker(_ name: String, endpoint: String? = nil) throws -> WorkerKey {
    try Self.check(name)
    guard !FileSystem.exists("\(path)/revoked/\(name).json") else {
      throw ClavaError(
        .input, "the key '\(name)' is revoked", at: .init(file: "\(path)/revoked/\(name).json"),
        remedy: "choose another name")
    }
    let file = file(of: name)
    let server = try server()
    if !FileSystem.exists(file) {
      try makeFolders()
      let fresh = WorkerKey(
        name: name, pair: try CurveKeyPair.generate(), serverKey: server.keys.publicKey, endpoint: endpoint)
      _ = try PrivateFile.create(try CanonicalJSON.encode(fresh), at: file)
    }
    let key = try WorkerKey(json: FileSystem.read(file), source: file)
    let entry = AllowedKeys.Entry(name: name, publicKey: key.publicKey)
    let allowed = "\(path)/allowed/\(name).json"
    if !FileSystem.exists(allowed) { try FileSystem.writeAtomically(CanonicalJSON.encode(entry), to: allowed) }
    return key
  }

  /// Path of a worker's key.
  public func file(of name: String) -> String { "\(path)/workers/\(name).json" }

  /// Writes a copy of a worker's key that only its owner may read.
  public func copy(_ key: WorkerKey, to path: String) throws {
    try PrivateFile.write(CanonicalJSON.encode(key), to: path)
  }

  /// Shuts a key out, for good. A coordinator at work notices within a second.
  ///
  /// - Throws: `ClavaError.input` if there is no such key.
  public func revoke(_ name: String) throws {
    try Self.check(name)
    let allowed = "\(path)/allowed/\(name).json", revoked = "\(path)/revoked/\(name).json"
    if FileSystem.exists(revoked), !FileSystem.exists(allowed) { return }
    guard FileSystem.exists(allowed) else {
      throw ClavaError(
        .input, "there is no key '\(name)'", at: .init(file: "\(path)/allowed"),
        remedy: "'clava keygen --run RUN --list' shows the names")
    }
    try makeFolders()
    guard rename(allowed, revoked) == 0 else { throw FileSystem.writeError(revoked) }
    try FileSystem.syncFolder(of: revoked)
    try FileSystem.syncFolder(of: allowed)
    FileSystem.removeIfPresent("\(path)/workers/\(name).json")
  }

  /// Names of the keys that may speak and of those that may no longer.
  public func list() -> (allowed: [String], revoked: [String]) {
    func names(_ folder: String) -> [String] {
      FileSystem.list("\(path)/\(folder)").filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    }
    return (names("allowed"), names("revoked"))
  }

  private func makeFolders() throws {
    for folder in ["allowed", "revoked", "workers"] { try FileSystem.createFolder("\(path)/\(folder)") }
    for folder in [path, "\(path)/workers"] where chmod(folder, 0o700) != 0 { throw FileSystem.writeError(folder) }
  }

  /// Names become file names and parts of log lines.
  private static func check(_ name: String) throws {
    let isGood =
      (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
      }
    guard isGood else {
      throw ClavaError(
        .input, "'\(name)' cannot be the name of a key",
        remedy: "use up to 64 letters, digits, dots, dashes and underscores")
    }
  }
}

/// Files that only their owner may read.
enum PrivateFile {
  /// Writes a file atomically, with mode 0600 from the first byte on.
  static func write(_ data: Data, to path: String) throws {
    let temporary = try temporary(data, beside: path)
    guard rename(temporary, path) == 0 else {
      unlink(temporary)
      throw FileSystem.writeError(path)
    }
    try FileSystem.syncFolder(of: path)
  }

  /// Creates a file with mode 0600, unless there is one.
  ///
  /// - Returns: whether this call created it.
  static func create(_ data: Data, at path: String) throws -> Bool {
    let temporary = try temporary(data, beside: path)
    defer { unlink(temporary) }
    if link(temporary, path) == 0 {
      try FileSystem.syncFolder(of: path)
      return true
    }
    if errno == EEXIST { return false }
    throw FileSystem.writeError(path)
  }

  private static func temporary(_ data: Data, beside path: String) throws -> String {
    let name = "\(path).tmp-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    defer { close(descriptor) }
    let written = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == data.count, fsync(descriptor) == 0 else {
      let error = FileSystem.writeError(path)
      unlink(name)
      throw error
    }
    return name
  }
}
