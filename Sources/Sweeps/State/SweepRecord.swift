public import Essentials

/// One line of a sweep's history. The records of a journal, applied in order, give the sweep's state.
public enum SweepRecord: Sendable, Hashable {
  /// The sweep begins.
  public struct Open: Sendable, Hashable, Codable {
    public var specification: SweepSpecification
    public var digest: Digest
    public var space: Int
  }
  /// The sweep goes on under another specification and with a new version of its space.
  public struct Edit: Sendable, Hashable, Codable {
    public var specification: SweepSpecification
    /// What changed, for people.
    public var what: [String]
    public var space: Int
  }
  /// A trial gets its parameters.
  public struct Suggest: Sendable, Hashable, Codable {
    public var trial: Int
    public var params: TrialParameters
    /// The last record that the suggestion knew of.
    public var seen: Int
    /// Version of the space.
    public var space: Int
    /// Who chose or runs it.
    public var source: Trial.Source

    /// States a suggestion.
    public init(trial: Int, params: TrialParameters, seen: Int, space: Int, source: Trial.Source) {
      self.trial = trial
      self.params = params
      self.seen = seen
      self.space = space
      self.source = source
    }
  }
  /// Somebody wants these parameters tried; the sampler chooses those that are missing.
  public struct Enqueue: Sendable, Hashable, Codable {
    public var params: TrialParameters
  }
  /// Somebody tells numbers of a trial that runs elsewhere.
  public struct Tell: Sendable, Hashable, Codable {
    public var trial: Int
    public var metrics: MetricValues
  }
  /// A trial has reached a rung.
  public struct Rung: Sendable, Hashable, Codable {
    public var trial: Int
    public var rung: Int
    public var step: Int
    public var metrics: MetricValues
    /// Content of the checkpoint from which the next rung continues.
    public var checkpoint: Digest?
  }
  /// What becomes of a trial at its rung.
  public struct Decide: Sendable, Hashable, Codable {
    /// What may be decided.
    public enum Action: String, Sendable, Hashable, Codable {
      /// Run the next rung.
      case promote
      /// Wait.
      case pause
      /// Do not run the next rung: the trial counts as pruned.
      case stop
      /// Run again what failed, with the same parameters and number.
      case retry
    }
    public var trial: Int
    public var action: Action
    public var seen: Int

    /// States a decision.
    public init(trial: Int, action: Action, seen: Int) {
      self.trial = trial
      self.action = action
      self.seen = seen
    }
  }
  /// A trial has ended.
  public struct End: Sendable, Hashable, Codable {
    /// How a trial may end.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
      case complete, pruned, failed, nan, timeout, stopped
    }
    public var trial: Int
    public var state: State
    /// The objectives, means over replicates; extra numbers are kept for reports.
    public var values: MetricValues
    /// Standard deviations over replicates.
    public var spread: MetricValues?
    /// Why, where it did not complete.
    public var cause: String?
    /// Worker seconds spent.
    public var seconds: Double?
    /// Digest of the result, for replays and comparisons.
    public var result: Digest?
  }

  case open(Open)
  case edit(Edit)
  case suggest(Suggest)
  case enqueue(Enqueue)
  case tell(Tell)
  case rung(Rung)
  case decide(Decide)
  case end(End)
}

extension SweepRecord {
  /// A trial has reached a rung.
  public static func reached(
    _ rung: Int, trial: Int, step: Int, metrics: MetricValues, checkpoint: Digest? = nil
  ) -> SweepRecord {
    .rung(.init(trial: trial, rung: rung, step: step, metrics: metrics, checkpoint: checkpoint))
  }

  /// A trial has ended.
  public static func ended(
    _ trial: Int, _ state: End.State, values: MetricValues = [:], spread: MetricValues? = nil, cause: String? = nil,
    seconds: Double? = nil, result: Digest? = nil
  ) -> SweepRecord {
    .end(
      .init(
        trial: trial, state: state, values: values, spread: spread, cause: cause, seconds: seconds, result: result))
  }

  /// Somebody tells numbers of a trial that runs elsewhere.
  public static func told(_ trial: Int, _ metrics: MetricValues) -> SweepRecord {
    .tell(.init(trial: trial, metrics: metrics))
  }

  /// Somebody wants these parameters tried.
  public static func enqueued(_ params: TrialParameters) -> SweepRecord { .enqueue(.init(params: params)) }
}

extension SweepRecord: Codable {
  private enum Kind: String, Codable {
    case open = "sweep-open"
    case edit, suggest, enqueue, tell, rung, decide, end
  }

  private enum Key: String, CodingKey { case kind }

  /// Reads one flat object whose `kind` says which record it is.
  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
    case .open: self = .open(try Open(from: decoder))
    case .edit: self = .edit(try Edit(from: decoder))
    case .suggest: self = .suggest(try Suggest(from: decoder))
    case .enqueue: self = .enqueue(try Enqueue(from: decoder))
    case .tell: self = .tell(try Tell(from: decoder))
    case .rung: self = .rung(try Rung(from: decoder))
    case .decide: self = .decide(try Decide(from: decoder))
    case .end: self = .end(try End(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    func write(_ kind: Kind, _ record: some Encodable) throws {
      try container.encode(kind, forKey: .kind)
      try record.encode(to: encoder)
    }
    switch self {
    case .open(let record): try write(.open, record)
    case .edit(let record): try write(.edit, record)
    case .suggest(let record): try write(.suggest, record)
    case .enqueue(let record): try write(.enqueue, record)
    case .tell(let record): try write(.tell, record)
    case .rung(let record): try write(.rung, record)
    case .decide(let record): try write(.decide, record)
    case .end(let record): try write(.end, record)
    }
  }
}
