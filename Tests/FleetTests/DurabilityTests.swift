import Essentials
import Fleet
import Foundation
import Storage
import TestSupport
import Testing

@Suite("What a power cut takes from the cache", .serialized)
struct DurabilityTests {
  @Test("entries that were answered and are missing or torn are put back from the journal; nothing runs again")
  func restored() throws {
    let run = try TestRun((0..<4).map { TestRun.task("mix/\($0)", "mix") })
    let first = try run.run(workers: 1)
    #expect(first.status == .done)
    // As if the power had gone before the run ended: no `end` in the journal, entries not yet on disk.
    let journal = "\(run.directory.journal)/1.log"
    var lines = try FileSystem.read(journal).split(separator: 0x0a)
    lines.removeLast()
    try Data(lines.joined(separator: [0x0a]) + [0x0a]).write(to: URL(fileURLWithPath: journal))
    let cache = run.directory.cache
    let entries = FileSystem.list(cache).filter { $0.hasSuffix(".json") }
    #expect(entries.count == 4)
    FileSystem.removeIfPresent("\(cache)/\(entries[0])")
    try Data().write(to: URL(fileURLWithPath: "\(cache)/\(entries[1])"))
    try FileSystem.read("\(cache)/\(entries[2])").prefix(40).write(to: URL(fileURLWithPath: "\(cache)/\(entries[2])"))
    let log = EventLog()
    let second = try run.run(workers: 1, log: log)
    #expect(second.status == .done && digests(second) == digests(first))
    #expect(log.workers.isEmpty, "everything is found")
    #expect(
      log.count { if case .warning(let text) = $0 { text.hasPrefix("3 results were put back") } else { false } } == 1)
  }

  @Test("after a run that ended well nothing is put back: whoever removes an entry wants the task to run again")
  func removedOnPurpose() throws {
    let run = try TestRun([TestRun.task("mix/a", "mix")])
    _ = try run.run(workers: 1)
    for name in FileSystem.list(run.directory.cache) { FileSystem.removeIfPresent("\(run.directory.cache)/\(name)") }
    let log = EventLog()
    #expect(try run.run(workers: 1, log: log).status == .done)
    #expect(log.workers.count == 1)
  }
}
