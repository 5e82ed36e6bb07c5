/// Why an attempt ended without a result.
public struct FailureCause: Sendable, Hashable, Codable {
  /// Kinds of failure; each has its own budget of retries.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The body threw, or its process crashed.
    case programError
    /// The body refused its input or its parameters; another try would say the same.
    case rejectedInput
    /// The worker or its process was killed, or is not heard of any more.
    case lostWorker
    /// The system ended the process for want of memory.
    case outOfMemory
    /// The worker was asked to leave.
    case preempted
    /// A file could not be written: nothing else will go better until someone frees space.
    case storage
    /// Someone asked for it not to run.
    case cancelled
  }

  /// The kind.
  public var kind: Kind
  /// What happened, as one sentence without a final full stop.
  public var sentence: String
  /// Path of the attempt's log below the run directory, if there is one.
  public var log: String?
  /// The last lines of that log, oldest first.
  public var lastLines: [String]

  /// Creates a cause.
  public init(_ kind: Kind, _ sentence: String, log: String? = nil, lastLines: [String] = []) {
    self.kind = kind
    self.sentence = sentence
    self.log = log
    self.lastLines = lastLines
  }
}
