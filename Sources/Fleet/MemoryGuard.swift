internal import CSystemShims
internal import Foundation
internal import Synchronization

/// When an attempt that needs more memory than was asked for it is made to leave.
public enum MemoryGuard: String, Codable, Sendable, Hashable {
  /// Never: only the kernel's own limit counts.
  case off
  /// At nine tenths of its request, if less than a tenth of the memory of the machine or its control group is left.
  /// A request is a prediction; one that is too low shall not end a task that disturbs nobody.
  case whenShort
  /// At nine tenths of its request.
  case always

  /// Share of the request at which an attempt counts as over it.
  package static let share = 0.9
  /// Predictions below this are not worth guarding.
  private static let smallestRequest = 256 << 20

  /// Whether an attempt has to leave.
  ///
  /// - Parameters:
  ///   - resident: memory it uses, in bytes.
  ///   - request: memory that was asked for it, in bytes.
  ///   - room: what the machine has.
  package func isOver(resident: Int, request: Int, room: @autoclosure () -> MemoryRoom) -> Bool {
    func exceeds(_ request: Int) -> Bool { Double(resident) >= Self.share * Double(request) }
    switch self {
    case .off: return false
    case .always: return exceeds(request)
    case .whenShort:
      guard exceeds(max(request, Self.smallestRequest)) else { return false }
      let room = room()
      return room.total > 0 && Double(room.available) < (1 - Self.share) * Double(room.total)
    }
  }
}

/// Looks at the memory of this process while an attempt runs, on a thread of its own.
final class MemoryWatch: Sendable {
  private static let interval: UInt32 = 200_000
  /// A body that does not leave within this time is left without a checkpoint.
  private static let graceSeconds = 30.0

  private let isOver = Atomic<Bool>(false)
  private let isDone = Atomic<Bool>(false)

  /// Whether the attempt was found over its request.
  var hasFired: Bool { isOver.load(ordering: .acquiring) }

  /// Begins to look.
  ///
  /// - Parameters:
  ///   - fired: called once when the attempt is over its request, with its memory in bytes.
  ///   - overdue: called if it has not left a while after that.
  init(
    _ mode: MemoryGuard, request: Int, fired: @escaping @Sendable (Int) -> Void,
    overdue: @escaping @Sendable () -> Void
  ) {
    guard mode != .off else { return }
    let thread = Thread { [self] in
      clava_thread_name("memory")
      while !isDone.load(ordering: .acquiring) {
        usleep(Self.interval)
        guard !isDone.load(ordering: .acquiring) else { return }
        let resident = ProcessMemory.resident(getpid())
        guard mode.isOver(resident: resident, request: request, room: .current) else { continue }
        guard !isDone.load(ordering: .acquiring) else { return }
        isOver.store(true, ordering: .releasing)
        fired(resident)
        let deadline = MonotonicClock.now + .seconds(Self.graceSeconds)
        while !isDone.load(ordering: .acquiring), MonotonicClock.now < deadline { usleep(Self.interval) }
        if !isDone.load(ordering: .acquiring) { overdue() }
        return
      }
    }
    thread.start()
  }

  /// The attempt has ended.
  func stop() { isDone.store(true, ordering: .releasing) }
}
