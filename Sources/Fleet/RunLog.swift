internal import Essentials
internal import Foundation

/// The log of a run, for people: one line for everything worth knowing, in `RUN/logs/run.log`.
final class RunLog: Sendable {
  private let descriptor: Int32

  /// Opens the log of a run; without one the run goes on.
  init(folder: String) {
    descriptor = open("\(folder)/run.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes what an event says, if it is worth a line.
  func write(_ event: FleetEvent) {
    guard descriptor >= 0, let text = Self.text(event) else { return }
    let line = "\(Self.time) \(text)\n"
    _ = line.withCString { Glibc.write(descriptor, $0, strlen($0)) }
  }

  /// The time of day in this place.
  private static var time: String {
    var seconds = Glibc.time(nil), parts = tm()
    localtime_r(&seconds, &parts)
    return String(
      format: "%04d-%02d-%02d %02d:%02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
      parts.tm_min, parts.tm_sec)
  }

  static func text(_ event: FleetEvent) -> String? {
    switch event {
    case .started(let total, let cached, _): return "started: \(total) tasks, \(cached) of them done already"
    case .taskFailed(let task, _, let attempt, let cause, let willRetry, let log):
      return "task \(task), attempt \(attempt): \(cause)\(willRetry ? "; it is tried again" : "; it is given up")"
        + (log.map { " (\($0))" } ?? "")
    case .workerJoined(let worker, let process): return "\(worker) is there (process \(process))"
    case .workerLost(_, let cause): return "lost: \(cause)"
    case .workerLeft(_, let cause): return cause
    case .warning(let message): return "warning: \(message)"
    case .finished(let status, let done, let failed, let blocked, let seconds):
      return "\(status): \(done) tasks done, \(failed) given up, \(blocked) blocked, after \(Int(seconds)) s"
    case .taskStarted, .taskProgress, .taskFinished, .overview: return nil
    }
  }
}
