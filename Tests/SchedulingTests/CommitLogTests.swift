import Essentials
import Scheduling
import TaskGraph
import Testing

/// A cache and a journal in memory.
private struct MemoryDisk: CommitStorage {
  var entries: [Digest: [TaskOutput]] = [:]
  var torn: Set<Digest> = []
  var records: [CommittedResult] = []

  func outputs(of key: Digest) -> [TaskOutput]? { torn.contains(key) ? nil : entries[key] }

  mutating func create(_ result: CommittedResult) -> Bool {
    guard entries[result.key] == nil else { return false }
    entries[result.key] = result.outputs
    return true
  }

  mutating func remove(_ key: Digest) {
    entries[key] = nil
    torn.remove(key)
  }

  mutating func append(_ result: CommittedResult) -> Int {
    records.append(result)
    return records.count
  }
}

@Suite("Commits")
struct CommitLogTests {
  private func result(_ content: String, attempt: Int = 1, task: String = "a") -> CommittedResult {
    let digest = Digest.of(content)
    return CommittedResult(
      attempt: AttemptIdentifier(TaskIdentifier(task), attempt), key: Digest.of("key of \(task)"),
      outputs: [TaskOutput(name: "o", digest: digest, contentDigest: digest, size: 1)])
  }

  @Test("the first delivery counts, later ones get the same answer and are compared")
  func first() throws {
    var log = CommitLog(), disk = MemoryDisk()
    let verdict = try log.commit(result("x"), to: &disk)
    #expect(verdict.isFirst && verdict.record == 1 && verdict.different.isEmpty)
    let again = try log.commit(result("x"), to: &disk)
    #expect(!again.isFirst && again.record == 1 && again.different.isEmpty)
    let other = try log.commit(result("y", attempt: 2), to: &disk)
    #expect(other.different == ["o"] && other.outputs == verdict.outputs)
    #expect(disk.records.count == 1)
  }

  @Test("an entry that another process made stays, and is what the journal carries")
  func stranger() throws {
    var log = CommitLog(), disk = MemoryDisk()
    disk.entries[result("x").key] = result("y").outputs
    let verdict = try log.commit(result("x"), to: &disk)
    #expect(!verdict.isFirst && verdict.outputs == result("y").outputs && verdict.different == ["o"])
    #expect(disk.records.map(\.outputs) == [result("y").outputs])
  }

  @Test("a torn entry gives way")
  func torn() throws {
    var log = CommitLog(), disk = MemoryDisk()
    disk.entries[result("x").key] = []
    disk.torn = [result("x").key]
    let verdict = try log.commit(result("x"), to: &disk)
    #expect(verdict.isFirst && disk.outputs(of: result("x").key) == result("x").outputs)
  }

  @Test("a restart puts back what is missing or torn and leaves the rest alone")
  func restore() throws {
    var disk = MemoryDisk()
    let all = ["a", "b", "c"].map { result("content of \($0)", task: $0) }
    disk.entries[all[0].key] = all[0].outputs
    disk.entries[all[1].key] = []
    disk.torn = [all[1].key]
    #expect(try CommitLog.restore(all, to: &disk) == 2)
    #expect(all.allSatisfy { disk.outputs(of: $0.key) == $0.outputs })
  }

  @Test("messages leave in their order, none before the record it speaks of is on disk")
  func queue() {
    var queue = DurableQueue<String>()
    queue.append("free", after: 0)
    queue.append("five", after: 5)
    queue.append("behind", after: 0)
    #expect(queue.next(durable: 0) == "free")
    #expect(queue.next(durable: 4) == nil && queue.firstRecord == 5)
    #expect(queue.next(durable: 5) == "five")
    #expect(queue.next(durable: 5) == "behind")
    #expect(queue.isEmpty && queue.next(durable: 9) == nil)
  }
}
