/// Searches by halving.
enum BinarySearch {
  /// The first position below `count` that meets a condition which, once met, holds for all later ones; `count` if none
  /// does.
  @inline(__always)
  static func first(below count: Int, _ holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
