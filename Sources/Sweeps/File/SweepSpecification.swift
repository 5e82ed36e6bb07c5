public import Essentials

/// One number of a trial's summary that the sweep makes small or large.
public struct Objective: Sendable, Hashable, Codable {
  /// Which way is better.
  public enum Goal: String, Sendable, Hashable, Codable, CaseIterable { case minimize, maximize }

  /// Name of the number.
  public var name: String
  /// Which way is better.
  public var goal: Goal

  /// Creates an objective.
  public init(name: String, goal: Goal) {
    self.name = name
    self.goal = goal
  }

  /// The value as a loss: smaller is better.
  public func loss(_ value: Double) -> Double { goal == .minimize ? value : -value }
}

/// How trials are chosen.
public struct SamplerOptions: Sendable, Hashable, Codable {
  /// The ways to choose trials.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case grid, random, sobol, tpe, file }

  public var kind = Kind.tpe
  /// tpe: trials from the Sobol sequence before the results are looked at.
  public var startup = 10
  /// tpe: points of which the most promising one is taken.
  public var candidates = 24
  /// file: where the list is, as the sweep file names it; nil where it stands in the sweep file itself.
  public var path: String?
  /// file: the trials.
  public var points: [TrialParameters] = []

  /// The defaults.
  public init() {}
}

/// Which trials are ended early.
public struct PrunerOptions: Sendable, Hashable, Codable {
  /// The ways to end trials early.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable { case asha, hyperband, median, none }

  public var kind = Kind.none
  /// Name of the number that rungs report.
  public var metric = "val_loss"
  /// Which way it is better.
  public var goal = Objective.Goal.minimize
  /// What a rung spends: `steps` of the optimiser.
  public var resource = "steps"
  /// Resource of the first rung.
  public var min = 1
  /// Resource of a full trial.
  public var max = 1
  /// Ratio of two rungs, and of the trials on them.
  public var eta = 3
  /// asha: number of brackets; bracket b starts on rung b. hyperband has them all.
  public var brackets = 1
  /// median: complete trials before any is ended early.
  public var startup = 5

  /// No pruning.
  public init() {}
}

/// Everything that a sweep file says.
public struct SweepSpecification: Sendable, Hashable, Codable {
  /// What a sweep tunes.
  public enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
    /// The whole database.
    case run
    /// Each denoiser on its own, by its own loss: independent small sweeps.
    case relation
  }

  public var name = "sweep"
  /// Configuration file that trials start from, as the sweep file names it.
  public var base: String?
  public var scope = Scope.run
  /// The denoiser of a small sweep of scope `relation`; nil is the sweep as its file says it.
  public var relation: String?
  public var seed = 0
  /// Number of trials, under scope `relation` of each denoiser; nil is one for each cell of the grid or line of the list, or as many as the budget allows.
  public var trials: Int?
  /// Trials that run at the same time, over all denoisers; nil is two for each worker.
  public var maxParallel: Int?
  /// Seconds after which no trial starts.
  public var budget: Double?
  /// Seeds for each trial.
  public var replicates = 1
  /// Trials of a generation, of which each sees only complete earlier ones; nil is asynchronous.
  public var synchronous: Int?
  public var objectives: [Objective] = []
  public var sampler = SamplerOptions()
  public var pruner = PrunerOptions()
  public var space = ParameterSpace([])

  /// An empty sweep.
  public init() {}

  /// Digest of everything in it.
  public var digest: Digest {
    get throws { Digest.of(try CanonicalJSON.encode(self)) }
  }

  /// The most trials the sweep can have; nil if only the budget ends it.
  public var mostTrials: Int? {
    let all: Int? =
      switch sampler.kind {
      case .grid: space.cellCount
      case .file: sampler.points.count
      case .random, .sobol, .tpe: nil
      }
    guard let trials else { return all }
    return all.map { Swift.min($0, trials) } ?? trials
  }

  /// Things about the sweep that its owner should know.
  public var notices: [String] {
    var notices: [String] = []
    if sampler.kind == .sobol, let trials, trials.nonzeroBitCount != 1 {
      notices.append(
        "\(trials) Sobol trials are not balanced: take a power of two, such as "
          + "\(1 << (Int.bitWidth - 1 - trials.leadingZeroBitCount)) or "
          + "\(1 << (Int.bitWidth - trials.leadingZeroBitCount))")
    }
    if sampler.kind == .grid, let trials, case let cells = space.cellCount, trials < cells {
      notices.append("the grid has \(cells) cells; the first \(trials) in declared order are run")
    }
    if pruner.kind == .hyperband, case let count = RungLadder(pruner).brackets, count > 6 || count < 3 {
      notices.append("hyperband has \(count) bracket\(count == 1 ? "" : "s"); 4 to 6 work best (ratio of max to min)")
    }
    return notices
  }
}
