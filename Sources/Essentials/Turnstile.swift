internal import CSystemShims
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A count that one thread raises and one other thread waits for: some microseconds at work, then asleep.
///
/// What was written before `raise` can be read after the `wait` that saw it.
final class Turnstile: Sendable {
  /// Waking a sleeper takes about as long, so that waiting costs at most twice what the better choice would have.
  private static let patience = 30_000

  private let count = Atomic<UInt64>(0)
  private let isAsleep = Atomic<Bool>(false)
  private let bell = DispatchSemaphore(value: 0)

  /// Adds one.
  func raise() {
    count.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
  }

  /// Waits until the count is at least `value`, which must be at most one more than what was waited for before.
  func wait(until value: UInt64) {
    let start = Self.nanoseconds
    repeat {
      for _ in 0..<16 {
        if count.load(ordering: .acquiring) >= value { return }
        clava_pause()
      }
    } while Self.nanoseconds - start < Self.patience
    while true {
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      if count.load(ordering: .sequentiallyConsistent) >= value {
        // If the flag is down already, whoever lowered it rings, and that ring must not be left for the next time.
        if !isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.wait() }
        return
      }
      bell.wait()
    }
  }

  private static var nanoseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
