/// How a dataset is cut: into chunks in the file, into blocks when it is streamed.
enum DatasetLayout {
  /// Bytes of a full chunk, and of a block when a dataset is streamed.
  static let chunkBytes = 1 << 20

  /// Number of elements of a shape, or nil if it does not fit an `Int`.
  static func count(_ shape: [Int]) -> Int? {
    var total = 1
    for extent in shape {
      guard extent >= 0 else { return nil }
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      total = product
    }
    return total
  }

  /// Shape of the chunks of a dataset: as many first indices as fit into `limit` bytes, the other dimensions whole;
  /// where one first index alone is larger, it is cut along the next dimension. Nil if the dataset has no elements.
  static func chunk(of shape: [Int], elementBytes: Int, limit: Int = chunkBytes) -> [Int]? {
    guard !shape.isEmpty, !shape.contains(0) else { return nil }
    var chunk = shape
    for axis in shape.indices {
      let rest = shape[(axis + 1)...].reduce(elementBytes, *)
      chunk[axis] = max(1, min(shape[axis], limit / rest))
      if rest <= limit { break }
    }
    return chunk
  }

  /// Calls `body` with the start and extent of every block of a dataset, in row-major order of the elements. Blocks
  /// hold at most `limit` bytes, and each is contiguous in row-major order.
  static func forEachBlock(
    of shape: [Int], elementBytes: Int, limit: Int = chunkBytes,
    _ body: (_ start: [Int], _ extent: [Int]) throws -> Void
  ) rethrows {
    guard let block = chunk(of: shape, elementBytes: elementBytes, limit: limit) else { return }
    var start = [Int](repeating: 0, count: shape.count)
    while true {
      try body(start, shape.indices.map { min(block[$0], shape[$0] - start[$0]) })
      var axis = shape.count - 1
      while axis >= 0 {
        start[axis] += block[axis]
        if start[axis] < shape[axis] { break }
        start[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
