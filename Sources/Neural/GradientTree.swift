internal import CKernels
public import Essentials
public import Tensors

/// Sums the gradients of micro-shards in a binary tree that depends on their number only.
///
/// Shards are added like digits of a binary counter: two sums of equally many shards are merged as soon as both exist,
/// left to right; what is left at the end is merged from the right. Memory grows with the logarithm of the count.
public final class GradientTree {
  private let count: Int
  private let team: ThreadTeam?
  private var spare: [Matrix] = []
  private var pending: [(size: Int, sum: Matrix)] = []

  /// Threads that add two sums, each a range of their elements; the bits are the same for any number.
  public var threads = 1

  /// Sums buffers of `count` elements.
  ///
  /// - Parameter team: the threads, if there is to be more than one.
  public init(count: Int, team: ThreadTeam? = nil) {
    self.count = count
    self.team = team
  }

  /// A buffer for the next shard's gradient; its content is undefined and must be overwritten.
  public func nextBuffer() -> Matrix {
    spare.popLast() ?? Matrix(rows: 1, columns: count)
  }

  /// Adds the next shard's gradient, in a buffer from `nextBuffer`.
  public func add(_ gradient: Matrix) {
    pending.append((1, gradient))
    while pending.count > 1, pending[pending.count - 1].size == pending[pending.count - 2].size { mergeLast() }
  }

  /// The sum of all shards since the last call; valid until the next shard is added.
  public func finish() -> Matrix {
    precondition(!pending.isEmpty, "a gradient tree needs at least one shard")
    while pending.count > 1 { mergeLast() }
    let sum = pending.removeLast().sum
    spare.append(sum)
    return sum
  }

  private func mergeLast() {
    let right = pending.removeLast()
    let left = pending[pending.count - 1]
    let (target, source) = (left.sum.pointer, right.sum.pointer)
    if let team, threads > 1 {
      team.divide(count, threads: threads) { ck_add(target + $0.lowerBound, source + $0.lowerBound, Int64($0.count)) }
    } else {
      ck_add(target, source, Int64(count))
    }
    pending[pending.count - 1].size = left.size + right.size
    spare.append(right.sum)
  }
}
