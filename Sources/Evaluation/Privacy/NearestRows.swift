/// A search tree over rows that finds the nearest ones exactly.
///
/// Rows are halved along the coordinate in which they spread most until at most 32 are left; a half is visited only if
/// its bounding box is nearer than the best row so far. Distances are sums over coordinates in one order, so the bound
/// is never above the distance of a row in the box, rounding included.
///
/// Source: Friedman, Bentley and Finkel, "An algorithm for finding best matches in logarithmic expected time", 1977.
package struct NearestRows: Sendable {
  /// The nearest rows of one query.
  package struct Match: Sendable {
    /// Distance to the nearest row; infinite if there is none.
    package var first = Double.infinity
    /// Distance to the second nearest row; infinite if there is none or it was not asked for.
    package var second = Double.infinity
    /// The nearest row.
    package var row: Int32 = -1
  }

  private struct Node {
    var start: Int32
    var end: Int32
    /// The first child; the second one is at `right`. −1 in a leaf.
    var left: Int32
    var right: Int32
  }

  private static let leafSize = 32
  private let points: RowCoordinates
  private let nodes: [Node]
  /// Two numbers a coordinate and node: lower and upper bound.
  private let boxes: [Double]
  /// The coordinates in the order of the leaves.
  private let sorted: [Double]
  private let order: [Int32]

  /// How many rows are searched.
  package var rowCount: Int { points.rowCount }

  /// Builds the tree.
  ///
  /// - Complexity: O(n · coordinates · log n).
  package init(_ points: RowCoordinates) {
    self.points = points
    var builder = Builder(points)
    if points.rowCount > 0 { _ = builder.build(0..<points.rowCount) }
    nodes = builder.nodes
    boxes = builder.boxes
    order = builder.order
    var sorted: [Double] = []
    sorted.reserveCapacity(points.values.count)
    for coordinate in 0..<points.dimension {
      let start = coordinate * points.rowCount
      for row in order { sorted.append(points.values[start + Int(row)]) }
    }
    self.sorted = sorted
  }

  /// The nearest row of every query and, if asked for, the distance to the second nearest.
  package func nearest(to queries: RowCoordinates, second: Bool = false) -> [Match] {
    precondition(queries.dimension == points.dimension, "queries and rows have different coordinates")
    guard points.rowCount > 0 else { return [Match](repeating: Match(), count: queries.rowCount) }
    let dimension = points.dimension
    return nodes.withUnsafeBufferPointer { nodes in
      boxes.withUnsafeBufferPointer { boxes in
        sorted.withUnsafeBufferPointer { sorted in
          points.caps.withUnsafeBufferPointer { caps in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension + Self.leafSize) { scratch in
              let search = Search(
                nodes: nodes, boxes: boxes, sorted: sorted, caps: caps, order: order, rowCount: points.rowCount,
                isSquared: points.convention.isSquared, wantsSecond: second, scratch: scratch)
              return (0..<queries.rowCount).map { query in
                for coordinate in 0..<dimension {
                  scratch[coordinate] = queries.values[coordinate &* queries.rowCount &+ query]
                }
                var match = Match()
                search.visit(0, &match)
                match.first = points.distance(match.first)
                match.second = points.distance(match.second)
                return match
              }
            }
          }
        }
      }
    }
  }

  private struct Search {
    let nodes: UnsafeBufferPointer<Node>
    let boxes: UnsafeBufferPointer<Double>
    let sorted: UnsafeBufferPointer<Double>
    let caps: UnsafeBufferPointer<Double>
    let order: [Int32]
    let rowCount: Int
    let isSquared: Bool
    let wantsSecond: Bool
    /// The query's coordinates, then the sums of a leaf.
    let scratch: UnsafeMutableBufferPointer<Double>

    func visit(_ index: Int, _ match: inout Match) {
      let node = nodes[index]
      if node.left < 0 {
        scan(Int(node.start), Int(node.end &- node.start), &match)
        return
      }
      let (left, right) = (Int(node.left), Int(node.right))
      let (leftBound, rightBound) = (bound(left), bound(right))
      let (near, nearBound, far, farBound) =
        leftBound <= rightBound ? (left, leftBound, right, rightBound) : (right, rightBound, left, leftBound)
      if nearBound < limit(match) { visit(near, &match) }
      if farBound < limit(match) { visit(far, &match) }
    }

    @inline(__always)
    private func limit(_ match: Match) -> Double { wantsSecond ? match.second : match.first }

    private func bound(_ index: Int) -> Double {
      let box = index &* 2 &* caps.count
      var sum = 0.0
      for coordinate in 0..<caps.count {
        let value = scratch[coordinate]
        let below = boxes[box &+ 2 &* coordinate] - value
        let above = value - boxes[box &+ 2 &* coordinate &+ 1]
        var difference = below > above ? below : above
        difference = difference > 0 ? difference : 0
        difference = difference < caps[coordinate] ? difference : caps[coordinate]
        sum += isSquared ? difference * difference : difference
      }
      return sum
    }

    private func scan(_ start: Int, _ length: Int, _ match: inout Match) {
      guard let base = sorted.baseAddress, let scratchBase = scratch.baseAddress else { return }
      let sums = scratchBase + caps.count
      for place in 0..<length { sums[place] = 0 }
      for coordinate in 0..<caps.count {
        let value = scratch[coordinate]
        let cap = caps[coordinate]
        let column = base + (coordinate &* rowCount &+ start)
        if isSquared {
          for place in 0..<length {
            var difference = abs(value - column[place])
            difference = difference < cap ? difference : cap
            sums[place] += difference * difference
          }
        } else {
          for place in 0..<length {
            let difference = abs(value - column[place])
            sums[place] += difference < cap ? difference : cap
          }
        }
      }
      for place in 0..<length where sums[place] < match.second {
        if sums[place] < match.first {
          match.second = match.first
          match.first = sums[place]
          match.row = order[start + place]
        } else {
          match.second = sums[place]
        }
      }
    }
  }

  private struct Builder {
    let points: RowCoordinates
    var order: [Int32]
    var nodes: [Node] = []
    var boxes: [Double] = []

    init(_ points: RowCoordinates) {
      self.points = points
      order = (0..<Int32(points.rowCount)).map { $0 }
    }

    mutating func build(_ range: Range<Int>) -> Int32 {
      let index = nodes.count
      nodes.append(
        Node(start: Int32(range.lowerBound), end: Int32(range.upperBound), left: -1, right: -1))
      var (widest, coordinate) = (0.0, -1)
      points.values.withUnsafeBufferPointer { values in
        for candidate in 0..<points.dimension {
          let start = candidate * points.rowCount
          var (low, high) = (Double.infinity, -Double.infinity)
          for place in range {
            let value = values[start &+ Int(order[place])]
            if value < low { low = value }
            if value > high { high = value }
          }
          boxes.append(low)
          boxes.append(high)
          let spread = min(high - low, points.caps[candidate])
          if spread > widest { (widest, coordinate) = (spread, candidate) }
        }
      }
      if range.count <= NearestRows.leafSize { return Int32(index) }
      let middle = range.lowerBound + range.count / 2
      // Rows that are all equal are halved as well, so that leaves stay small.
      if coordinate >= 0 { select(middle, in: range, by: coordinate) }
      nodes[index].left = build(range.lowerBound..<middle)
      nodes[index].right = build(middle..<range.upperBound)
      return Int32(index)
    }

    /// Brings the row that belongs at `place` there, smaller ones before it (Hoare's selection, middle pivots).
    private mutating func select(_ place: Int, in range: Range<Int>, by coordinate: Int) {
      let start = coordinate * points.rowCount
      points.values.withUnsafeBufferPointer { values in
        order.withUnsafeMutableBufferPointer { order in
          func value(_ position: Int) -> Double { values[start &+ Int(order[position])] }
          var (low, high) = (range.lowerBound, range.upperBound - 1)
          while low < high {
            let (a, b, c) = (value(low), value((low + high) / 2), value(high))
            let pivot = max(min(a, b), min(max(a, b), c))
            var (left, right) = (low, high)
            while left <= right {
              while value(left) < pivot { left += 1 }
              while value(right) > pivot { right -= 1 }
              if left <= right {
                order.swapAt(left, right)
                left += 1
                right -= 1
              }
            }
            if place <= right {
              high = right
            } else if place >= left {
              low = left
            } else {
              break
            }
          }
        }
      }
    }
  }
}
