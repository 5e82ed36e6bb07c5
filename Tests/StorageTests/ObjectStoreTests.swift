import Essentials
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Object store")
struct ObjectStoreTests {
  private let folder: TemporaryFolder
  private let store: ObjectStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ObjectStore(path: folder.file("objects"))
  }

  private func makeFile(_ text: String) throws -> String {
    let path = store.temporaryPath(extension: "csv")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func makeArtifact(_ names: [String]) throws -> String {
    let path = store.temporaryPath(extension: "h5")
    let writer = try ArtifactWriter(path: path)
    for name in names { try writer.write(name, [Int32(names.count)]) }
    try writer.finish()
    return path
  }

  @Test("an adopted file lies under its SHA-256, cannot be written, and nothing temporary is left")
  func adoption() throws {
    let temporary = try makeFile("abc")
    let object = try store.adopt(temporary)
    #expect(object.digest.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(object.contentDigest == object.digest && object.size == 3)
    let place = store.path(of: object.digest)
    #expect(place == "\(store.path)/ba/\(object.digest)")
    #expect(try FileSystem.read(place) == Data("abc".utf8))
    let permissions = try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? Int
    #expect(permissions == 0o444)
    #expect(FileSystem.list("\(store.path)/tmp") == [])
    #expect(store.holds(object))
    try store.verify(object)
    #expect(!store.holds(StoredObject(digest: Digest.of("other"), contentDigest: object.digest, size: 3)))
  }

  @Test("artifacts with the same content in another order are different files of equal content")
  func contentDigest() throws {
    let first = try store.adopt(makeArtifact(["a", "b"])), second = try store.adopt(makeArtifact(["b", "a"]))
    #expect(first.digest != second.digest)
    #expect(first.contentDigest == second.contentDigest)
    #expect(first.contentDigest == (try ArtifactReader(path: store.path(of: first.digest)).contentDigest()))
  }

  @Test("concurrent adoptions of one content leave one object and no temporary file")
  func concurrentAdoption() throws {
    for round in 0..<10 {
      let text = String(repeating: "round \(round) ", count: 5000)
      let files = try (0..<4).map { _ in try makeFile(text) }
      let store = store
      DispatchQueue.concurrentPerform(iterations: files.count) { number in
        do {
          #expect(try store.adopt(files[number]).digest == Digest.of(text))
        } catch {
          Issue.record(error)
        }
      }
      #expect(try FileSystem.read(store.path(of: Digest.of(text))) == Data(text.utf8))
    }
    #expect(FileSystem.list("\(store.path)/tmp") == [])
  }

  @Test("an object damaged on disk is found, and replaced by the next adoption")
  func repair() throws {
    let object = try store.adopt(makeFile("precious"))
    let place = store.path(of: object.digest)
    FileSystem.removeIfPresent(place)
    try Data("preciouS".utf8).write(to: URL(fileURLWithPath: place))
    let error = #expect(throws: ClavaError.self) { try store.verify(object) }
    #expect(error?.code == .damaged && error?.description.contains(place) == true)
    #expect(try store.adopt(makeFile("precious")) == object)
    try store.verify(object)
    FileSystem.removeIfPresent(place)
    #expect(throws: ClavaError.self) { try store.verify(object) }
  }

  @Test("only temporary files of processes that ended are removed")
  func staleTemporaries() throws {
    let own = try makeFile("in the making")
    let process = try Process.run(URL(fileURLWithPath: "/bin/true"), arguments: [])
    process.waitUntilExit()
    let name = (own as NSString).lastPathComponent
    let parts = name.split(separator: "~").map(String.init)
    let abandoned = "\(store.path)/tmp/\(parts[0])~\(process.processIdentifier)~\(parts[2])"
    try Data("x".utf8).write(to: URL(fileURLWithPath: abandoned))
    let foreign = "\(store.path)/tmp/elsewhere-\(parts[0])x~\(process.processIdentifier)~1.h5"
    try Data("x".utf8).write(to: URL(fileURLWithPath: foreign))
    store.removeStaleTemporaries()
    #expect(FileSystem.exists(own) && FileSystem.exists(foreign) && !FileSystem.exists(abandoned))
    utimes(foreign, [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
    store.removeStaleTemporaries()
    #expect(!FileSystem.exists(foreign))
  }

  @Test("temporary paths are unique")
  func temporaryPaths() {
    #expect(Set((0..<1000).map { _ in store.temporaryPath(extension: "h5") }).count == 1000)
    #expect(store.temporaryPath(extension: "h5").hasSuffix(".h5"))
  }
}

@Suite("Cache of committed tasks")
struct CacheStoreTests {
  @Test("of many threads that commit one key exactly one creates the entry, and its bytes stay")
  func firstWins() throws {
    let folder = try TemporaryFolder()
    let cache = try CacheStore(path: folder.file("cache"))
    for round in 0..<20 {
      let key = Digest.of("key \(round)")
      #expect(try cache.entry(for: key) == nil)
      let winners = Winners()
      DispatchQueue.concurrentPerform(iterations: 8) { number in
        do {
          if try cache.commit(Data("entry \(number)".utf8), for: key) { winners.add(number) }
        } catch {
          Issue.record(error)
        }
      }
      let all = winners.all
      #expect(all.count == 1)
      #expect(try cache.entry(for: key) == all.first.map { Data("entry \($0)".utf8) })
    }
    #expect(cache.keys == (0..<20).map { Digest.of("key \($0)") }.sorted())
    #expect(FileSystem.list(cache.path).count == 20)
  }

  @Test("a removed entry can be committed anew; removing none is fine")
  func removal() throws {
    let folder = try TemporaryFolder()
    let cache = try CacheStore(path: folder.file("cache"))
    let key = Digest.of("key")
    try cache.remove(key)
    #expect(try cache.commit(Data("1".utf8), for: key))
    #expect(try !cache.commit(Data("2".utf8), for: key))
    try cache.remove(key)
    #expect(try cache.commit(Data("3".utf8), for: key))
    #expect(try cache.entry(for: key) == Data("3".utf8))
  }

  @Test("files left in the making are not entries, and old ones are removed")
  func staleTemporaries() throws {
    let folder = try TemporaryFolder()
    let cache = try CacheStore(path: folder.file("cache"))
    let left = "\(cache.path)/\(Digest.of("key")).json.tmp-1-2"
    try Data("half".utf8).write(to: URL(fileURLWithPath: left))
    #expect(cache.keys == [])
    #expect(try cache.entry(for: Digest.of("key")) == nil)
    cache.removeStaleTemporaries()
    #expect(FileSystem.exists(left))
    utimes(left, [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
    cache.removeStaleTemporaries()
    #expect(!FileSystem.exists(left))
  }
}

/// Numbers collected from several threads.
private final class Winners: @unchecked Sendable {
  private let lock = NSLock()
  private var numbers: [Int] = []

  func add(_ number: Int) { lock.withLock { numbers.append(number) } }
  var all: [Int] { lock.withLock { numbers } }
}
