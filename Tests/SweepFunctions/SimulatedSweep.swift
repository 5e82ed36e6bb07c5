import Essentials
public import Sweeps

/// A sweep whose trials are computed by a function, in an order that a random stream chooses.
public struct SimulatedSweep {
  /// What a trial reports at a rung: the metrics, or nil if the trial fails there.
  public typealias RungFunction = (TrialParameters, _ step: Int) -> MetricValues?

  /// The sweep now.
  public private(set) var state = SweepState()
  /// Its journal so far.
  public private(set) var journal: [(sequence: Int, record: SweepRecord)] = []
  private let objectives: (TrialParameters) -> MetricValues
  private let rung: RungFunction
  private var order: UInt64

  /// Begins a sweep.
  ///
  /// - Parameter order: from which the order follows in which running trials report.
  public init(
    _ specification: SweepSpecification, order: UInt64 = 1, objectives: @escaping (TrialParameters) -> MetricValues,
    rung: @escaping RungFunction
  ) throws {
    self.objectives = objectives
    self.rung = rung
    self.order = order
    try write(SweepState.open(specification))
  }

  /// Continues from a journal, as after a crash.
  public mutating func restart() throws {
    state = SweepState()
    for entry in journal { try state.apply(entry.record, sequence: entry.sequence) }
  }

  /// Writes a record and applies it. Sequences have gaps, as the journal has records of others.
  public mutating func write(_ record: SweepRecord) throws {
    let sequence = (journal.last?.sequence ?? -1) + 1 + journal.count % 2
    try state.apply(record, sequence: sequence)
    journal.append((sequence, record))
  }

  /// Runs until nothing is left, or until a number of reports.
  public mutating func run(slots: Int, reports: Int = .max) throws {
    var left = reports
    while left > 0 {
      while let record = state.next(slots: slots) { try write(record) }
      guard !state.active.isEmpty else { return }
      // Splitmix: any order of reports will do.
      order = order &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let running = state.active.sorted()
      try report(running[Int((order >> 33) % UInt64(running.count))])
      left -= 1
    }
  }

  private mutating func report(_ number: Int) throws {
    let trial = state.trials[number]
    guard let active = trial.activeRung else { return }
    let step = state.ladder.steps[active]
    guard let metrics = rung(trial.parameters, step) else {
      return try write(.ended(number, .failed, cause: "simulated"))
    }
    if trial.reached(active) == nil {
      try write(.reached(active, trial: number, step: step, metrics: metrics, checkpoint: .of("\(number)/\(active)")))
    }
    guard active == state.ladder.last else { return }
    try write(.ended(number, .complete, values: objectives(trial.parameters), seconds: Double(step)))
  }
}

extension SimulatedSweep {
  /// The least value that a sampler finds with a budget of trials.
  public static func best(_ function: TestFunction, _ kind: SamplerOptions.Kind, trials: Int, seed: Int) throws
    -> Double
  {
    var specification = SweepSpecification()
    specification.seed = seed
    specification.trials = trials
    specification.objectives = [Objective(name: "value", goal: .minimize)]
    specification.sampler.kind = kind
    specification.space = function.space
    var sweep = try SimulatedSweep(
      specification, objectives: { ["value": function.value($0)] }, rung: { _, _ in [:] })
    try sweep.run(slots: 1)
    return sweep.state.best.first?.values["value"] ?? .nan
  }
}
