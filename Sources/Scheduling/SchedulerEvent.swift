public import TaskGraph

/// What the scheduler is told.
public enum SchedulerEvent: Sendable, Hashable {
  /// A worker said hello, for the first time or again, and names the attempts it holds.
  case joined(worker: String, facts: WorkerFacts = WorkerFacts(), held: [AttemptIdentifier])
  /// A worker's heartbeat names the attempts it holds and the one among them that runs.
  case heartbeat(worker: String, held: [AttemptIdentifier], running: AttemptIdentifier?)
  /// A worker takes no more work; what it holds it will give back.
  case leaving(worker: String)
  /// Any other message of a worker: a sign of life.
  case heard(worker: String)
  /// An attempt has begun to run.
  case started(worker: String, AttemptIdentifier)
  /// The result of an attempt is committed: it took so many seconds and its outputs have so many bytes.
  case committed(worker: String, AttemptIdentifier, seconds: Double = 0, bytes: Int = 0)
  /// An attempt failed.
  case failed(worker: String, AttemptIdentifier, FailureCause)
  /// A worker gave an attempt back: revoked, or saved before leaving.
  case released(worker: String, AttemptIdentifier)
  /// A worker is gone for certain, with one sentence on why.
  case gone(worker: String, cause: String)
  /// The cache holds the result of a task that was to be looked up.
  case found(TaskIdentifier)
  /// It does not.
  case notFound(TaskIdentifier)
  /// Someone asks for another try of a task that failed for good, with fresh budgets; nil: of all of them.
  case retry(TaskIdentifier?)
  /// Someone wants these tasks and what needs them not to run; attempts under way are taken back.
  case cancel([TaskIdentifier])
  /// Someone wants this worker to save its work and leave.
  case drain(worker: String)
  /// Time has passed.
  case tick
  /// The coordinator itself stood still for so long: leases are extended by as much.
  case stoodStill(Duration)
  /// Begin no more work and get back what is running.
  case stop
}

/// What the scheduler wants done.
public enum SchedulerEffect: Sendable, Hashable {
  /// Look for a committed result under the task's key, then say `found` or `notFound`.
  case lookUp(TaskIdentifier)
  /// Send an attempt to a worker.
  case grant(worker: String, AttemptIdentifier)
  /// Ask a worker to give an attempt back; a running one only if `evenIfRunning`.
  case revoke(worker: String, AttemptIdentifier, evenIfRunning: Bool)
  /// Tell a worker that its report on an attempt has been dealt with.
  case acknowledge(worker: String, AttemptIdentifier)
  /// Ask a worker to save what it does, give everything back and take nothing more.
  case drain(worker: String)
  /// A task is done.
  case done(TaskIdentifier, cached: Bool)
  /// An attempt ended without result.
  case failed(worker: String, AttemptIdentifier, FailureCause, willRetry: Bool)
  /// A task cannot run because another one failed for good.
  case blocked(TaskIdentifier, by: TaskIdentifier)
  /// A task that had failed for good, or was blocked, counts as open again.
  case reopened(TaskIdentifier)
  /// A second attempt at a task was given out because the first takes far longer than predicted.
  case speculated(AttemptIdentifier, besides: AttemptIdentifier)
  /// A worker has not been heard of for the length of a lease.
  case lost(worker: String, cause: String)
  /// A machine that lost too many workers gets no more work while others are there.
  case hostDrained(host: String, cause: String)
  /// No task can run any more, or all that ran was given back after a stop.
  case finished
}

/// Where a task stands.
public enum TaskState: Sendable, Hashable {
  /// Inputs are missing.
  case waiting
  /// All inputs are there; whether its result is cached is being looked up.
  case lookingUp
  /// It can run.
  case ready
  /// Some worker holds it; `isRunning` tells whether it has begun.
  case leased(isRunning: Bool)
  /// Its outputs are committed.
  case done
  /// It failed for good.
  case failed(FailureCause)
  /// Another task it needs failed for good.
  case blocked(by: TaskIdentifier)
}
