import Essentials
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointStoreTests {
  private let folder: TemporaryFolder
  private let store: CheckpointStore
  private let reports: Reports

  /// What the store reported.
  private final class Reports: Sendable {
    let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
  }

  init() throws {
    let reports = Reports()
    folder = try TemporaryFolder()
    store = CheckpointStore(taskFolder: folder.file("tasks/train")) { error in
      reports.texts.withLock { $0.append(error.description) }
    }
    self.reports = reports
  }

  private func save(_ step: Int, attempt: Int = 1) throws {
    try store.save(attempt: attempt, step: step) { path in
      let writer = try ArtifactWriter(path: path)
      try writer.write("weights", [Float](repeating: Float(step), count: 1000))
      try writer.finish()
    }
  }

  private func path(_ step: Int, attempt: Int = 1) -> String { "\(store.taskFolder)/a\(attempt)/ck-\(step).h5" }

  private func flipByte(_ path: String, at position: Int) throws {
    var bytes = try FileSystem.read(path)
    bytes[position] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test("without any there is none; the newest step of any attempt is found")
  func newest() throws {
    #expect(try store.latest() == nil)
    try save(100)
    try save(200)
    try save(150, attempt: 2)
    let latest = try #require(try store.latest())
    #expect(latest.step == 200 && latest.path == path(200))
    #expect(try ArtifactReader(path: latest.path).read("weights", as: Float.self)[0] == 200)
    try save(200, attempt: 2)
    #expect(try store.latest()?.path == path(200, attempt: 2))
    #expect(reports.all == [])
  }

  @Test("the manifest says step, attempt, digest, size and format")
  func manifest() throws {
    try save(7, attempt: 3)
    let data = try FileSystem.read("\(store.taskFolder)/a3/ck-7.json")
    let manifest = try CanonicalJSON.decode(JSONValue.self, from: data, source: "manifest")
    let bytes = try FileSystem.read(path(7, attempt: 3))
    #expect(manifest["step"] == .integer(7) && manifest["attempt"] == .integer(3))
    #expect(manifest["format"] == .integer(1) && manifest["size"] == .integer(Int64(bytes.count)))
    #expect(manifest["sha256"] == .string(Digest.of(bytes).hexadecimal))
  }

  @Test("the last two stay, older ones go")
  func retention() throws {
    for step in [10, 20, 30, 40] { try save(step) }
    #expect(
      FileSystem.list("\(store.taskFolder)/a1") == ["ck-30.h5", "ck-30.json", "ck-40.h5", "ck-40.json"])
    try save(35, attempt: 2)
    #expect(FileSystem.list("\(store.taskFolder)/a2") == ["ck-35.h5", "ck-35.json"])
    #expect(!FileSystem.exists(path(30)))
    // A step behind two newer ones is kept too: it was asked for just now.
    try save(5, attempt: 2)
    #expect(FileSystem.exists(path(5, attempt: 2)))
  }

  @Test("a damaged one is put aside and reported, and the one before it used")
  func fallback() throws {
    try save(1)
    try save(2)
    try flipByte(path(2), at: 900)
    let latest = try #require(try store.latest())
    #expect(latest.step == 1)
    #expect(FileSystem.exists("\(path(2)).bad") && !FileSystem.exists(path(2)))
    #expect(reports.all.count == 1 && reports.all[0].contains("step 2"))
    #expect(try store.latest()?.step == 1)
    #expect(reports.all.count == 1)
    try save(2)
    #expect(try store.latest()?.step == 2)
  }

  @Test(
    "manifests that are cut, of another step or of another format count as damage",
    arguments: ["", "{", #"{"attempt":1,"format":2,"sha256":"#, #"{"attempt":1,"format":1,"step":1}"#])
  func damagedManifest(content: String) throws {
    try save(1)
    try save(2)
    try Data(content.utf8).write(to: URL(fileURLWithPath: "\(store.taskFolder)/a1/ck-2.json"))
    #expect(try store.latest()?.step == 1)
    #expect(reports.all.count == 1)
  }

  @Test("a manifest whose file is missing counts as damage")
  func missingFile() throws {
    try save(1)
    try save(2)
    FileSystem.removeIfPresent(path(2))
    #expect(try store.latest()?.step == 1)
    #expect(reports.all.count == 1)
  }

  @Test("what a process killed while saving leaves behind is never used, and removed later")
  func killedWhileSaving() throws {
    try save(1)
    let attempt = "\(store.taskFolder)/a1"
    let process = try Process.run(URL(fileURLWithPath: "/bin/true"), arguments: [])
    process.waitUntilExit()
    let objects = try ObjectStore(path: folder.file("objects"))
    let host = (objects.temporaryPath(extension: "") as NSString).lastPathComponent.split(separator: "~")[0]
    let leftovers = [
      "ck-2.h5.tmp~\(host)~\(process.processIdentifier)~1f", "ck-2.h5", "ck-2.json.tmp-\(process.processIdentifier)-7",
    ]
    for name in leftovers {
      try Data("half a checkpoint".utf8).write(to: URL(fileURLWithPath: "\(attempt)/\(name)"))
    }
    #expect(try store.latest()?.step == 1)
    #expect(reports.all == [])
    for name in leftovers { utimes("\(attempt)/\(name)", [timeval(tv_sec: 1, tv_usec: 0), timeval()]) }
    store.removeStaleTemporaries()
    #expect(FileSystem.list(attempt) == ["ck-1.h5", "ck-1.json"])
    try save(2)
    #expect(try store.latest()?.step == 2)
  }

  @Test("a save that fails leaves the one before and no file of its own")
  func failingSave() throws {
    try save(1)
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try store.save(attempt: 1, step: 2) { path in
        try Data("half".utf8).write(to: URL(fileURLWithPath: path))
        throw Failure()
      }
    }
    let full = #expect(throws: ClavaError.self) {
      try store.save(attempt: 1, step: 2) { path in
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        let writer = try ArtifactWriter(path: path)
        try writer.write("weights", [Float](repeating: 1, count: 3_000_000))
        try writer.finish()
      }
    }
    #expect(full?.code == .storage)
    #expect(throws: ClavaError.self) {
      try store.save(attempt: 1, step: 2) { try Data("no HDF5".utf8).write(to: URL(fileURLWithPath: $0)) }
    }
    #expect(try store.latest()?.step == 1)
    #expect(FileSystem.list("\(store.taskFolder)/a1") == ["ck-1.h5", "ck-1.json"])
  }

  @Test("a rejected one is put aside with the reason")
  func rejection() throws {
    try save(1)
    try save(2)
    let latest = try #require(try store.latest())
    store.reject(path: latest.path, reason: "it is of another configuration")
    #expect(try store.latest()?.step == 1)
    #expect(reports.all.count == 1 && reports.all[0].contains("another configuration"))
  }
}
