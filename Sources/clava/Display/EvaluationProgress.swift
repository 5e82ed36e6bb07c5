import Foundation

/// How far an evaluation is, on standard error: one line that is written anew on a terminal, else a line every while.
final class EvaluationProgress: @unchecked Sendable {
  private let lock = NSLock()
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = Date()
  private var last = Date()
  private var isShown = false

  /// Says what comes next.
  func begin(_ what: String) { write(what) }

  /// Says how much of it is done.
  func show(_ what: String, done: Int, of total: Int) { write("\(what) \(done) of \(total)") }

  /// Takes the line away.
  func finish() {
    lock.withLock {
      if isShown, isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
      isShown = false
    }
  }

  private func write(_ text: String) {
    lock.withLock {
      let now = Date()
      guard now.timeIntervalSince(last) >= (isTerminal ? 0.2 : 20) else { return }
      last = now
      isShown = true
      let line = "evaluating, \(TextFormatting.duration(now.timeIntervalSince(start))): \(text)"
      FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(line)" : line + "\n").utf8))
    }
  }
}
