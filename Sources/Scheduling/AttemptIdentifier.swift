public import TaskGraph

/// One try at a task. Numbers count from 1 and are never used twice in a run directory.
public struct AttemptIdentifier: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The task.
  public var task: TaskIdentifier
  /// Which try it is.
  public var number: Int

  /// Creates an identifier.
  public init(_ task: TaskIdentifier, _ number: Int) {
    self.task = task
    self.number = number
  }

  public var description: String { "\(task) (attempt \(number))" }

  public static func < (left: AttemptIdentifier, right: AttemptIdentifier) -> Bool {
    (left.task, left.number) < (right.task, right.number)
  }
}

/// What an attempt that succeeded delivers.
public struct AttemptResult: Sendable, Hashable, Codable {
  /// Its outputs, already in the object store.
  public var outputs: [TaskOutput]
  /// Seconds the body ran in this attempt.
  public var seconds: Double
  /// Largest resident memory while it ran, in bytes.
  public var peakMemory: Int
  /// Seconds of other slots that were lent to it; nil: none.
  public var borrowedSeconds: Double?

  /// Creates a result.
  public init(outputs: [TaskOutput], seconds: Double, peakMemory: Int, borrowedSeconds: Double? = nil) {
    self.outputs = outputs
    self.seconds = seconds
    self.peakMemory = peakMemory
    self.borrowedSeconds = borrowedSeconds
  }
}
