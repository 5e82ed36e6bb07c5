internal import Dispatch
internal import Foundation

/// Work that falls into independent parts, computed by several threads. The result does not depend on their number.
public enum ParallelParts {
  /// The results of all parts, in the order of the parts.
  ///
  /// - Parameters:
  ///   - costs: what each part is expected to cost, in any unit; the dearest begin first.
  ///   - threads: how many parts are computed at a time; nil for one a core.
  ///   - finished: called after each part with the number of parts that are done, one call at a time.
  /// - Throws: the error of the first part, in the order of the parts, that failed.
  public static func map<Result: Sendable>(
    costs: [Double], threads: Int?, finished: (@Sendable (Int) -> Void)? = nil,
    _ body: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let board = Board<Result>(order: costs.indices.sorted { (costs[$1], $0) < (costs[$0], $1) })
    let width = min(max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount), max(1, costs.count))
    DispatchQueue.concurrentPerform(iterations: width) { _ in
      while let part = board.next() {
        let result = Swift.Result { try body(part) }
        board.finish(part, result, finished)
      }
    }
    return try board.results()
  }

  private final class Board<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var waiting: [Int]
    private var done: [Swift.Result<Value, any Error>?]
    private var doneCount = 0

    init(order: [Int]) {
      waiting = order.reversed()
      done = order.map { _ in nil }
    }

    func next() -> Int? { lock.withLock { waiting.popLast() } }

    func finish(_ part: Int, _ result: Swift.Result<Value, any Error>, _ finished: ((Int) -> Void)?) {
      lock.withLock {
        done[part] = result
        doneCount += 1
        finished?(doneCount)
      }
    }

    func results() throws -> [Value] { try lock.withLock { try done.compactMap { try $0?.get() } } }
  }
}
