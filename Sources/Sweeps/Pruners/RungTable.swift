/// Trials that reached one rung of one bracket, and which of them went on: the rule of asynchronous successive halving.
///
/// Losses are ordered together with trial numbers, so the order in which they arrive does not matter.
///
/// Source: Li et al., "A system for massively parallel hyperparameter tuning" (MLSys 2020), algorithm 2.
struct RungTable: Sendable {
  struct Entry: Sendable, Comparable {
    var loss: Double
    var trial: Int
    static func < (left: Entry, right: Entry) -> Bool { (left.loss, left.trial) < (right.loss, right.trial) }
  }

  /// Number of trials that reported here.
  private(set) var count = 0
  /// Those that wait here, as a binary heap with the best one first.
  private var waiting: [Entry] = []
  /// Those that went on, sorted.
  private var promoted: [Entry] = []

  /// What has become of a trial at this rung.
  enum Fate { case waiting, promoted, dropped }

  /// Adds a trial's loss; a trial without a number counts but cannot go on.
  mutating func report(_ loss: Double, trial: Int, as fate: Fate = .waiting) {
    count += 1
    guard loss.isFinite else { return }
    let entry = Entry(loss: loss, trial: trial)
    switch fate {
    case .waiting: insert(entry)
    case .promoted: promoted.insert(entry, at: position(of: entry))
    case .dropped: break
    }
  }

  private mutating func insert(_ entry: Entry) {
    waiting.append(entry)
    var child = waiting.count - 1
    while child > 0, case let parent = (child - 1) / 2, waiting[child] < waiting[parent] {
      waiting.swapAt(child, parent)
      child = parent
    }
  }

  /// The best waiting trial, whether it may go on or not.
  var best: Int? { waiting.first?.trial }

  /// The best waiting trial, if it is among the best 1/η of all that reported.
  func promotable(eta: Int) -> Int? {
    guard let first = waiting.first else { return nil }
    let allowed = count / eta
    if promoted.count < allowed { return first.trial }
    return position(of: first) < allowed ? first.trial : nil
  }

  /// Forgets a report that was no number.
  mutating func withdraw() { count -= 1 }

  /// Notes that a waiting trial went on.
  mutating func promote(_ trial: Int) {
    guard let entry = remove(trial) else { return }
    promoted.insert(entry, at: position(of: entry))
  }

  /// Takes a trial out that will not go on; it keeps counting.
  mutating func drop(_ trial: Int) { _ = remove(trial) }

  private mutating func remove(_ trial: Int) -> Entry? {
    if best == trial { return removeFirst() }
    guard let found = waiting.first(where: { $0.trial == trial }) else { return nil }
    // Somebody ends a trial out of order, which is rare.
    let rest = waiting.filter { $0.trial != trial }
    waiting = []
    for entry in rest { insert(entry) }
    return found
  }

  /// Number of promoted trials that are better.
  private func position(of entry: Entry) -> Int {
    var low = 0, high = promoted.count
    while low < high {
      let middle = (low + high) / 2
      if promoted[middle] < entry { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func removeFirst() -> Entry? {
    guard let first = waiting.first, let last = waiting.popLast() else { return nil }
    guard !waiting.isEmpty else { return first }
    waiting[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < waiting.count && waiting[child] < waiting[smallest] {
        smallest = child
      }
      guard smallest != parent else { return first }
      waiting.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
