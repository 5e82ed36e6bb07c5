/// Recomputes every suggestion and decision of a journal.
public enum SweepReplay {
  /// Something that was recomputed and came out differently. The journal's value is the one that counts.
  public struct Difference: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Sequence of the record.
    public var sequence: Int
    public var trial: Int
    /// What the journal has and what was found now.
    public var journal: String
    public var recomputed: String
    /// Whether only the last bits of numbers differ, as between processors.
    public var isRounding: Bool

    public var description: String {
      "record \(sequence), trial \(trial): the journal has \(journal), recomputed is \(recomputed)"
        + (isRounding ? " (last bits only)" : "")
    }
  }

  /// What a replay found.
  public struct Report: Sendable, Hashable, Codable {
    /// Suggestions and decisions that were recomputed.
    public var suggestions = 0
    public var decisions = 0
    public var differences: [Difference] = []
  }

  /// Replays records with their sequence numbers.
  ///
  /// - Throws: `ClavaError.damaged` if the records do not fit together.
  public static func run(_ records: [(sequence: Int, record: SweepRecord)]) throws -> Report {
    var report = Report()
    var state = SweepState()
    for (position, entry) in records.enumerated() {
      switch entry.record {
      case .suggest(let suggest):
        report.suggestions += 1
        let seen = try state.sequence == suggest.seen ? state : prefix(records[..<position], through: suggest.seen)
        if let difference = compare(suggest, with: seen, at: entry.sequence) { report.differences.append(difference) }
      case .decide(let decide) where decide.action == .promote || decide.action == .stop:
        report.decisions += 1
        let seen = try state.sequence == decide.seen ? state : prefix(records[..<position], through: decide.seen)
        if let difference = compare(decide, with: seen, at: entry.sequence) { report.differences.append(difference) }
      default: break
      }
      try state.apply(entry.record, sequence: entry.sequence)
    }
    return report
  }

  /// The state that a record was made from, where others came between.
  private static func prefix(
    _ records: ArraySlice<(sequence: Int, record: SweepRecord)>, through seen: Int
  ) throws -> SweepState {
    var state = SweepState()
    for entry in records where entry.sequence <= seen { try state.apply(entry.record, sequence: entry.sequence) }
    return state
  }

  private static func compare(
    _ suggest: SweepRecord.Suggest, with state: SweepState, at sequence: Int
  ) -> Difference? {
    let found: String
    var isRounding = false
    if suggest.source == .sampler, let due = state.promotable {
      found = "the promotion of trial \(due)"
    } else if let again = state.suggestion(ignoresGenerations: suggest.source == .asked) {
      if again.params == suggest.params && again.trial == suggest.trial && again.space == suggest.space { return nil }
      found = "\(again.params.canonicalText) (trial \(again.trial), space \(again.space))"
      isRounding = again.trial == suggest.trial && areClose(again.params, suggest.params)
    } else {
      found = "no trial"
    }
    return Difference(
      sequence: sequence, trial: suggest.trial,
      journal: "\(suggest.params.canonicalText) (trial \(suggest.trial), space \(suggest.space))", recomputed: found,
      isRounding: isRounding)
  }

  private static func compare(
    _ decide: SweepRecord.Decide, with state: SweepState, at sequence: Int
  ) -> Difference? {
    let found = state.expectedAction(decide.trial)
    guard found != decide.action else { return nil }
    return Difference(
      sequence: sequence, trial: decide.trial, journal: decide.action.rawValue,
      recomputed: found?.rawValue ?? "nothing to decide", isRounding: false)
  }

  private static func areClose(_ left: TrialParameters, _ right: TrialParameters) -> Bool {
    guard left.values.keys == right.values.keys else { return false }
    return left.values.allSatisfy { name, value in
      if value == right[name] { return true }
      guard let first = value.double, let second = right[name]?.double else { return false }
      return abs(first - second) <= 1e-12 * max(abs(first), abs(second))
    }
  }
}

extension SweepState {
  /// What the rules say of a paused trial now; nil if nothing is due.
  func expectedAction(_ number: Int) -> SweepRecord.Decide.Action? {
    guard trials.indices.contains(number), case .paused = trials[number].state else { return nil }
    if let size = specification.synchronous { return generationAction(number, size: size, isOver: false) ?? .stop }
    if specification.pruner.kind == .median {
      guard case .decide(let decide)? = medianDecision(number) else { return nil }
      return decide.action
    }
    if let due = promotable { return due == number ? .promote : nil }
    // At the end of a sweep the best one is finished if none is complete, the others stop.
    guard active.isEmpty else { return nil }
    if case .decide(let decide)? = next(slots: 0), decide.trial == number { return decide.action }
    return .stop
  }
}
