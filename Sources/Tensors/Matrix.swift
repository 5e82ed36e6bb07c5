internal import Foundation

/// A row-major matrix of `Float` in 64-byte aligned memory that starts at zero.
///
/// A matrix is a buffer, not a value: it is passed by reference and never copied implicitly.
/// Unchecked because threads may share one as long as their row ranges are disjoint; the owner of a computation sees
/// to that.
public final class Matrix: @unchecked Sendable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns, which is also the distance between rows.
  public let columns: Int
  /// The first element.
  public let pointer: UnsafeMutablePointer<Float>

  /// Creates a matrix of zeros; either size may be zero.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot have \(rows) x \(columns) elements")
    self.rows = rows
    self.columns = columns
    let bytes = max(64, (rows * columns * MemoryLayout<Float>.stride + 63) / 64 * 64)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memset(raw, 0, bytes)
    pointer = raw.assumingMemoryBound(to: Float.self)
  }

  /// Creates a matrix from its elements, row by row.
  public convenience init(rows: Int, columns: Int, values: [Float]) {
    precondition(
      values.count == rows * columns, "\(values.count) values cannot fill a matrix of \(rows) x \(columns)")
    self.init(rows: rows, columns: columns)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
    }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// Number of elements.
  public var count: Int { rows * columns }

  /// One element.
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(contains(row, column), "(\(row), \(column)) is outside a matrix of \(rows) x \(columns)")
      return pointer[row &* columns &+ column]
    }
    set {
      precondition(contains(row, column), "(\(row), \(column)) is outside a matrix of \(rows) x \(columns)")
      pointer[row &* columns &+ column] = newValue
    }
  }

  /// One row.
  public func row(_ row: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition(row >= 0 && row < rows, "row \(row) is outside a matrix of \(rows) x \(columns)")
    return UnsafeMutableBufferPointer(start: pointer + row &* columns, count: columns)
  }

  /// All elements, in place.
  public var buffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// A copy of all elements, row by row.
  public var values: [Float] { Array(buffer) }

  /// Sets every element.
  public func fill(_ value: Float) { buffer.update(repeating: value) }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && row < rows && column >= 0 && column < columns
  }
}
