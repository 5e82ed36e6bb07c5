public import Essentials
internal import Foundation
internal import Synchronization

/// Objects that a worker keeps on its own machine: an object store with a limit, from which what was used longest ago
/// is removed.
///
/// What is pinned is never removed, even if it alone is more than the limit. Survives its process: the times of the
/// files say when each was last used, and what an earlier process left is read and compared before its first use.
public final class ObjectCache: Sendable {
  private struct Entry {
    var size: Int
    /// Rises with every use.
    var used: UInt64
    var isVerified: Bool
  }

  private struct State {
    var entries: [Digest: Entry] = [:]
    var pins: [Digest: Set<String>] = [:]
    var bytes = 0
    var reserved: [String: Int] = [:]
    var clock: UInt64 = 0
  }

  /// The store underneath.
  public let store: ObjectStore
  /// Bytes it may hold beside what is pinned.
  public let limit: Int
  private let state: Guarded<State>

  /// Opens a cache and counts what an earlier process left in it. No other process may use the same store.
  ///
  /// - Throws: `ClavaError.storage` if its folder cannot be made.
  public init(store: ObjectStore, limit: Int) throws {
    self.store = store
    self.limit = limit
    state = Guarded(Self.scan(store))
    state.withLock { evict($0.reserved.values.reduce(0, +), &$0) }
  }

  /// Bytes of all objects.
  public var bytes: Int { state.withLock(\.bytes) }

  /// Path of an object for a holder that needs it until `unpin`; nil if it is not there or is damaged.
  public func pin(_ digest: Digest, for holder: String) -> String? {
    let isKnown: Bool? = state.withLock { state in
      guard let entry = state.entries[digest] else { return nil }
      state.pins[digest, default: []].insert(holder)
      return entry.isVerified
    }
    guard let isKnown else { return nil }
    let place = store.path(of: digest)
    let isSound =
      isKnown
      ? FileSystem.exists(place) : (try? Digest.ofFile(place).digest == digest) == true
    state.withLock { state in
      guard isSound else {
        state.pins[digest]?.remove(holder)
        if let entry = state.entries.removeValue(forKey: digest) { state.bytes -= entry.size }
        unlink(place)
        return
      }
      state.entries[digest]?.isVerified = true
      touch(digest, &state)
    }
    return isSound ? place : nil
  }

  /// A holder has no need any more for what it pinned.
  public func unpin(_ holder: String) {
    state.withLock { state in
      for (digest, holders) in state.pins where holders.contains(holder) {
        state.pins[digest] = holders.count == 1 ? nil : holders.subtracting([holder])
      }
      evict(0, &state)
    }
  }

  /// Makes room for a file that is about to come.
  ///
  /// - Parameter name: tells it from other files that are coming; the room is kept until `release`.
  public func reserve(_ size: Int, for name: String) {
    state.withLock { state in
      state.reserved[name] = size
      evict(0, &state)
    }
  }

  /// The file of this name has come, or will not.
  public func release(_ name: String) { state.withLock { $0.reserved[name] = nil } }

  /// Removes everything that is not pinned, because the disk is full.
  ///
  /// - Returns: whether something was removed.
  public func removeAllUnpinned() -> Bool {
    state.withLock { state in
      let before = state.bytes
      evict(Int.max / 2, &state)
      return state.bytes < before
    }
  }

  /// Takes a file that has come, if it is what it is said to be, and pins it.
  ///
  /// - Throws: `ClavaError.damaged` if it is not, `.storage` if the disk refuses; the file is gone in both cases.
  public func insert(_ temporaryPath: String, as digest: Digest, for holder: String) throws {
    let size = try store.insert(temporaryPath, as: digest, isDurable: false)
    note(digest, size: size, for: holder)
  }

  /// Counts and pins an object that a process of this worker has put into the store.
  public func note(_ digest: Digest, size: Int, for holder: String) {
    state.withLock { state in
      if let old = state.entries[digest] { state.bytes -= old.size }
      state.entries[digest] = Entry(size: size, used: 0, isVerified: true)
      state.bytes += size
      state.pins[digest, default: []].insert(holder)
      touch(digest, &state)
      evict(0, &state)
    }
  }

  private func touch(_ digest: Digest, _ state: inout State) {
    state.clock += 1
    state.entries[digest]?.used = state.clock
    // For the process after this one.
    utimensat(AT_FDCWD, store.path(of: digest), nil, 0)
  }

  private func evict(_ more: Int, _ state: inout State) {
    let room = limit - more - state.reserved.values.reduce(0, +)
    guard state.bytes > room else { return }
    let order = state.entries.filter { state.pins[$0.key] == nil }.sorted {
      ($0.value.used, $0.key) < ($1.value.used, $1.key)
    }
    for (digest, entry) in order {
      guard state.bytes > room else { return }
      unlink(store.path(of: digest))
      state.entries[digest] = nil
      state.bytes -= entry.size
    }
  }

  /// What lies in the store, in the order in which it was used.
  private static func scan(_ store: ObjectStore) -> State {
    var found: [(digest: Digest, size: Int, seconds: Int, nanoseconds: Int)] = []
    for folder in FileSystem.list(store.path) where folder.utf8.count == 2 {
      for name in FileSystem.list("\(store.path)/\(folder)") {
        var status = stat()
        guard let digest = Digest(hexadecimal: name), stat(store.path(of: digest), &status) == 0 else { continue }
        found.append((digest, Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec))
      }
    }
    found.sort { ($0.seconds, $0.nanoseconds, $0.digest) < ($1.seconds, $1.nanoseconds, $1.digest) }
    var state = State()
    for entry in found {
      state.clock += 1
      state.entries[entry.digest] = Entry(size: entry.size, used: state.clock, isVerified: false)
      state.bytes += entry.size
    }
    return state
  }
}
