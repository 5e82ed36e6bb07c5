internal import Foundation

/// How the learning rate changes with the step, counted from 0.
public struct LearningRateSchedule: Codable, Sendable, Equatable {
  /// The forms of decay.
  public enum Decay: String, Codable, Sendable {
    /// ½(1 + cos(π t / steps)).
    case cosine
    /// 1 − max(0, t − 1) / steps: the published trainer lowers the rate after its update, so the first two steps share
    /// one.
    case published
  }

  /// The rate before warm-up and decay.
  public var base: Double
  /// Steps over which the rate rises linearly; 0 for none.
  public var warmup: Int
  /// Steps after which the rate is zero.
  public var steps: Int
  /// The form of decay.
  public var decay: Decay

  /// Creates a schedule.
  public init(base: Double, warmup: Int, steps: Int, decay: Decay = .cosine) {
    self.base = base
    self.warmup = warmup
    self.steps = steps
    self.decay = decay
  }

  /// The rate of a step.
  public func rate(step: Int) -> Double {
    let share = Double(step) / Double(max(1, steps))
    let decayed =
      switch decay {
      case .cosine: 0.5 * (1 + cos(.pi * share))
      case .published: 1 - Double(max(0, step - 1)) / Double(max(1, steps))
      }
    return base * (warmup > 0 ? min(1, Double(step + 1) / Double(warmup)) : 1) * decayed
  }
}

/// Weight of the old value in the moving average of the parameters.
public enum AverageDecay {
  /// min(limit, (1 + t) / (10 + t)), t counting steps from 0: short averages at first, long ones later.
  public static func value(step: Int, limit: Double = 0.999) -> Double {
    min(limit, Double(1 + step) / Double(10 + step))
  }
}
