import Scheduling
import Testing

@Suite("Which idle slots help which tasks")
struct SlotLendingTests {
  private typealias State = SlotLending.State

  /// All machines of so many slots whose slots are absent, idle, or busy with different wishes.
  private static func machines(_ count: Int) -> [[State]] {
    let states: [State] = [
      .absent, .idle, .busy(wanted: 0, rank: 0), .busy(wanted: 1, rank: 1), .busy(wanted: 1, rank: 3),
      .busy(wanted: 3, rank: 2),
    ]
    return (0..<count).reduce([[]]) { lists, _ in lists.flatMap { list in states.map { list + [$0] } } }
  }

  private static func wanted(_ state: State) -> Int {
    if case .busy(let wanted, _) = state { wanted } else { 0 }
  }

  private static func rank(_ state: State) -> Int? {
    if case .busy(_, let rank) = state { rank } else { nil }
  }

  @Test(
    "only idle slots are lent, only as many as are wanted, and never more than there are processors", arguments: 0...5)
  func bounds(count: Int) {
    for slots in Self.machines(count) {
      let busy = slots.count { Self.rank($0) != nil }
      for processors in 0...6 {
        let borrowers = SlotLending.borrowers(of: slots, processors: processors)
        #expect(borrowers.count == slots.count)
        for (slot, borrower) in borrowers.enumerated() where borrower != nil { #expect(slots[slot] == .idle) }
        let loans = borrowers.compactMap(\.self)
        for slot in slots.indices { #expect(loans.count { $0 == slot } <= Self.wanted(slots[slot])) }
        #expect(loans.count <= max(0, processors - busy))
      }
    }
  }

  @Test(
    "no slot stays idle while a task wants it and a processor is free, and the most urgent is served first",
    arguments: 0...5)
  func fullUse(count: Int) {
    for slots in Self.machines(count) {
      let busy = slots.count { Self.rank($0) != nil }, idle = slots.count { $0 == .idle }
      let wanted = slots.reduce(0) { $0 + Self.wanted($1) }
      for processors in 0...6 {
        let borrowers = SlotLending.borrowers(of: slots, processors: processors)
        let loans = borrowers.compactMap(\.self)
        #expect(loans.count == min(idle, wanted, max(0, processors - busy)))
        for (index, slot) in slots.enumerated() where loans.count(where: { $0 == index }) < Self.wanted(slot) {
          let less = loans.filter { (Self.rank(slots[$0]) ?? 0, $0) > (Self.rank(slot) ?? 0, index) }
          #expect(less.isEmpty, "\(slots) on \(processors) processors")
        }
      }
    }
  }

  @Test("a slot that begins a task is lent to nobody any more")
  func takingBack() {
    for slots in Self.machines(4) {
      for (slot, state) in slots.enumerated() where state == .idle {
        var later = slots
        later[slot] = .busy(wanted: 0, rank: 0)
        #expect(SlotLending.borrowers(of: later, processors: 8)[slot] == nil)
      }
    }
  }
}
