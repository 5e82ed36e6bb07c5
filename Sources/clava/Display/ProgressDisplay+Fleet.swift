import Fleet
import TaskGraph

extension ProgressDisplay {
  /// Shows an event of the fleet.
  func show(_ event: FleetEvent) {
    switch event {
    case .taskStarted(let task, _, _, _): update { model, now in model.started(task, at: now) }
    case .taskProgress(let task, _, _, _, let progress): update { model, _ in model.progressed(task, progress) }
    case .taskFinished(let task, _, let seconds, let cached):
      update { model, now in model.finished(task, seconds: seconds, cached: cached, at: now) }
    case .taskFailed(let task, _, let attempt, let cause, let willRetry, _):
      update { model, _ in model.stopped(task) }
      say("task \(task), attempt \(attempt): \(cause)\(willRetry ? "; it is tried again" : "")")
    case .workerJoined: update { model, _ in model.workerJoined() }
    case .workerLost(let worker, let cause), .workerLeft(let worker, let cause):
      update { model, _ in model.workerGone() }
      say("worker \(worker): \(cause)")
    case .warning(let message): say("warning: \(message)")
    case .started, .overview, .finished: update { _, _ in }
    }
  }
}
