/// A regression tree on binned features.
struct BoostedTree: Sendable {
  struct Node: Sendable {
    /// The column that decides, −1 in a leaf.
    var feature: Int32 = -1
    /// In an ordered column the last bin that goes left; otherwise the category that goes right.
    var bin: UInt8 = 0
    /// The bin of missing values of an ordered column.
    var missingBin: UInt8 = 0
    var hasLevels = false
    var missingGoesLeft = false
    /// The left child; the right one follows it.
    var left: Int32 = 0
    /// What a leaf adds to the margin.
    var value: Double = 0

    @inline(__always)
    func sendsLeft(_ bin: UInt8) -> Bool {
      if hasLevels { return bin != self.bin }
      return bin == missingBin ? missingGoesLeft : bin <= self.bin
    }
  }

  var nodes: [Node]

  /// Adds the leaf values of rows to their margins.
  ///
  /// - Parameters:
  ///   - margins: one number a listed row and output.
  ///   - output: which of the outputs the tree belongs to.
  func add(to margins: UnsafeMutablePointer<Double>, stride: Int, output: Int, features: BinnedFeatures, rows: [Int32])
  {
    features.bins.withUnsafeBufferPointer { bins in
      nodes.withUnsafeBufferPointer { nodes in
        for (position, row) in rows.enumerated() {
          var node = nodes[0]
          while node.feature >= 0 {
            let bin = bins[Int(node.feature) &* features.rowCount &+ Int(row)]
            node = nodes[Int(node.left) &+ (node.sendsLeft(bin) ? 0 : 1)]
          }
          margins[position &* stride &+ output] += node.value
        }
      }
    }
  }
}
