/// A worker process that ended.
struct LaunchEnding: Sendable, Hashable {
  /// The slot it filled.
  var slot: Int
  /// Its process number.
  var process: Int
  /// How it ended, for instance `was ended by signal 9 (SIGKILL)`.
  var sentence: String
  /// Whether the slot is given up, because its workers do not start.
  var isGivenUp: Bool
  /// Last lines of its log.
  var lastLines: [String]
}

/// Places worker processes and keeps their number; which task runs where is none of its business.
protocol Launcher: AnyObject {
  /// Wants `count` workers from now on; those that end are replaced.
  func keep(_ count: Int) throws
  /// Notes that the worker with this process number does its work.
  func confirm(process: Int)
  /// What has ended since the last call. Starts replacements that are due.
  func poll(now: Duration) throws -> [LaunchEnding]
  /// Starts no replacements any more.
  func startNoMore()
  /// Does not replace the worker with this process number when it ends: it was asked to leave for good.
  func giveUp(process: Int)
  /// How many worker processes are there.
  var runningCount: Int { get }
  /// Ends every worker process at once.
  func endAll()
}

extension Launcher {
  func giveUp(process: Int) {}
}
