import Fleet
import Foundation
import Testing

@Suite("Slots of an engine")
struct SlotKeeperTests {
  /// An engine in a few lines: what was submitted, and how each slot of it stands.
  private struct World {
    var keeper: SlotKeeper
    var now: Duration = .seconds(100)
    var engine: [String: [Int: SlotState]] = [:]
    var effects: [SlotKeeper.Effect] = []

    init(adopting records: [LaunchRecord] = []) {
      keeper = SlotKeeper(adopting: records) { UUID().uuidString }
    }

    mutating func send(_ event: SlotKeeper.Event) {
      for effect in keeper.step(event, now: now) {
        effects.append(effect)
        if case .submit(let launch, let slots) = effect {
          engine[launch] = Dictionary(uniqueKeysWithValues: slots.map { ($0, .pending) })
          send(.submitted(launch: launch))
        }
      }
    }

    mutating func pass(_ seconds: Double) {
      now += .seconds(seconds)
      send(.tick)
    }

    mutating func ask() { send(.observed(engine.filter { keeper.launches.contains($0.key) })) }

    var submissions: [[Int]] {
      effects.compactMap { if case .submit(_, let slots) = $0 { slots } else { nil } }
    }

    func launch(of slot: Int) -> String {
      engine.first { $0.value[slot] == .running || $0.value[slot] == .pending }?.key ?? ""
    }

    mutating func set(_ slot: Int, _ state: SlotState) {
      let launch = launch(of: slot)
      engine[launch]?[slot] = state
    }
  }

  @Test("wishes of one moment become one launch")
  func gathering() {
    var world = World()
    for count in [1, 3, 8] { world.send(.wanted(count)) }
    #expect(world.submissions.isEmpty)
    world.pass(1)
    #expect(world.submissions == [Array(0..<8)])
    world.pass(100)
    #expect(world.submissions.count == 1)
  }

  @Test("only the slots that ended are launched again, under a new identity")
  func replacement() {
    var world = World()
    world.send(.wanted(4))
    world.pass(1)
    let first = world.launch(of: 0)
    for slot in 0..<4 {
      world.set(slot, .running)
      world.send(.confirmed(LaunchIdentity(launch: first, slot: slot)))
    }
    world.ask()
    world.engine[first]?[2] = .gone(SlotEnding(sentence: "ended as NODE_FAIL"))
    world.ask()
    world.pass(1)
    #expect(world.submissions == [[0, 1, 2, 3], [2]])
    #expect(
      world.effects.contains(
        .ended(slot: 2, launch: "\(first)/2", sentence: "ended as NODE_FAIL", isGivenUp: false)))
    #expect(world.launch(of: 2) != first)
  }

  @Test("a slot that always fails before its hello is given up, with growing pauses before")
  func failures() {
    var world = World()
    world.send(.wanted(1))
    var pauses: [Double] = []
    for _ in 0..<SlotKeeper.maximumFailures {
      var waited = 0.0
      let before = world.submissions.count
      while world.submissions.count == before, waited < 200 {
        world.pass(0.5)
        waited += 0.5
      }
      pauses.append(waited)
      world.set(0, .gone(SlotEnding(sentence: "ended with exit code 1", exitCode: 1)))
      world.ask()
    }
    #expect(pauses == pauses.sorted() && pauses.last == 16)
    world.pass(1000)
    #expect(world.submissions.count == SlotKeeper.maximumFailures)
    guard
      case .ended(_, _, _, let isGivenUp) = world.effects.last(where: { if case .ended = $0 { true } else { false } })
    else { return #expect(Bool(false)) }
    #expect(isGivenUp)
  }

  @Test("exit code 42 ends a slot for good, 99 and machine failures cost nothing")
  func exitCodes() {
    var world = World()
    world.send(.wanted(2))
    world.pass(1)
    world.set(0, .gone(SlotEnding(sentence: "refused", exitCode: 42)))
    world.ask()
    for _ in 0..<12 {
      world.pass(0.5)
      world.set(1, .gone(SlotEnding(sentence: "drained", exitCode: 99)))
      world.ask()
    }
    world.pass(1)
    #expect(world.submissions.count == 13)
    #expect(!world.submissions.dropFirst().contains { $0.contains(0) })
  }

  @Test("an engine that answers with nothing once is asked again before anything is launched again")
  func absence() {
    var world = World()
    world.send(.wanted(2))
    world.pass(1)
    world.send(.observed([:]))
    world.pass(100)
    #expect(world.submissions.count == 1)
    world.ask()
    world.send(.observed([:]))
    world.pass(100)
    #expect(world.submissions.count == 1)
    world.send(.observed([:]))
    world.pass(1)
    #expect(world.submissions == [[0, 1], [0, 1]])
  }

  @Test("a refused launch is tried again later, and its slots are given up in the end")
  func refusal() {
    var keeper = SlotKeeper { UUID().uuidString }
    var now = Duration.seconds(1)
    var refusals = 0, givenUp = 0
    _ = keeper.step(.wanted(3), now: now)
    for _ in 0..<1000 {
      now += .seconds(1)
      for effect in keeper.step(.tick, now: now) {
        guard case .submit(let launch, _) = effect else { continue }
        refusals += 1
        for effect in keeper.step(.refused(launch: launch, sentence: "invalid partition"), now: now) {
          if case .ended(_, _, _, true) = effect { givenUp += 1 }
        }
      }
    }
    #expect(refusals == SlotKeeper.maximumFailures && givenUp == 3)
  }

  @Test("after a restart the engine is asked before it is asked for more, and what runs is kept")
  func adoption() {
    let old = UUID().uuidString
    var world = World(adopting: [LaunchRecord(launch: old, slots: [0, 1, 2], job: "7")])
    world.engine[old] = [0: .running, 1: .running, 2: .gone(SlotEnding(sentence: "ended", exitCode: 0))]
    world.send(.wanted(4))
    world.pass(100)
    #expect(world.submissions.isEmpty && world.keeper.launches == [old])
    world.ask()
    world.pass(1)
    #expect(world.submissions == [[2, 3]])
    #expect(world.keeper.filledCount == 4)
  }

  @Test("fewer wanted workers are not replaced, and after closing nothing is launched")
  func ending() {
    var world = World()
    world.send(.wanted(4))
    world.pass(1)
    world.send(.wanted(2))
    world.set(3, .gone(SlotEnding(sentence: "ended as TIMEOUT")))
    world.ask()
    world.pass(10)
    #expect(world.submissions.count == 1)
    world.send(.close)
    world.send(.wanted(4))
    world.pass(10)
    #expect(world.submissions.count == 1)
  }

  @Test("random histories: no slot is in two launches that run, and all wanted slots are filled in the end")
  func random() {
    for seed in 0..<300 {
      var generator = SplitMix(state: UInt64(seed))
      var world = World()
      let wanted = Int.random(in: 1...6, using: &generator)
      world.send(.wanted(wanted))
      for _ in 0..<60 {
        world.pass(Double.random(in: 0...5, using: &generator))
        let slot = Int.random(in: 0..<wanted, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: world.set(slot, .running)
        case 1:
          world.set(
            slot, .gone(SlotEnding(sentence: "ended", exitCode: [nil, 99, 0].randomElement(using: &generator) ?? nil)))
        case 2: world.send(.confirmed(LaunchIdentity(launch: world.launch(of: slot), slot: slot)))
        default: world.ask()
        }
        for slot in 0..<wanted {
          let holders = world.engine.values.filter { $0[slot] == .running || $0[slot] == .pending }
          #expect(holders.count <= 1, "seed \(seed)")
        }
      }
      for _ in 0..<5 {
        world.ask()
        world.pass(61)
      }
      #expect(world.keeper.filledCount == wanted, "seed \(seed)")
    }
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var value = state
      value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
      value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
      return value ^ (value >> 31)
    }
  }
}
