import Essentials
import Foundation
import Storage
import TestSupport
import Testing

@Suite("A cache of objects")
struct ObjectCacheTests {
  private let folder: TemporaryFolder
  private let store: ObjectStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ObjectStore(path: folder.file("objects"))
  }

  /// A file of so many equal bytes, and its digest.
  private func file(_ byte: UInt8, _ size: Int) throws -> (path: String, digest: Digest) {
    let data = Data(repeating: byte, count: size), path = folder.file("coming-\(byte)-\(UInt32.random(in: 0...99999))")
    try data.write(to: URL(fileURLWithPath: path))
    return (path, Digest.of(data))
  }

  @discardableResult
  private func insert(_ cache: ObjectCache, _ byte: UInt8, _ size: Int, for holder: String) throws -> Digest {
    let (path, digest) = try file(byte, size)
    try cache.insert(path, as: digest, for: holder)
    return digest
  }

  @Test("what was used longest ago goes first, and the limit holds")
  func leastRecentlyUsed() throws {
    let cache = try ObjectCache(store: store, limit: 3000)
    let digests = try (0..<3).map { try insert(cache, UInt8($0), 1000, for: "a") }
    cache.unpin("a")
    #expect(cache.bytes == 3000)
    #expect(cache.pin(digests[0], for: "b") != nil)
    cache.unpin("b")
    try insert(cache, 9, 1000, for: "c")
    #expect(cache.bytes == 3000)
    #expect(cache.pin(digests[1], for: "d") == nil, "the one used longest ago is gone")
    #expect(cache.pin(digests[0], for: "d") != nil && cache.pin(digests[2], for: "d") != nil)
    #expect(!FileSystem.exists(store.path(of: digests[1])))
  }

  @Test("what is pinned stays, even beyond the limit, and goes once nobody needs it")
  func pinned() throws {
    let cache = try ObjectCache(store: store, limit: 1500)
    let digests = try (0..<4).map { try insert(cache, UInt8($0), 1000, for: "task \($0 % 2)") }
    #expect(cache.bytes == 4000)
    #expect(digests.allSatisfy { FileSystem.exists(store.path(of: $0)) })
    #expect(cache.pin(digests[0], for: "task 1") != nil)
    cache.unpin("task 0")
    #expect(cache.bytes == 3000, "two of the first task's, of which one is needed by the second too")
    #expect(cache.removeAllUnpinned() == false)
    cache.unpin("task 1")
    #expect(cache.bytes <= 1500)
  }

  @Test("room is kept for files that are coming")
  func reserved() throws {
    let cache = try ObjectCache(store: store, limit: 3000)
    for byte in 0..<3 { try insert(cache, UInt8(byte), 1000, for: "a") }
    cache.unpin("a")
    cache.reserve(2000, for: "big")
    #expect(cache.bytes == 1000)
    cache.release("big")
    try insert(cache, 7, 2000, for: "b")
    #expect(cache.bytes == 3000)
  }

  @Test("a file that is not what it is said to be is refused and removed")
  func damaged() throws {
    let cache = try ObjectCache(store: store, limit: 3000)
    let (path, _) = try file(1, 100), other = Digest.of("other")
    let error = #expect(throws: ClavaError.self) { try cache.insert(path, as: other, for: "a") }
    #expect(error?.code == .damaged)
    #expect(!FileSystem.exists(path) && cache.bytes == 0 && cache.pin(other, for: "a") == nil)
  }

  @Test("another process finds what the one before kept, in the order of use, and reads it before the first use")
  func restart() throws {
    let digests: [Digest]
    do {
      let cache = try ObjectCache(store: store, limit: 5000)
      digests = try (0..<4).map { try insert(cache, UInt8($0), 1000, for: "a") }
      usleep(20_000)
      _ = cache.pin(digests[0], for: "b")
    }
    // One is damaged while nobody looks.
    let place = store.path(of: digests[3])
    chmod(place, 0o644)
    try Data(repeating: 77, count: 1000).write(to: URL(fileURLWithPath: place))
    _ = cache(4000)
    let again = cache(4000)
    #expect(again.bytes == 4000)
    #expect(again.pin(digests[3], for: "c") == nil, "damaged")
    #expect(!FileSystem.exists(place) && again.bytes == 3000)
    #expect(again.pin(digests[1], for: "c") != nil)
    let small = cache(1000)
    #expect(small.bytes == 1000)
    #expect(FileSystem.exists(store.path(of: digests[1])), "used last")
  }

  private func cache(_ limit: Int) -> ObjectCache {
    guard let cache = try? ObjectCache(store: store, limit: limit) else { preconditionFailure("no cache") }
    return cache
  }
}

@Suite("Checkpoints that were made elsewhere")
struct ForeignCheckpointTests {
  @Test("a checkpoint is taken if it is what it is said to be, and found as the newest")
  func take() throws {
    let folder = try TemporaryFolder()
    let here = CheckpointStore(taskFolder: folder.file("here")),
      there = CheckpointStore(taskFolder: folder.file("there"))
    for step in [5, 9] {
      try here.save(attempt: 2, step: step) { path in
        let writer = try ArtifactWriter(path: path)
        try writer.write("step", [Int64(step)])
        try writer.finish()
      }
    }
    let newest = try #require(here.newestUnread(attempt: 2))
    #expect(newest.step == 9 && newest.attempt == 2)
    #expect(here.newestUnread(attempt: 1) == nil)
    let coming = folder.file("coming")
    try FileManager.default.copyItem(atPath: newest.path, toPath: coming)
    #expect(throws: ClavaError.self) { try there.take(coming, attempt: 2, step: 9, digest: Digest.of("other")) }
    #expect(try there.newestManifest() == nil)
    try there.take(coming, attempt: 2, step: 9, digest: newest.digest)
    let found = try #require(try there.newestManifest())
    #expect(found.digest == newest.digest && found.step == 9 && found.size == newest.size)
    #expect(!FileSystem.exists(coming))
  }
}
