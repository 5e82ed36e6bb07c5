package import Scheduling
package import TaskGraph

/// Notices running attempts that make no progress: pure, told of time and progress by the coordinator.
package struct ProgressAlarm {
  private struct Watched {
    var attempt: AttemptIdentifier
    var fraction: Double?
    var step: Int?
    var changed: Duration
    var isRaised = false
  }

  /// An attempt that stands still.
  package struct Stall: Hashable {
    package var attempt: AttemptIdentifier
    /// Seconds without progress.
    package var seconds: Double
    /// Seconds that a step was predicted to take; the whole task if it has not reported any step.
    package var predicted: Double
  }

  /// Times the predicted duration of a step after which a step counts as overdue.
  static let factor = 5.0

  /// No alarm before so many seconds.
  let shortest: Double
  private var watched: [TaskIdentifier: Watched] = [:]

  package init(shortest: Double) { self.shortest = shortest }

  /// An attempt has begun or told how far it is.
  ///
  /// - Returns: whether it goes on again after an alarm.
  package mutating func heard(_ attempt: AttemptIdentifier, _ progress: TaskProgress?, now: Duration) -> Bool {
    guard let old = watched[attempt.task], old.attempt == attempt else {
      watched[attempt.task] = Watched(
        attempt: attempt, fraction: progress?.fraction, step: progress?.step, changed: now)
      return false
    }
    guard let progress, progress.fraction != old.fraction || progress.step != old.step else { return false }
    watched[attempt.task] = Watched(attempt: attempt, fraction: progress.fraction, step: progress.step, changed: now)
    return old.isRaised
  }

  /// An attempt has ended.
  package mutating func ended(_ task: TaskIdentifier) { watched[task] = nil }

  /// The coordinator itself stood still for so long; nobody else did.
  package mutating func stoodStill(_ gap: Duration) { for task in watched.keys { watched[task]?.changed += gap } }

  /// Attempts that stand still and were not reported before.
  ///
  /// - Parameter predictedSeconds: of the whole task, at the speed seen so far.
  package mutating func stalls(now: Duration, predictedSeconds: (TaskIdentifier) -> Double) -> [Stall] {
    var found: [Stall] = []
    for (task, entry) in watched where !entry.isRaised {
      let silent = (now - entry.changed).inSeconds
      guard silent > shortest else { continue }
      var predicted = predictedSeconds(task)
      if let step = entry.step, step > 0, let fraction = entry.fraction, fraction > 0 {
        predicted *= fraction / Double(step)
      }
      guard silent > Self.factor * predicted else { continue }
      watched[task]?.isRaised = true
      found.append(Stall(attempt: entry.attempt, seconds: silent, predicted: predicted))
    }
    return found.sorted { $0.attempt < $1.attempt }
  }
}
