import Fleet
import Sweeps

/// What a sweep tells while it works.
enum SweepNews {
  /// A round begins.
  case begin(trials: [(relation: String?, trial: Trial)], tasks: Int)
  /// A line of the journal of the sweep, or of the search of a denoiser.
  case record(SweepRecord, of: String?)
  /// The fleet says something.
  case fleet(FleetEvent)
  /// A round has ended.
  case round([SweepSearch])
}

/// Passes what the fleet says on; it is told on the thread that runs the plan.
struct TaskNews: @unchecked Sendable {
  private let observe: (SweepNews) -> Void

  init(_ observe: @escaping (SweepNews) -> Void) { self.observe = observe }

  func take(_ event: FleetEvent) { observe(.fleet(event)) }
}
