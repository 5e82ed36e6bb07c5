import Evaluation
import Testing

@Suite("Sorting digit by digit")
struct RadixSortTests {
  /// Columns as they occur: random, whole numbers, dates, few values, extreme ones, sorted and reversed.
  private static func columns(_ count: Int) -> [[Double]] {
    var generator = RandomNumbers(state: 7)
    let random = (0..<count).map { _ in Double.random(in: -1e3..<1e3, using: &generator) }
    let whole = random.map { $0.rounded() }
    let extremes: [Double] = [
      .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude,
    ]
    return [
      random, whole, whole.map { $0 * 86_400e9 }, random.map { $0 > 0 ? 1 : -1 }, random.sorted(),
      random.sorted(by: >), random.indices.map { extremes[$0 % extremes.count] },
      [Double](repeating: 4.25, count: count),
    ]
  }

  @Test("the order is that of comparisons", arguments: [0, 1, 2, 511, 512, 513, 5000])
  func order(_ count: Int) {
    for column in Self.columns(count) {
      var sorted = column
      RadixSort.sort(&sorted)
      #expect(sorted == column.sorted())
    }
  }
}
