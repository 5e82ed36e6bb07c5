internal import CSystemShims
internal import Foundation

/// Threads that do the parts of a job together with the thread that has the job.
///
/// Helpers are started when they are first needed, live as long as the team, and sleep between jobs. Which thread does
/// which part follows from the numbers alone. One thread at a time may use a team.
public final class ThreadTeam {
  /// What a helper is to do; the turnstiles order every access to it.
  private final class Desk: @unchecked Sendable {
    let given = Turnstile()
    let finished = Turnstile()
    var job: (() -> Void)?
    var isOver = false
  }

  /// Fewer elements than this for each thread are added up faster than another thread is woken.
  private static let fewestElements = 16_384
  /// Ranges begin at whole cache lines of single-precision numbers.
  private static let alignment = 16

  private var desks: [Desk] = []
  private var jobCount: [UInt64] = []

  /// Creates a team without helpers.
  public init() {}

  deinit {
    for desk in desks {
      desk.isOver = true
      desk.given.raise()
    }
  }

  /// Helpers that were started.
  public var helperCount: Int { desks.count }

  /// Calls `body` once for every part, on up to `threads` threads, and returns when all parts are done.
  ///
  /// - Parameters:
  ///   - parts: parts of the job.
  ///   - threads: threads that may work on them, the caller's included.
  ///   - body: gets the part and the lane that does it, below `threads` and `parts`; two calls in one lane never overlap.
  public func run(parts: Int, threads: Int, _ body: @escaping (_ part: Int, _ lane: Int) -> Void) {
    let lanes = min(parts, threads)
    guard lanes > 1 else {
      for part in 0..<parts { body(part, 0) }
      return
    }
    while desks.count < lanes - 1 { startHelper() }
    for lane in 1..<lanes {
      desks[lane - 1].job = { for part in stride(from: lane, to: parts, by: lanes) { body(part, lane) } }
      jobCount[lane - 1] += 1
      desks[lane - 1].given.raise()
    }
    for part in stride(from: 0, to: parts, by: lanes) { body(part, 0) }
    for lane in 1..<lanes { desks[lane - 1].finished.wait(until: jobCount[lane - 1]) }
  }

  /// Calls `body` for ranges that together are `0..<count`, one on each thread; on the caller's alone if there is little
  /// to do.
  public func divide(_ count: Int, threads: Int, _ body: @escaping (Range<Int>) -> Void) {
    let parts = max(1, min(threads, count / Self.fewestElements))
    guard parts > 1 else { return body(0..<count) }
    let units = (count + Self.alignment - 1) / Self.alignment
    run(parts: parts, threads: parts) { part, _ in
      let first = units * part / parts * Self.alignment, last = units * (part + 1) / parts * Self.alignment
      body(first..<min(last, count))
    }
  }

  private func startHelper() {
    let desk = Desk()
    desks.append(desk)
    jobCount.append(0)
    let thread = Thread {
      clava_thread_name("helper")
      var turn: UInt64 = 0
      while true {
        turn += 1
        desk.given.wait(until: turn)
        if desk.isOver { return }
        desk.job?()
        desk.job = nil
        desk.finished.raise()
      }
    }
    thread.start()
  }
}
