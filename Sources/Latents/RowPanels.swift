internal import CKernels
internal import Foundation

/// Walks over the numeric coordinates of rows in panels whose vector lanes are rows.
enum RowPanels {
  /// Rows of a panel.
  static let length = Int(CK_PANEL_ROWS)

  /// Number of panels for so many rows; the last one is filled up with zeros.
  static func count(rows: Int) -> Int { (rows + length - 1) / length }

  /// Memory to be released with `deallocate()`; large ones are in huge pages where the system grants them, which are
  /// quicker to get and to walk through.
  static func allocate<Number: BitwiseCopyable>(_: Number.Type, count: Int) -> UnsafeMutablePointer<Number> {
    let hugePage = 1 << 21
    let bytes = max(1, count) * MemoryLayout<Number>.stride
    guard bytes >= 2 * hugePage else { return .allocate(capacity: max(1, count)) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePage)
    madvise(memory, bytes, Int32(MADV_HUGEPAGE))
    return memory.bindMemory(to: Number.self, capacity: count)
  }

  /// Calls `body` with every panel, which lives until the next one, and its first row.
  static func forEach(
    _ features: MixedFeatures, _ body: (_ panel: UnsafePointer<Double>, _ firstRow: Int) -> Void
  ) {
    let width = features.numericCount
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, width * length)) { storage in
      guard let panel = storage.baseAddress else { return }
      for index in 0..<count(rows: features.rowCount) {
        fill(panel, features, firstRow: index * length)
        body(panel, index * length)
      }
    }
  }

  /// Lays out the panel that starts at a row.
  static func fill(_ panel: UnsafeMutablePointer<Double>, _ features: MixedFeatures, firstRow: Int) {
    let width = features.numericCount
    features.numerics.withUnsafeBufferPointer { numerics in
      guard let base = numerics.baseAddress, width > 0 else { return }
      ck_panel(
        base + firstRow * width, Int64(min(length, features.rowCount - firstRow)), Int64(width), panel)
    }
  }
}
