internal import Essentials

/// What an engine says of one slot of a launch.
package enum SlotState: Sendable, Hashable {
  /// Waits for a machine.
  case pending
  /// Its process is there.
  case running
  /// It is over.
  case gone(SlotEnding)
}

/// How an engine says that a slot ended.
package struct SlotEnding: Sendable, Hashable {
  /// For instance `ended as Slurm job 12_3, NODE_FAIL on n2`.
  package var sentence: String
  /// Exit code of the worker, if the engine knows it.
  package var exitCode: Int32?

  package init(sentence: String, exitCode: Int32? = nil) {
    self.sentence = sentence
    self.exitCode = exitCode
  }
}

/// Keeps the wanted number of slots of an engine filled: a pure machine without clock, thread or engine.
///
/// A slot is free, or filled by a launch. What the engine forgets or ends becomes free and, after a pause that grows
/// with failures, part of another launch. A launch is never asked for twice: its identity is new each time.
package struct SlotKeeper {
  /// What happens to it.
  package enum Event {
    /// So many workers are wanted.
    case wanted(Int)
    /// A worker said hello.
    case confirmed(LaunchIdentity)
    /// The engine took a launch, or may have taken it.
    case submitted(launch: String)
    /// The engine refused a launch.
    case refused(launch: String, sentence: String)
    /// What the engine says of launches, all of those it was asked about.
    case observed([String: [Int: SlotState]])
    /// Time passes.
    case tick
    /// Nothing is started any more.
    case close
  }

  /// What it wants done.
  package enum Effect: Equatable {
    /// Submit a launch for these slots.
    case submit(launch: String, slots: [Int])
    /// A worker ended, or a slot is given up.
    case ended(slot: Int, launch: String?, sentence: String, isGivenUp: Bool)
    /// Nothing of a launch is left.
    case over(launch: String)
  }

  private enum Filling: Equatable {
    case free
    case asked(String)
    case placed(String)

    var launch: String? {
      switch self {
      case .free: nil
      case .asked(let launch), .placed(let launch): launch
      }
    }
  }

  private struct Slot {
    var filling = Filling.free
    var isRunning = false
    var isConfirmed = false
    var absences = 0
    /// Endings in a row without a hello.
    var failures = 0
    var due: Duration = .zero
    var isGivenUp = false
  }

  /// A slot that fails so often without a hello is given up.
  package static let maximumFailures = 5
  /// An engine that is being restarted may answer once with nothing.
  package static let maximumAbsences = 2
  private static let longestPause = 60.0
  /// Wishes of one moment become one launch.
  private static let gathering = Duration.milliseconds(300)

  private let newLaunch: () -> String
  private var slots: [Slot] = []
  private var wanted = 0
  private var lastWish: Duration = .zero
  /// After a restart the engine is asked what is there before it is asked for more.
  private var mustObserve: Bool
  private var isClosed = false

  /// Begins with what earlier coordinators launched.
  package init(adopting records: [LaunchRecord] = [], newLaunch: @escaping () -> String) {
    self.newLaunch = newLaunch
    mustObserve = !records.isEmpty
    for record in records {
      for slot in record.slots {
        grow(to: slot + 1)
        slots[slot].filling = .placed(record.launch)
        // It may have said hello to the coordinator before this one.
        slots[slot].isConfirmed = true
      }
    }
  }

  /// Launches the engine has to be asked about.
  package var launches: [String] {
    var seen: [String] = []
    for case .placed(let launch) in slots.map(\.filling) where !seen.contains(launch) { seen.append(launch) }
    return seen
  }

  /// Slots that are filled, whether their worker runs already or not.
  package var filledCount: Int { slots.count { $0.filling != .free } }

  /// Slots whose process is there, as far as is known.
  package var runningCount: Int { slots.count { $0.isRunning || ($0.isConfirmed && $0.filling != .free) } }

  /// Takes an event.
  package mutating func step(_ event: Event, now: Duration) -> [Effect] {
    switch event {
    case .wanted(let count):
      if count > wanted { lastWish = now }
      wanted = count
      grow(to: count)
    case .confirmed(let identity):
      guard slots.indices.contains(identity.slot), slots[identity.slot].filling.launch == identity.launch else { break }
      slots[identity.slot].isConfirmed = true
      slots[identity.slot].isRunning = true
      slots[identity.slot].failures = 0
    case .submitted(let launch):
      for index in slots.indices where slots[index].filling == .asked(launch) {
        slots[index].filling = .placed(launch)
        slots[index].absences = 0
      }
    case .refused(let launch, let sentence): return refused(launch, sentence, now)
    case .observed(let answer): return observed(answer, now)
    case .tick: break
    case .close: isClosed = true
    }
    return due(now)
  }

  private mutating func grow(to count: Int) {
    while slots.count < count { slots.append(Slot()) }
  }

  private mutating func refused(_ launch: String, _ sentence: String, _ now: Duration) -> [Effect] {
    var effects: [Effect] = []
    for index in slots.indices where slots[index].filling == .asked(launch) {
      effects.append(free(index, sentence, counts: true, now))
    }
    return effects + [.over(launch: launch)] + due(now)
  }

  private mutating func observed(_ answer: [String: [Int: SlotState]], _ now: Duration) -> [Effect] {
    mustObserve = false
    let before = Set(launches)
    var effects: [Effect] = []
    for index in slots.indices {
      guard case .placed(let launch) = slots[index].filling else { continue }
      switch answer[launch]?[index] {
      case .pending?:
        // A job that its engine has put back into the queue starts from the beginning.
        slots[index].isRunning = false
        slots[index].absences = 0
      case .running?:
        slots[index].isRunning = true
        slots[index].absences = 0
      case .gone(let ending)?:
        // A worker that was dismissed or has drained, or whose machine failed, says nothing against the next one.
        let isExpected = ending.exitCode == nil || ending.exitCode == 0 || ending.exitCode == 99
        effects.append(
          free(index, ending.sentence, counts: !isExpected, isLast: ending.exitCode == 42, now))
      case nil:
        slots[index].absences += 1
        guard slots[index].absences >= Self.maximumAbsences else { continue }
        effects.append(free(index, "is unknown to its engine", counts: false, now))
      }
    }
    return effects + before.subtracting(launches).sorted().map { .over(launch: $0) } + due(now)
  }

  private mutating func free(
    _ index: Int, _ sentence: String, counts: Bool, isLast: Bool = false, _ now: Duration
  ) -> Effect {
    let launch = slots[index].filling.launch
    if counts && !slots[index].isConfirmed { slots[index].failures += 1 }
    slots[index].filling = .free
    slots[index].isRunning = false
    slots[index].isConfirmed = false
    slots[index].absences = 0
    slots[index].isGivenUp = isLast || slots[index].failures >= Self.maximumFailures
    let failures = slots[index].failures
    slots[index].due = now + .seconds(failures == 0 ? 0 : min(Double(1 << failures), Self.longestPause))
    return .ended(
      slot: index, launch: launch.map { LaunchIdentity(launch: $0, slot: index).text }, sentence: sentence,
      isGivenUp: slots[index].isGivenUp)
  }

  /// A launch for the free slots that are due, if more workers are wanted than are there.
  private mutating func due(_ now: Duration) -> [Effect] {
    guard !isClosed, !mustObserve, now - lastWish >= Self.gathering else { return [] }
    // One submission at a time: what it brings decides on the next.
    guard !slots.contains(where: { if case .asked = $0.filling { true } else { false } }) else { return [] }
    let missing = wanted - filledCount
    guard missing > 0 else { return [] }
    let free = slots.indices.filter { slots[$0].filling == .free && !slots[$0].isGivenUp && slots[$0].due <= now }
      .prefix(missing)
    guard !free.isEmpty else { return [] }
    let launch = newLaunch()
    for index in free { slots[index].filling = .asked(launch) }
    return [.submit(launch: launch, slots: Array(free))]
  }
}
