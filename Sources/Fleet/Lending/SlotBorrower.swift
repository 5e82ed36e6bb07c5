internal import Essentials
internal import Foundation
internal import Scheduling

/// A compute process' part in lending: it shows whether its slot is idle, and borrows idle ones for its task.
///
/// A slot is lent only while it has nothing to do: when its own process begins a task, whoever has borrowed it sees that
/// at the next look and gives it back. Nobody waits for that. Belongs to the thread that runs the bodies.
package final class SlotBorrower {
  /// What an attempt has borrowed altogether.
  package struct Loan: Sendable, Hashable {
    /// Seconds, those of several slots added.
    package var seconds: Double
    /// Most slots that it used at a time, its own included.
    package var mostSlots: Int
  }

  /// A look costs some system calls.
  private static let lookInterval: Duration = .milliseconds(20)

  private let board: SlotBoard
  private let processors: Int
  private var rank = 0
  private var most = 1
  /// Places of the slots that it has borrowed.
  package private(set) var borrowed: Set<Int> = []
  private var lastLook: Duration?
  private var loan: Loan?

  /// Takes part.
  ///
  /// - Parameters:
  ///   - board: where the slots meet.
  ///   - processors: processors that all of them have together.
  package init(_ board: SlotBoard, processors: Int) {
    self.board = board
    self.processors = processors
  }

  /// Takes part where the supervisor says; nil if it names no place, or that cannot be used.
  convenience init?(environment: [String: String]) {
    guard let path = environment[SlotBoard.variable], !path.isEmpty, let board = SlotBoard(path: path) else {
      return nil
    }
    self.init(board, processors: ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Slots in use: its own and what is borrowed.
  package var slots: Int { 1 + borrowed.count }

  /// The slot begins a task and is not to be lent any more.
  package func begin(rank: Int) {
    self.rank = rank
    most = 1
    lastLook = nil
    loan = nil
    board.write(.busy(wanted: 0, rank: rank))
  }

  /// Threads that the task may use until this is asked again.
  ///
  /// - Parameters:
  ///   - most: threads it has work for.
  ///   - now: monotonic time.
  package func threads(upTo most: Int, now: Duration) -> Int {
    if let last = lastLook, most == self.most, now - last < Self.lookInterval { return slots }
    if let last = lastLook, !borrowed.isEmpty {
      loan = Loan(
        seconds: (loan?.seconds ?? 0) + (now - last).inSeconds * Double(borrowed.count),
        mostSlots: max(loan?.mostSlots ?? 1, slots))
    }
    lastLook = now
    if most != self.most {
      self.most = most
      board.write(.busy(wanted: max(0, most - 1), rank: rank))
    }
    guard most > 1 || !borrowed.isEmpty else { return 1 }
    let borrowers = SlotLending.borrowers(of: board.read(), processors: processors)
    let mine = Set(borrowers.indices.filter { borrowers[$0] == board.place })
    for slot in borrowed.subtracting(mine) {
      board.giveBack(slot)
      borrowed.remove(slot)
    }
    for slot in mine.subtracting(borrowed).sorted() where board.borrow(slot) { borrowed.insert(slot) }
    return slots
  }

  /// Gives back what is borrowed; the slot stays busy.
  ///
  /// - Returns: what was borrowed for the task; nil if nothing was.
  @discardableResult
  package func giveAllBack() -> Loan? {
    if !borrowed.isEmpty { _ = threads(upTo: 1, now: MonotonicClock.now) }
    return loan
  }

  /// The slot is idle and may be lent.
  package func end() {
    giveAllBack()
    board.write(.idle)
  }
}
