import Essentials
import Fleet
import Foundation
import Scheduling
import TestSupport
import Testing

@Suite("Slots of a machine that help each other")
struct SlotBoardTests {
  private func borrower(_ path: String, processors: Int = 8) throws -> SlotBorrower {
    SlotBorrower(try #require(SlotBoard(path: path)), processors: processors)
  }

  @Test("an idle slot is borrowed, and given back when it begins a task")
  func borrowing() throws {
    let folder = try TemporaryFolder()
    let first = try borrower(folder.file("slots")), second = try borrower(folder.file("slots"))
    first.begin(rank: 0)
    #expect(first.threads(upTo: 8, now: .zero) == 2)
    second.begin(rank: 1)
    #expect(first.threads(upTo: 8, now: .milliseconds(5)) == 2, "it looks only now and then")
    #expect(first.threads(upTo: 8, now: .milliseconds(30)) == 1)
    second.end()
    #expect(first.threads(upTo: 8, now: .milliseconds(60)) == 2)
    #expect(first.threads(upTo: 1, now: .milliseconds(100)) == 1, "nothing to do for another thread")
    let loan = try #require(first.giveAllBack())
    #expect(loan.mostSlots == 2)
    #expect(abs(loan.seconds - 0.07) < 1e-9)
  }

  @Test("what a slot that is gone has said counts for nothing, and its place is taken by the next")
  func death() throws {
    let folder = try TemporaryFolder()
    let board = try #require(SlotBoard(path: folder.file("slots")))
    var other = SlotBoard(path: folder.file("slots"))
    #expect(other?.place == 1)
    other?.write(.busy(wanted: 3, rank: 0))
    #expect(board.read() == [.idle, .busy(wanted: 3, rank: 0)])
    #expect(other?.borrow(0) == true)
    #expect(!board.borrow(0), "one slot is lent once")
    other = nil
    #expect(board.read() == [.idle, .absent])
    #expect(board.borrow(0), "a loan ends with its borrower")
    let next = try #require(SlotBoard(path: folder.file("slots")))
    #expect(next.place == 1 && next.read() == [.idle, .idle])
  }

  @Test("the file is removed by the last that leaves, not while it is used, and can be made again")
  func removal() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("slots")
    var board = SlotBoard(path: path)
    SlotBoard.removeIfUnused(path)
    #expect(FileSystem.exists(path) && board != nil)
    board = nil
    SlotBoard.removeIfUnused(path)
    SlotBoard.removeIfUnused(path)
    #expect(!FileSystem.exists(path))
    #expect(SlotBoard(path: path)?.place == 0)
  }

  @Test("what is no file of one's own is not used")
  func refusal() throws {
    let folder = try TemporaryFolder()
    #expect(SlotBoard(path: folder.path) == nil)
    #expect(SlotBoard(path: folder.file("missing/slots")) == nil)
    try FileSystem.writeAtomically(Data(), to: folder.file("target"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("target"))
    #expect(SlotBoard(path: folder.file("link")) == nil)
    // Damaged notes are somebody's mistake, and at worst lend a slot for nothing.
    let path = folder.file("damaged")
    try FileSystem.writeAtomically(Data(repeating: 0x7f, count: 5000), to: path)
    let board = try #require(SlotBoard(path: path))
    #expect(board.read().count { $0 != .absent } == 1)
  }

  @Test(
    "in a thousand random turns no slot helps two tasks, and none is lent that has been busy for a look",
    arguments: 0..<8)
  func randomTurns(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func dice(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(sides))
    }
    let path = folder.file("slots")
    var slots: [(borrower: SlotBorrower, isBusy: Bool)] = try (0..<5).map { _ in (try borrower(path), false) }
    var now: Duration = .zero
    var loans = 0
    for _ in 0..<1000 {
      now += .milliseconds(25)
      let index = dice(5)
      switch dice(10) {
      case 0:
        // Its process is killed and another one is started in its place.
        slots[index] = (try borrower(path), false)
      case 1, 2, 3:
        if slots[index].isBusy { slots[index].borrower.end() } else { slots[index].borrower.begin(rank: dice(3)) }
        slots[index].isBusy.toggle()
      default:
        if slots[index].isBusy { _ = slots[index].borrower.threads(upTo: 1 + dice(5), now: now) }
      }
      let borrowed = slots.flatMap(\.borrower.borrowed)
      loans += borrowed.count
      #expect(Set(borrowed).count == borrowed.count)
      #expect(slots.allSatisfy { $0.isBusy || $0.borrower.borrowed.isEmpty })
    }
    #expect(loans > 100)
    now += .milliseconds(25)
    for slot in slots where slot.isBusy { _ = slot.borrower.threads(upTo: 6, now: now) }
    let board = try #require(SlotBoard(path: path))
    let said = board.read()
    for place in slots.flatMap(\.borrower.borrowed) { #expect(said[place] == .idle) }
  }
}
