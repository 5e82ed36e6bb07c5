import Essentials

/// The trials of a sweep: a state machine fed by the records of a journal, without clocks, files or threads.
///
/// Use: apply every record of the journal in order; then, as long as `next` has a record, write it to the journal and
/// apply it. Trials with an `activeRung` are to be computed; report them with `reached` and `ended` records.
public struct SweepState: Sendable {
  /// What the sweep does now.
  public private(set) var specification = SweepSpecification()
  /// Version of the space; every edit raises it.
  public private(set) var spaceVersion = 0
  /// All trials by number.
  public private(set) var trials: [Trial] = []
  /// Parameters that wait to be tried.
  public private(set) var queue: [TrialParameters] = []
  /// Sequence of the last record that was applied; −1 before the first.
  public private(set) var sequence = -1
  /// Rungs and brackets.
  public private(set) var ladder = RungLadder(PrunerOptions())

  /// Trials that are being computed.
  public private(set) var active: Set<Int> = []
  /// Trials that wait at a rung.
  private(set) var paused: Set<Int> = []
  /// Paused trials about which something is to be decided at once.
  private(set) var undecided: Set<Int> = []
  /// Rungs of asynchronous halving by bracket and rung.
  private(set) var tables: [[RungTable]] = []
  /// Cells that have a trial, of a grid.
  private(set) var cells: Set<String> = []
  /// All combinations of the grid before this one have a trial.
  private(set) var gridCursor = 0
  private(set) var completeCount = 0
  /// Trials whose parameters the sampler chose for the sweep itself.
  private(set) var samplerCount = 0

  /// A sweep before its first record.
  public init() {}

  /// The state after some records, numbered from 0.
  public init(_ records: some Sequence<SweepRecord>) throws {
    for (sequence, record) in records.enumerated() { try apply(record, sequence: sequence) }
  }

  /// The record that begins a sweep.
  public static func open(_ specification: SweepSpecification) throws -> SweepRecord {
    .open(.init(specification: specification, digest: try specification.digest, space: 0))
  }

  /// Whether trials are ended early at rungs.
  var prunes: Bool { specification.pruner.kind != .none }

  /// Whether rungs are compared as soon as one trial reaches them.
  var halvesAsynchronously: Bool {
    specification.synchronous == nil && (specification.pruner.kind == .asha || specification.pruner.kind == .hyperband)
  }

  /// Takes in one record.
  ///
  /// - Parameters:
  ///   - sequence: its number in the journal, larger than those before.
  ///   - time: when it was written, for reports.
  /// - Throws: `ClavaError.damaged` if the record does not fit what came before; the state is then unchanged.
  public mutating func apply(_ record: SweepRecord, sequence: Int, time: Double? = nil) throws {
    guard sequence > self.sequence else {
      throw Self.damaged("record \(sequence) follows record \(self.sequence)")
    }
    switch record {
    case .open(let open):
      guard self.sequence < 0 else { throw Self.damaged("the sweep was opened before") }
      adopt(open.specification)
    case .edit(let edit):
      guard self.sequence >= 0 else { throw Self.damaged("the sweep was not opened") }
      guard edit.space == spaceVersion + 1 else {
        throw Self.damaged("space version \(edit.space) follows version \(spaceVersion)")
      }
      adopt(edit.specification)
      spaceVersion = edit.space
    case .enqueue(let enqueue): queue.append(enqueue.params)
    case .suggest(let suggest): try apply(suggest, time)
    case .rung(let rung): try apply(rung, time)
    case .decide(let decide): try apply(decide)
    case .tell(let tell): try apply(tell, time)
    case .end(let end): try apply(end, time)
    }
    self.sequence = sequence
  }

  /// Notes that a suggested trial is being computed; only for displays, nothing depends on it.
  public mutating func markStarted(_ number: Int) {
    guard trials.indices.contains(number), trials[number].state == .suggested else { return }
    trials[number].state = .running(rung: trials[number].bracket)
  }

  private mutating func adopt(_ specification: SweepSpecification) {
    self.specification = specification
    ladder = RungLadder(specification.pruner)
    gridCursor = 0
    if specification.sampler.kind == .grid {
      cells = Set(trials.map(\.parameters.canonicalText))
      gridCursor = nextCombination() ?? specification.space.combinations ?? 0
    }
    tables = (0..<ladder.brackets).map { _ in ladder.steps.map { _ in RungTable() } }
    guard !trials.isEmpty else { return }
    // The rule may be another one now: the tables are built from what is there.
    undecided = []
    for trial in trials {
      for reached in trial.rungs where reached.rung < ladder.last && tables.indices.contains(trial.bracket) {
        enter(trial, reached)
      }
    }
  }

  /// Puts a rung's report into its table, with what has become of the trial since.
  private mutating func enter(_ trial: Trial, _ reached: Trial.Reached) {
    let loss = loss(of: reached)
    let isWaiting = trial.state == .paused(rung: reached.rung)
    if isWaiting && (!halvesAsynchronously || loss == nil) { undecided.insert(trial.number) }
    guard halvesAsynchronously else { return }
    let went = trial.rungs.contains { $0.rung > reached.rung } || (trial.activeRung ?? -1) > reached.rung
    tables[trial.bracket][reached.rung].report(
      loss ?? .nan, trial: trial.number, as: isWaiting ? .waiting : went ? .promoted : .dropped)
  }

  private func trial(_ number: Int, _ what: String) throws -> Trial {
    guard trials.indices.contains(number) else {
      throw Self.damaged("\(what) of trial \(number), which does not exist")
    }
    return trials[number]
  }

  private mutating func apply(_ suggest: SweepRecord.Suggest, _ time: Double?) throws {
    guard suggest.trial == trials.count else {
      throw Self.damaged("trial \(suggest.trial) follows \(trials.count) trials")
    }
    if suggest.source != .sampler, let first = queue.first,
      first.values.allSatisfy({ suggest.params[$0.key] == $0.value })
    {
      queue.removeFirst()
    }
    let bracket = ladder.bracket(ofTrial: suggest.trial)
    trials.append(
      Trial(
        number: suggest.trial, parameters: suggest.params, source: suggest.source, space: suggest.space,
        bracket: bracket, began: time))
    active.insert(suggest.trial)
    if suggest.source != .enqueued { samplerCount += 1 }
    if specification.sampler.kind == .grid {
      cells.insert(suggest.params.canonicalText)
      gridCursor = nextCombination() ?? specification.space.combinations ?? 0
    }
  }

  private mutating func apply(_ rung: SweepRecord.Rung, _ time: Double?) throws {
    let trial = try trial(rung.trial, "rung \(rung.rung)")
    guard trial.activeRung == rung.rung else {
      throw Self.damaged("trial \(rung.trial) is \(trial.state.name), but reports rung \(rung.rung)")
    }
    let reached = Trial.Reached(
      rung: rung.rung, step: rung.step, metrics: rung.metrics, checkpoint: rung.checkpoint, time: time)
    trials[rung.trial].rungs.append(reached)
    guard rung.rung < ladder.last else {
      trials[rung.trial].state = .running(rung: rung.rung)
      return
    }
    trials[rung.trial].state = .paused(rung: rung.rung)
    active.remove(rung.trial)
    paused.insert(rung.trial)
    enter(trials[rung.trial], reached)
  }

  private mutating func apply(_ decide: SweepRecord.Decide) throws {
    let trial = try trial(decide.trial, "a decision")
    switch (decide.action, trial.state) {
    case (.pause, .paused): undecided.remove(decide.trial)
    case (.promote, .paused(let rung)):
      leave(trial, rung, went: true)
      trials[decide.trial].state = .running(rung: rung + 1)
      active.insert(decide.trial)
    case (.stop, .paused(let rung)):
      leave(trial, rung, went: false)
      trials[decide.trial].state = .ended(.pruned)
    case (.retry, .ended(let end)) where Self.retried.contains(end):
      let next = trial.rungs.last.map { min($0.rung + 1, ladder.last) }
      trials[decide.trial].state = next.map { .running(rung: $0) } ?? .suggested
      trials[decide.trial].cause = nil
      trials[decide.trial].finished = nil
      // A rung that gave no number is computed again.
      if let last = trial.rungs.last, loss(of: last) == nil {
        trials[decide.trial].rungs.removeLast()
        if halvesAsynchronously, last.rung < ladder.last { tables[trial.bracket][last.rung].withdraw() }
        trials[decide.trial].state = .running(rung: last.rung)
      }
      active.insert(decide.trial)
    default:
      throw Self.damaged("trial \(decide.trial) is \(trial.state.name), but the decision is \(decide.action.rawValue)")
    }
  }

  private mutating func leave(_ trial: Trial, _ rung: Int, went: Bool) {
    paused.remove(trial.number)
    undecided.remove(trial.number)
    guard halvesAsynchronously, tables.indices.contains(trial.bracket) else { return }
    if went {
      tables[trial.bracket][rung].promote(trial.number)
    } else {
      tables[trial.bracket][rung].drop(trial.number)
    }
  }

  private mutating func apply(_ tell: SweepRecord.Tell, _ time: Double?) throws {
    let trial = try trial(tell.trial, "a number")
    guard trial.end == nil else { throw Self.damaged("trial \(tell.trial) has ended: \(trial.state.name)") }
    trials[tell.trial].values.merge(tell.metrics)
    let values = trials[tell.trial].values
    guard specification.objectives.allSatisfy({ values.contains($0.name) }) else { return }
    finish(tell.trial, .complete, time)
  }

  private mutating func apply(_ end: SweepRecord.End, _ time: Double?) throws {
    let trial = try trial(end.trial, "the end")
    guard trial.end == nil else { throw Self.damaged("trial \(end.trial) has ended before: \(trial.state.name)") }
    trials[end.trial].values.merge(end.values)
    trials[end.trial].spread = end.spread
    trials[end.trial].cause = end.cause
    trials[end.trial].seconds = end.seconds
    trials[end.trial].result = end.result
    finish(end.trial, end.state, time)
  }

  /// A trial is complete only if all objectives are numbers.
  private mutating func finish(_ number: Int, _ end: SweepRecord.End.State, _ time: Double?) {
    if case .paused(let rung) = trials[number].state { leave(trials[number], rung, went: false) }
    active.remove(number)
    let missing = specification.objectives.first { trials[number].values[$0.name] == nil }
    if end == .complete, let missing {
      trials[number].state = .ended(.nan)
      trials[number].cause = "\(missing.name) is no number"
    } else {
      trials[number].state = .ended(end)
    }
    trials[number].finished = time
    if trials[number].end == .complete { completeCount += 1 }
  }

  /// The ends that `retry --failed` runs again.
  public static let retried: Set<SweepRecord.End.State> = [.failed, .nan, .timeout]

  /// The loss of the pruner's metric at a rung; nil if it is no number.
  func loss(of reached: Trial.Reached) -> Double? {
    let options = specification.pruner
    return reached.metrics[options.metric].map(Objective(name: options.metric, goal: options.goal).loss)
  }

  private static func damaged(_ message: String) -> ClavaError {
    ClavaError(
      .damaged, "the journal of the sweep does not fit together: \(message)",
      remedy: "restore the journal, or start the sweep anew; results that are there are used again")
  }
}
