/// A worker process that ended.
struct LaunchEnding: Sendable, Hashable {
  /// The slot it filled.
  var slot: Int
  /// Its process number; 0 if it ran on another machine.
  var process: Int
  /// Identity it was started under, `UUID/SLOT`, if it has one.
  var launch: String?
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
  /// Notes that a worker does its work.
  ///
  /// - Parameters:
  ///   - launch: the identity it was started under, `UUID/SLOT`; nil for a process of this machine.
  ///   - process: its process number on its machine.
  func confirm(launch: String?, process: Int)
  /// Notes that a worker has not been heard of for so long that it counts as lost.
  func noteLoss(launch: String?)
  /// What has ended since the last call. Starts replacements that are due. Returns within milliseconds.
  func poll(now: Duration) throws -> [LaunchEnding]
  /// Starts no replacements any more.
  func startNoMore()
  /// How many worker processes are there.
  var runningCount: Int { get }
  /// Ends every worker process at once.
  func endAll()
}

extension Launcher {
  func noteLoss(launch: String?) {}
}
