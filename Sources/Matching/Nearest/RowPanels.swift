internal import CKernels

/// Rows laid out as vector lanes for the distance kernels.
struct RowPanels {
  let width: Int
  let count: Int
  /// The row behind each position; the position itself if nil. Ascending, so the lowest position is the lowest row.
  let rows: [Int32]?
  let values: [Float]

  /// Panels of all rows, or of the given ones.
  init(_ source: MatchRows, rows: [Int32]? = nil) {
    width = source.width
    count = rows?.count ?? source.count
    self.rows = rows
    let count = count
    let panels = (count + RowPanels.panelRows - 1) / RowPanels.panelRows
    values = [Float](unsafeUninitializedCapacity: panels * RowPanels.panelRows * source.width) { buffer, filled in
      if let base = buffer.baseAddress {
        source.values.withUnsafeBufferPointer { values in
          if let first = values.baseAddress {
            ck_row_panels(first, Int64(source.width), rows, Int64(count), base)
          }
        }
      }
      filled = panels * RowPanels.panelRows * source.width
    }
  }

  static let panelRows = Int(CK_ROW_PANEL)

  /// The row behind a position.
  func row(_ position: Int) -> Int32 { rows.map { $0[position] } ?? Int32(position) }
}
