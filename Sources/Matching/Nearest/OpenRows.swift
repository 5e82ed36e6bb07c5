internal import CKernels

/// Exact search for the nearest row among those that nobody has taken yet.
final class OpenRows {
  private let source: MatchRows
  private var panels: RowPanels
  /// 0 for open positions, infinity for taken ones and padding.
  private var penalty: [Float]
  private var positions: [Int32]
  private(set) var count: Int

  /// The rows that are open in `taken`.
  init(_ source: MatchRows, taken: [Bool]) {
    self.source = source
    let rows = taken.indices.lazy.filter { !taken[$0] }.map { Int32($0) }
    panels = RowPanels(source, rows: Array(rows))
    positions = [Int32](repeating: -1, count: source.count)
    penalty = []
    count = panels.count
    index()
  }

  private func index() {
    let padded = (panels.count + RowPanels.panelRows - 1) / RowPanels.panelRows * RowPanels.panelRows
    penalty = [Float](repeating: 0, count: padded)
    for place in panels.count..<padded { penalty[place] = .infinity }
    for place in 0..<panels.count { positions[Int(panels.row(place))] = Int32(place) }
  }

  /// Takes a row that is open.
  func take(_ row: Int32) {
    penalty[Int(positions[Int(row)])] = .infinity
    count -= 1
    // Half of the lanes are idle: a smaller copy pays.
    guard count > 256, 2 * count < panels.count else { return }
    panels = RowPanels(
      source, rows: (0..<panels.count).filter { penalty[$0] == 0 }.map { panels.row($0) })
    index()
  }

  /// The nearest open row of an anchor, the lowest on ties; nil if none is open.
  func nearest(_ anchor: Int, of anchors: MatchRows) -> (row: Int32, squaredDistance: Float)? {
    guard count > 0 else { return nil }
    guard anchors.width > 0 else {
      return penalty.firstIndex(of: 0).map { (panels.row($0), 0) }
    }
    var distance: Float = 0
    let position = anchors.values.withUnsafeBufferPointer { values in
      panels.values.withUnsafeBufferPointer { panelValues in
        guard let base = values.baseAddress, let panel = panelValues.baseAddress else { return Int64(-1) }
        return ck_nearest_open_row(
          base + anchor * anchors.width, panel, penalty, Int64(panels.count), Int64(anchors.width), &distance)
      }
    }
    return position < 0 ? nil : (panels.row(Int(position)), distance)
  }
}
