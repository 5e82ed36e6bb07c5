internal import CKernels

/// Assigns the anchors of one block to distinct other rows of it: an auction on the dense distances, finished along
/// shortest augmenting paths if it takes too many bids. Buffers are kept from block to block.
///
/// Sources: Bertsekas, "The auction algorithm", 1988; Jonker and Volgenant, "A shortest augmenting path algorithm for
/// dense and sparse linear assignment problems", 1987.
struct AssignmentBlockSolver {
  private var costs: [Float] = []
  private var prices: [Float] = []
  private var keys: [Float] = []
  private var lengths: [Float] = []
  private var owners: [Int32] = []
  private var places: [Int32] = []
  private var queue: [Int32] = []
  private var previous: [Int32] = []
  private var scanned: [Int32] = []

  /// Bids of the auction per row before shortest paths take over.
  private static let bidsPerRow = 16

  /// The place in `others` of every anchor of a block.
  mutating func solve(
    anchors: MatchRows, rows anchorRows: ArraySlice<Int32>, others: MatchRows, rows otherRows: ArraySlice<Int32>,
    precision: Float
  ) -> [Int32] {
    let rows = anchorRows.count
    let columns = otherRows.count
    precondition(rows <= columns, "\(rows) anchors in a block of \(columns) other rows")
    guard rows > 0 else { return [] }
    let panels = RowPanels(others, rows: Array(otherRows))
    let columnCount = (columns + RowPanels.panelRows - 1) / RowPanels.panelRows * RowPanels.panelRows
    prepare(rows: rows, columns: columnCount)
    let gathered = anchors.gathered(anchorRows)
    costs.withUnsafeMutableBufferPointer { costs in
      guard let base = costs.baseAddress else { return }
      gathered.withUnsafeBufferPointer { gathered in
        panels.values.withUnsafeBufferPointer { panels in
          // Without features there is nothing to read, but pointers must exist.
          let none = UnsafePointer(base)
          ck_row_distances(
            gathered.baseAddress ?? none, Int64(rows), panels.baseAddress ?? none, Int64(columns),
            Int64(anchors.width), Int64(columnCount), base)
        }
      }
    }
    run(rows: rows, columns: columns, stride: columnCount, precision: precision)
    return Array(places[..<rows])
  }

  private mutating func prepare(rows: Int, columns: Int) {
    if costs.count < rows * columns { costs = [Float](repeating: 0, count: rows * columns) }
    prices = [Float](repeating: 0, count: columns)
    owners = [Int32](repeating: -1, count: columns)
    places = [Int32](repeating: -1, count: rows)
    queue = (0..<Int32(rows)).map { $0 }
    if keys.count < columns {
      keys = [Float](repeating: 0, count: columns)
      lengths = keys
      previous = [Int32](repeating: 0, count: columns)
      scanned = previous
    }
  }

  private mutating func run(rows: Int, columns: Int, stride: Int, precision: Float) {
    costs.withUnsafeBufferPointer { costs in
      prices.withUnsafeMutableBufferPointer { prices in
        owners.withUnsafeMutableBufferPointer { owners in
          places.withUnsafeMutableBufferPointer { places in
            var state = ck_assignment(
              costs: costs.baseAddress, rows: Int64(rows), columns: Int64(columns), stride: Int64(stride),
              prices: prices.baseAddress, owners: owners.baseAddress, places: places.baseAddress)
            let epsilon = max(precision * Self.meanNearest(state), .leastNormalMagnitude)
            let left = ck_auction(
              &state, epsilon, Int64(Self.bidsPerRow * rows), &queue, Int64(rows))
            if left > 0 { ck_augment(&state, queue, left, &keys, &lengths, &previous, &scanned) }
          }
        }
      }
    }
  }

  /// The mean distance of some rows to their nearest row.
  private static func meanNearest(_ state: ck_assignment) -> Float {
    let step = max(1, state.rows / 64)
    let sampled = stride(from: 0, to: state.rows, by: Int64.Stride(step)).map { row in
      withUnsafePointer(to: state) { Double(ck_row_minimum($0, row)) }
    }
    return Float(sampled.reduce(0, +) / Double(sampled.count))
  }
}
