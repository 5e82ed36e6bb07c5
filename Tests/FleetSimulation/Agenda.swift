/// What is to happen, by time.
struct Agenda<Occurrence> {
  private struct Entry {
    var time: Double
    var order: Int
    var what: Occurrence
  }

  private var entries: [Entry] = []
  private var order = 0

  mutating func add(_ what: Occurrence, at time: Double) {
    order += 1
    entries.append(Entry(time: time, order: order, what: what))
    var child = entries.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> (time: Double, what: Occurrence)? {
    guard !entries.isEmpty else { return nil }
    entries.swapAt(0, entries.count - 1)
    let first = entries.removeLast()
    var parent = 0
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < entries.count, isBefore(left, least) { least = left }
      if left + 1 < entries.count, isBefore(left + 1, least) { least = left + 1 }
      if least == parent { return (first.time, first.what) }
      entries.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (entries[left].time, entries[left].order) < (entries[right].time, entries[right].order)
  }
}
