internal import CSystemShims
internal import Essentials
internal import Foundation
internal import Synchronization

/// Which public keys may speak to a coordinator: the files of a run's folder of keys, watched for changes.
///
/// A file `allowed/NAME.json` lets a key in; `revoked/NAME.json`, or a file of `allowed` that goes away, shuts it out
/// again. Whoever asks gets an answer from memory, at once; files are read on a thread of their own.
public final class AllowedKeys: Sendable {
  /// What is known about a key.
  public enum Verdict: Sendable, Hashable {
    /// It may speak, under this name.
    case allowed(name: String)
    /// It might once, under this name.
    case revoked(name: String)
    /// Nobody made it for this run, or the file has not arrived yet.
    case unknown
  }

  /// The content of one file.
  public struct Entry: Codable, Sendable, Hashable {
    /// Name of the peer.
    public var name: String
    /// Its public key.
    public var publicKey: String

    /// Creates an entry.
    public init(name: String, publicKey: String) {
      self.name = name
      self.publicKey = publicKey
    }
  }

  private struct State {
    var allowed: [String: String] = [:]
    var revoked: [String: String] = [:]
    var stamp: [Int] = []
    var readAt = -Double.infinity
    /// Revocations that `watch` has not told of.
    var untold: [String: String] = [:]
  }

  /// Folders that changed so shortly before they were read may have changed again with the same time.
  private static let uncertainSeconds = 2.0
  private static let maximumFileBytes = 65_536

  private let folder: String
  private let state = Guarded(State())
  private let wake: Int32

  /// Reads the keys in `folder/allowed` and `folder/revoked`.
  public init(folder: String) {
    self.folder = folder
    wake = clava_eventfd()
    reread()
  }

  deinit { if wake >= 0 { close(wake) } }

  /// What is known about a key, from memory.
  public func verdict(of key: String) -> Verdict {
    state.withLock { state in
      if let name = state.allowed[key] { return .allowed(name: name) }
      return state.revoked[key].map { .revoked(name: $0) } ?? .unknown
    }
  }

  /// The same, after a look at the files if the key is not known: one that has just been made is let in at once.
  func freshVerdict(of key: String) -> Verdict {
    let known = verdict(of: key)
    guard known == .unknown else { return known }
    let gone = reread()
    if !gone.isEmpty { state.withLock { $0.untold.merge(gone) { _, new in new } } }
    return verdict(of: key)
  }

  /// Keys that may speak, with their names.
  public var allowed: [String: String] { state.withLock { $0.allowed } }

  /// Reads the folders now if they may have changed.
  ///
  /// - Returns: keys that have been revoked since the last time, with their names.
  @discardableResult
  public func reread() -> [String: String] {
    let now = Date().timeIntervalSince1970
    let stamp = [Self.stamp("\(folder)/allowed"), Self.stamp("\(folder)/revoked")]
    let (before, isCurrent) = state.withLock { state in
      let newest = Double(stamp.max() ?? 0) * 1e-9
      return (state, state.stamp == stamp && state.readAt > newest + Self.uncertainSeconds)
    }
    guard !isCurrent else { return [:] }
    var allowed = Self.read("\(folder)/allowed")
    var revoked = Self.read("\(folder)/revoked").merging(before.revoked) { now, _ in now }
    // A file put back by hand means that the key may speak again, unless its revocation is on file.
    for key in allowed.keys {
      if FileSystem.exists("\(folder)/revoked/\(allowed[key] ?? "").json") {
        allowed[key] = nil
      } else {
        revoked[key] = nil
      }
    }
    let gone = before.allowed.filter { allowed[$0.key] == nil }
    revoked.merge(gone) { known, _ in known }
    state.withLock { [allowed, revoked] in
      $0 = State(allowed: allowed, revoked: revoked, stamp: stamp, readAt: now, untold: $0.untold)
    }
    return gone
  }

  /// Looks at the folders four times a second until `stop`, on a thread of its own.
  ///
  /// - Parameter revoked: told of keys that may no longer speak, with their names, on that thread.
  public func watch(revoked: @escaping @Sendable ([String: String]) -> Void) {
    let wake = dup(wake)
    let thread = Thread { [weak self] in
      defer { close(wake) }
      clava_thread_name("clava-keys")
      var item = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
      while poll(&item, 1, 250) <= 0 {
        guard let self else { return }
        let gone = self.reread().merging(self.takeUntold()) { new, _ in new }
        if !gone.isEmpty { revoked(gone) }
      }
    }
    thread.start()
  }

  private func takeUntold() -> [String: String] {
    state.withLock { state in
      defer { state.untold = [:] }
      return state.untold
    }
  }

  /// Ends the watch.
  public func stop() {
    var one: UInt64 = 1
    _ = write(wake, &one, MemoryLayout<UInt64>.size)
  }

  /// Time of the last change of a folder, in nanoseconds since 1970; 0 if it is not there.
  private static func stamp(_ path: String) -> Int {
    var information = stat()
    guard stat(path, &information) == 0 else { return 0 }
    return information.st_mtim.tv_sec * 1_000_000_000 + information.st_mtim.tv_nsec
  }

  /// Names by key. What is no key file is left out: it lets nobody in.
  private static func read(_ folder: String) -> [String: String] {
    var found: [String: String] = [:]
    for file in FileSystem.list(folder) where file.hasSuffix(".json") {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(file)"), data.count <= maximumFileBytes,
        let entry = try? JSONDecoder().decode(Entry.self, from: data), CurveKeyPair.isKey(entry.publicKey)
      else { continue }
      found[entry.publicKey] = String(file.dropLast(5))
    }
    return found
  }
}
