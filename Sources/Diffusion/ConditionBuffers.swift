internal import Neural
internal import Tensors

/// Memory for the conditions of one block of rows, in the form that is faster for their width.
final class ConditionBuffers {
  private let width: Int
  private let entryCount: Int
  private let dense: Matrix?
  private let columns: UnsafeMutablePointer<Int32>
  private let values: UnsafeMutablePointer<Float>

  /// A matrix product over all columns is faster than one over the entries up to this many columns per entry
  /// (measured at width 256). The choice decides last bits, so it depends on nothing but the widths.
  private static let columnsPerEntry = 5

  init(_ condition: ConditionRows, capacity: Int) {
    width = condition.width
    entryCount = condition.entryCount
    let isDense = width > 0 && width <= Self.columnsPerEntry * entryCount
    dense = isDense ? Matrix(rows: capacity, columns: width) : nil
    let entries = isDense ? 0 : capacity * entryCount
    columns = .allocate(capacity: entries + 1)
    values = .allocate(capacity: entries + 1)
  }

  deinit {
    columns.deallocate()
    values.deallocate()
  }

  /// The conditions of the rows that `row` names for positions 0..<count.
  func fill(_ condition: ConditionRows, count: Int, row: (Int) -> Int) -> ConditionInput {
    precondition(
      condition.width == width && condition.entryCount == entryCount,
      "conditions of width \(condition.width) where \(width) is expected")
    guard width > 0 else { return .none }
    if let dense {
      let pointer = dense.pointer
      let width = width
      pointer.update(repeating: 0, count: count * width)
      condition.visit(count: count, row: row) { position, _, column, value in
        if column >= 0 { pointer[position &* width &+ Int(column)] = value }
      }
      return .dense(pointer)
    }
    let columns = columns
    let values = values
    let entryCount = entryCount
    condition.visit(count: count, row: row) { position, entry, column, value in
      columns[position &* entryCount &+ entry] = column
      values[position &* entryCount &+ entry] = value
    }
    return .sparse(columns: columns, values: values, entries: entryCount)
  }
}
