/// A binary heap: the smallest element first, O(log n) per change.
struct PriorityHeap<Element: Comparable> {
  private(set) var elements: [Element] = []

  var isEmpty: Bool { elements.isEmpty }
  var count: Int { elements.count }
  var first: Element? { elements.first }

  /// An empty heap.
  init() {}

  /// A heap of these elements: in ascending order they are one.
  init(_ elements: [Element]) { self.elements = elements.sorted() }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  @discardableResult
  mutating func removeFirst() -> Element? {
    guard let result = elements.first else { return nil }
    let last = elements.removeLast()
    guard !elements.isEmpty else { return result }
    elements[0] = last
    var parent = 0
    while true {
      var smallest = parent
      let left = 2 * parent + 1
      if left < elements.count, elements[left] < elements[smallest] { smallest = left }
      if left + 1 < elements.count, elements[left + 1] < elements[smallest] { smallest = left + 1 }
      guard smallest != parent else { return result }
      elements.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
