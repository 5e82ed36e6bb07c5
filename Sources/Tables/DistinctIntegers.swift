/// The different values of a column as long as all of them are integers and they are few.
struct DistinctIntegers {
  private let limit: Int
  private var found: [Double]? = []

  init(limit: Int) { self.limit = limit }

  /// The values, ascending; nil if one is no integer or there are more than the limit.
  var values: [Double]? { found }

  /// Adds a value.
  @inline(__always)
  mutating func add(_ value: Double) {
    if found != nil { insert(value) }
  }

  private mutating func insert(_ value: Double) {
    guard var values = found else { return }
    let position = BinarySearch.first(below: values.count) { values[$0] >= value }
    if position < values.count, values[position] == value { return }
    guard value == value.rounded(), values.count < limit else {
      found = nil
      return
    }
    found = nil
    values.insert(value + 0, at: position)
    found = values
  }
}
