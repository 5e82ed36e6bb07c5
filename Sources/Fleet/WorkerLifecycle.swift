internal import Essentials
internal import Foundation
internal import Synchronization

/// How long a worker works, beside what the coordinator says.
public struct WorkerLifecycle: Sendable, Hashable {
  /// Seconds after which it saves its work and leaves; nil: never.
  public var lifetimeSeconds: Double?
  /// The lifetime is made longer or shorter by a random time of up to so many seconds, so that the workers of an array
  /// do not all leave at once.
  public var staggerSeconds: Double

  /// Creates a lifecycle; the default has no end.
  public init(lifetimeSeconds: Double? = nil, staggerSeconds: Double = 0) {
    self.lifetimeSeconds = lifetimeSeconds
    self.staggerSeconds = staggerSeconds
  }

  /// Creates a lifecycle from texts such as `55m`.
  ///
  /// - Throws: `ClavaError.configuration` if one of them is no duration.
  public init(lifetime: String?, stagger: String?) throws {
    self.init(
      lifetimeSeconds: try lifetime.map { try Self.seconds($0, "lifetime") },
      staggerSeconds: try stagger.map { try Self.seconds($0, "lifetime-stagger") } ?? 0)
  }

  private static func seconds(_ text: String, _ option: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? text : String(text.dropLast())), value.isFinite, value >= 0 else {
      throw ClavaError(
        .configuration, "--\(option) is '\(text)', a duration was expected", remedy: "give it like 90s, 55m or 12h")
    }
    return value * (unit ?? 1)
  }

  /// When it ends.
  func end(from start: Duration) -> Duration? {
    lifetimeSeconds.map { seconds in
      let stagger = abs(staggerSeconds)
      return start + .seconds(max(0, seconds + (stagger > 0 ? Double.random(in: -stagger...stagger) : 0)))
    }
  }
}

/// The latest request to leave that some other thread has caught.
private final class CaughtSignal: Sendable {
  private let number = Atomic<Int32>(0)

  func note(_ signal: Int32) { number.store(signal, ordering: .releasing) }

  func take() -> Int32? {
    let found = number.exchange(0, ordering: .acquiringAndReleasing)
    return found > 0 ? found : nil
  }
}

/// Signals of a worker: blocked, and asked for between turns of its loop.
enum Signals {
  /// Blocks the requests to leave in this thread and those it starts, so that they wait to be asked for.
  ///
  /// Libraries may have threads from before, which do not hold them: the handler is for those.
  static func holdTermination() {
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGTERM, SIGINT, SIGUSR1] { signal(number) { Signals.caught.note($0) } }
    var signals = termination
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Takes the next request to leave, if one has come.
  static var next: Int32? {
    if let number = caught.take() { return number }
    var signals = termination
    var none = timespec()
    let number = sigtimedwait(&signals, nil, &none)
    return number > 0 ? number : nil
  }

  private static let caught = CaughtSignal()

  private static var termination: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT, SIGUSR1] { sigaddset(&signals, number) }
    return signals
  }
}

/// What decides when a worker ends: a pure state machine beside the protocol.
package struct Departure {
  /// What is to be done.
  package enum Decision: Hashable {
    case stay
    /// Save, give everything back, leave.
    case drain(reason: String)
    /// End at once with this exit code.
    case end(Int32)
  }

  /// Time for the coordinator to take back what was saved. After that whoever is there finds it on disk.
  package static let farewellSeconds = 10.0

  private var end: Duration?
  private var requests = 0
  private var leaving: Duration?

  package init(end: Duration?) { self.end = end }

  /// A signal came. Only the second request to terminate is a hurry: `SIGUSR1` is what engines send ahead of it.
  package mutating func signalled(_ number: Int32) -> Decision {
    let name = SystemProcess.name(ofSignal: number)
    guard number != SIGUSR1 else { return .drain(reason: "signal \(name)") }
    requests += 1
    return requests > 1 ? .end(128 + number) : .drain(reason: "signal \(name)")
  }

  /// Time has passed; `isDraining` and `isIdle` tell how far a drain is.
  package mutating func passed(_ now: Duration, isDraining: Bool, isIdle: Bool) -> Decision {
    if let end, now >= end, !isDraining {
      self.end = nil
      return .drain(reason: "the end of its lifetime")
    }
    guard isDraining, isIdle else {
      leaving = nil
      return .stay
    }
    let since = leaving ?? now
    leaving = since
    return now - since > .seconds(Self.farewellSeconds) ? .end(99) : .stay
  }
}
