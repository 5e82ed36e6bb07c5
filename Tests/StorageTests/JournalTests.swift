import Essentials
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Journal")
struct JournalTests {
  private struct Record: Codable, Equatable, Sendable {
    var task: String
    var attempt: Int
  }

  private let folder: TemporaryFolder
  private var journalFolder: String { folder.file("journal") }

  init() throws { folder = try TemporaryFolder() }

  private func records(_ count: Int) -> [Record] { (0..<count).map { Record(task: "train/täble \($0)", attempt: $0) } }

  @discardableResult
  private func write(_ count: Int) throws -> String {
    let journal = try Journal(folder: journalFolder)
    for record in records(count) { try journal.append(record) }
    try journal.sync()
    return journal.path
  }

  private func read() throws -> [JournalSegment<Record>] {
    try JournalReader.read(folder: journalFolder, as: Record.self)
  }

  @Test("records come back in their order, by epoch")
  func roundTrip() throws {
    #expect(try read().isEmpty)
    try write(5)
    try write(0)
    try write(3)
    let segments = try read()
    #expect(segments.map(\.epoch) == [1, 2, 3])
    #expect(segments.map(\.records) == [records(5), [], records(3)])
    #expect(segments.allSatisfy { $0.tornByteCount == 0 })
  }

  @Test("a line is its CRC-32C, a space, numbered JSON and a line feed")
  func format() throws {
    let journal = try Journal(folder: journalFolder)
    try journal.append(["a": 1])
    try journal.sync()
    #expect(
      String(decoding: try FileSystem.read(journal.path), as: UTF8.self)
        == "306d8ac4 {\"number\":1,\"record\":{\"a\":1}}\n")
  }

  @Test("nothing is on disk before sync, everything after it")
  func groupCommit() throws {
    let journal = try Journal(folder: journalFolder)
    for record in records(100) { try journal.append(record) }
    #expect(try read()[0].records == [])
    try journal.sync()
    try journal.sync()
    #expect(try read()[0].records == records(100))
  }

  @Test("a tail torn at any byte is cut; what was whole before it stays")
  func tornTail() throws {
    let path = try write(3)
    let whole = try FileSystem.read(path)
    let lines = whole.split(separator: 0x0a)
    let lastStart = whole.count - (lines.last?.count ?? 0) - 1
    for count in lastStart..<whole.count {
      try whole.prefix(count).write(to: URL(fileURLWithPath: path))
      let segment = try read()[0]
      #expect(segment.records == records(2))
      #expect(segment.tornByteCount == count - lastStart)
    }
    try (whole + Data(repeating: 0, count: 40)).write(to: URL(fileURLWithPath: path))
    #expect(try read()[0].records == records(3))
  }

  @Test("a bad line before sound ones is refused with file and line")
  func badLine() throws {
    let path = try write(4)
    let whole = try FileSystem.read(path)
    let second = (whole.firstIndex(of: 0x0a) ?? 0) + 1
    for offset in [0, 8, 9, 25] {
      var damaged = whole
      damaged[second + offset] ^= 1
      try damaged.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ClavaError.self) { try read() }
      #expect(error?.code == .damaged)
      #expect(error?.description.contains("\(path):2") == true, "\(error?.description ?? "")")
    }
  }

  @Test("a missing line is noticed by its number")
  func missingLine() throws {
    let path = try write(4)
    var lines = try FileSystem.read(path).split(separator: 0x0a, omittingEmptySubsequences: true)
    lines.remove(at: 1)
    try Data(lines.joined(separator: [0x0a]) + [0x0a]).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: ClavaError.self) { try read() }
    #expect(error?.description.contains("has number 3, expected 2") == true)
  }

  @Test("a new segment begins with a snapshot; the ones before it go once it is on disk")
  func segments() throws {
    let journal = try Journal(folder: journalFolder)
    for record in records(3) { try journal.append(record) }
    try journal.sync()
    try journal.beginSegment(Record(task: "snapshot", attempt: 0))
    try journal.append(Record(task: "after", attempt: 1))
    #expect(try read().flatMap(\.records) == records(3), "nothing is gone before the snapshot is there")
    var settled = 0
    try journal.sync { settled += 1 }
    #expect(settled == 1)
    let segments = try read()
    #expect(segments.map(\.epoch) == [1])
    #expect(segments[0].records == [Record(task: "snapshot", attempt: 0), Record(task: "after", attempt: 1)])
    #expect(try journal.durable() == 5)
    #expect(try Journal(folder: journalFolder).epoch == 2)
  }

  @Test("a thread waits for the disk; what is appended meanwhile is on disk after the next request")
  func background() throws {
    let journal = try Journal(folder: journalFolder)
    journal.startBackground()
    for round in 1...20 {
      for record in records(10) { try journal.append(record) }
      journal.syncInBackground()
      var waits = 0
      while try journal.durable() < round * 10, waits < 5000 {
        usleep(1000)
        waits += 1
      }
      #expect(try journal.durable() == round * 10)
      journal.drainWake()
    }
    journal.stopBackground()
    #expect(try read()[0].records.count == 200)
  }

  @Test("a journal that could not be written takes nothing more and says why")
  func failure() throws {
    let journal = try Journal(folder: journalFolder)
    try journal.append(Record(task: "a", attempt: 1))
    // Segments are made exclusively: a file in the way stands for a disk that refuses.
    try Data().write(to: URL(fileURLWithPath: journalFolder + "/1.1.log"))
    try journal.beginSegment(Record(task: "snapshot", attempt: 0))
    let first = #expect(throws: ClavaError.self) { try journal.sync() }
    #expect(first?.code == .storage && first?.description.contains("the journal could not be forced to disk") == true)
    #expect(throws: ClavaError.self) { try journal.append(Record(task: "b", attempt: 1)) }
    #expect(throws: ClavaError.self) { try journal.durable() }
    #expect(throws: ClavaError.self) { try journal.sync() }
  }

  @Test("coordinators that start at the same time get different epochs")
  func epochs() throws {
    let folder = journalFolder
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      do {
        let journal = try Journal(folder: folder)
        try journal.append(Record(task: "\(number)", attempt: journal.epoch))
        try journal.sync()
      } catch {
        Issue.record(error)
      }
    }
    let segments = try read()
    #expect(segments.map(\.epoch) == Array(1...8))
    #expect(segments.allSatisfy { $0.records.count == 1 && $0.records[0].attempt == $0.epoch })
    #expect(Set(segments.map { $0.records[0].task }).count == 8)
  }
}

@Suite("Run directory")
struct RunDirectoryTests {
  @Test("a new folder gets its parts; it is then opened with or without create")
  func creation() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory(path: folder.file("out/run"), create: true)
    for part in [run.objects, run.cache, run.tasks, run.journal, run.logs] { #expect(FileSystem.isFolder(part)) }
    #expect(try RunDirectory(path: run.path, create: false).path == run.path)
    #expect(try RunDirectory(path: run.path, create: true).path == run.path)
    #expect(try run.objectStore().path == run.objects)
    #expect(try run.cacheStore().path == run.cache)
  }

  @Test("folders that are missing or hold other things are refused and left alone")
  func refusal() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: ClavaError.self) { try RunDirectory(path: folder.file("none"), create: false) }
    #expect(missing?.code == .input && missing?.description.contains("no such folder") == true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.file("letter.txt")))
    let other = #expect(throws: ClavaError.self) { try RunDirectory(path: folder.path, create: true) }
    #expect(other?.description.contains("letter.txt") == true)
    #expect(FileSystem.list(folder.path) == ["letter.txt"])
    #expect(throws: ClavaError.self) { try RunDirectory(path: folder.file("letter.txt"), create: true) }
  }

  @Test("a second holder of the lock is refused and told which process has it")
  func lock() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory(path: folder.file("run"), create: true)
    do {
      let lock = try run.lock()
      let error = #expect(throws: ClavaError.self) { try run.lock() }
      #expect(error?.description.contains("pid \(getpid()) ") == true)
      withExtendedLifetime(lock) {}
    }
    let again = try run.lock()
    withExtendedLifetime(again) {}
  }
}
