internal import CSystemShims
internal import Foundation

/// How a thread that waits for the disk is given work, and tells a poll loop that it is done.
///
/// Requests that come while it works are one request.
final class BackgroundWake: @unchecked Sendable {
  /// Readable after `signal()`.
  let descriptor: Int32
  private let condition = NSCondition()
  // Guarded by the condition.
  private var isWanted = false
  private var isClosing = false
  private var isRunning = false

  init() { descriptor = clava_eventfd() }

  deinit { close(descriptor) }

  /// Asks for work.
  func request() {
    condition.lock()
    isWanted = true
    condition.signal()
    condition.unlock()
  }

  /// Waits for a request.
  ///
  /// - Returns: false when it is time to end.
  func waitForWork() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    isRunning = true
    while !isWanted, !isClosing { condition.wait() }
    guard isWanted else { return false }
    isWanted = false
    return true
  }

  /// Makes the descriptor readable.
  func signal() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Makes the descriptor unreadable again.
  func drain() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }

  /// Ends the thread after the work it was asked for, and waits for that.
  func close() {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while isRunning { condition.wait() }
    condition.unlock()
  }

  /// The thread's last word.
  func end() {
    condition.lock()
    isRunning = false
    condition.broadcast()
    condition.unlock()
  }

  private func close(_ descriptor: Int32) { Glibc.close(descriptor) }
}
