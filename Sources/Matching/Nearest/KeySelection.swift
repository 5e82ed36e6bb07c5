/// Partial ordering of distinct keys.
enum KeySelection {
  /// Moves the `rank` least keys to the front and the next one to place `rank`; the order is otherwise open but the same
  /// for the same keys.
  ///
  /// - Complexity: O(count) on average; pivots depend on nothing but the places, heap-like worst cases stay possible.
  static func moveLeast(_ rank: Int, of keys: UnsafeMutableBufferPointer<UInt64>) {
    guard rank > 0, rank < keys.count else {
      return
    }
    var low = 0
    var high = keys.count - 1
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    while high - low > 8 {
      // Three pseudo-random places: no order of the rows is slow on purpose.
      var picked: (UInt64, UInt64, UInt64) = (0, 0, 0)
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      picked.0 = keys[low + Int((state >> 33) % UInt64(high - low + 1))]
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      picked.1 = keys[low + Int((state >> 33) % UInt64(high - low + 1))]
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      picked.2 = keys[low + Int((state >> 33) % UInt64(high - low + 1))]
      let pivot = max(min(picked.0, picked.1), min(max(picked.0, picked.1), picked.2))
      var i = low
      var j = high
      while i <= j {
        while keys[i] < pivot { i += 1 }
        while keys[j] > pivot { j -= 1 }
        if i <= j {
          keys.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { high = j } else if rank >= i { low = i } else { return }
    }
    for place in low...high {
      var target = place
      while target > low, keys[target - 1] > keys[target] {
        keys.swapAt(target - 1, target)
        target -= 1
      }
    }
  }
}
