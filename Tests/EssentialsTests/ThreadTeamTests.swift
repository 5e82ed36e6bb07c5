import Essentials
import Synchronization
import Testing

@Suite("A team of threads")
struct ThreadTeamTests {
  /// Where each lane and part writes to a place of its own.
  private final class Notes: @unchecked Sendable {
    let values: UnsafeMutablePointer<Int>
    init(_ count: Int) {
      values = .allocate(capacity: count)
      values.initialize(repeating: 0, count: count)
    }
    deinit { values.deallocate() }
  }

  @Test("every part is done once, in the lane that follows from its number", arguments: 1...5)
  func parts(threads: Int) {
    let team = ThreadTeam()
    for parts in [0, 1, 2, 3, 7, 16] {
      let counts = Notes(17), lanes = Notes(17)
      for _ in 0..<50 {
        team.run(parts: parts, threads: threads) { part, lane in
          counts.values[part] += 1
          lanes.values[part] = lane
        }
      }
      for part in 0..<17 { #expect(counts.values[part] == (part < parts ? 50 : 0)) }
      for part in 0..<parts { #expect(lanes.values[part] == part % min(parts, threads)) }
    }
    #expect(team.helperCount == threads - 1)
  }

  @Test("ranges join without a gap, begin at whole cache lines, and small work stays with the caller")
  func ranges() {
    let team = ThreadTeam()
    for count in [0, 1, 16_383, 32_768, 100_003, 250_000] {
      for threads in 1...4 {
        let found = Guarded<[Range<Int>]>([])
        team.divide(count, threads: threads) { range in found.withLock { $0.append(range) } }
        let sorted = found.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
        #expect(sorted.first?.lowerBound == 0 && sorted.last?.upperBound == count)
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(sorted.allSatisfy { $0.lowerBound % 16 == 0 })
        #expect(sorted.count == max(1, min(threads, count / 16_384)))
      }
    }
  }

  @Test("what is written in one job is read in the next, however the threads change")
  func order() {
    let team = ThreadTeam(), sums = Notes(8)
    for round in 0..<2_000 {
      let threads = 1 + round % 4
      team.run(parts: 8, threads: threads) { part, _ in
        // The neighbour's value of the round before, which another thread may have written.
        if round % 2 == 0 {
          sums.values[part] += 1
        } else if part % 2 == 0 {
          sums.values[part] += sums.values[part + 1]
        }
      }
    }
    #expect(sums.values[1] == 1_000 && sums.values[7] == 1_000)
    #expect(sums.values[0] == 1_000 + 1_000 * 1_001 / 2)
  }
}
