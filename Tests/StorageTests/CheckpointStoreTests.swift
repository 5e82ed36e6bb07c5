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
    let texts = Guarded<[String]>([])
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
    #expect(manifest["format"] == .integer(2) && manifest["size"] == .integer(Int64(bytes.count)))
    #expect(manifest["sha256"] == .string(Digest.of(bytes).hexadecimal))
  }

  private func steps(_ attempt: Int) -> [Int] {
    FileSystem.list("\(store.taskFolder)/a\(attempt)").filter { $0.hasSuffix(".h5") }
      .compactMap { Int($0.dropFirst(3).dropLast(3)) }.sorted()
  }

  @Test("the first and the last two stay, others go")
  func retention() throws {
    for step in [10, 20, 30, 40] { try save(step) }
    #expect(steps(1) == [10, 30, 40])
    try save(35, attempt: 2)
    #expect(steps(1) == [10, 40] && steps(2) == [35])
    // A step behind two newer ones is kept too: it was asked for just now.
    try save(5, attempt: 2)
    #expect(FileSystem.exists(path(5, attempt: 2)))
  }

  @Test("the best stays, and every so many steps if wanted")
  func best() throws {
    let store = CheckpointStore(
      taskFolder: store.taskFolder, retention: CheckpointRetention(last: 1, keepsFirst: false, every: 50))
    let losses: [(Int, Double?)] = [(10, 5), (20, 1), (30, nil), (40, .nan), (50, 3), (60, 1), (70, 2)]
    for (step, loss) in losses {
      try store.save(attempt: 1, step: step, loss: loss) { path in
        let writer = try ArtifactWriter(path: path)
        try writer.write("weights", [Float](repeating: Float(step), count: 10))
        try writer.finish()
      }
    }
    #expect(steps(1) == [50, 60, 70])
  }

  @Test("of 200 bits flipped anywhere in file and manifest none goes unnoticed")
  func bitFlips() throws {
    try save(1)
    try save(2)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<200 {
      let file = round % 2 == 0 ? path(2) : "\(store.taskFolder)/a1/ck-2.json"
      let good = try FileSystem.read(file)
      var bad = good
      let bit = Int.random(in: 0..<8 * good.count, using: &generator)
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      try bad.write(to: URL(fileURLWithPath: file))
      #expect(try store.latest()?.step == 1, "bit \(bit) of \(file)")
      #expect(reports.all.count == round + 1)
      for ending in ["h5", "json"] {
        let place = "\(store.taskFolder)/a1/ck-2.\(ending)"
        rename("\(place).bad", place)
      }
      try good.write(to: URL(fileURLWithPath: file))
      #expect(try store.latest()?.step == 2)
    }
  }

  @Test("checkpoints of the first release are still read")
  func oldManifest() throws {
    try save(7)
    let bytes = try FileSystem.read(path(7))
    let old = #"{"attempt":1,"format":1,"sha256":"\#(Digest.of(bytes))","size":\#(bytes.count),"step":7}"#
    try Data(old.utf8).write(to: URL(fileURLWithPath: "\(store.taskFolder)/a1/ck-7.json"))
    #expect(try store.latest()?.step == 7 && reports.all == [])
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
