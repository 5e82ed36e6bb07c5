internal import Essentials
internal import Foundation
internal import Scheduling
public import Storage
public import TaskGraph

/// What a coordinator at work writes about once a second.
struct StatusSnapshot: Codable, Sendable {
  var process: Int
  var epoch: Int
  var written: Double
  var isOver: Bool
  var running: [RunStatus.Running]
  var workers: [RunStatus.Worker]

  static func path(in directory: RunDirectory) -> String { "\(directory.path)/status.json" }
}

/// How a run stands, read from its directory: works while it is alive and after a crash.
public struct RunStatus: Codable, Sendable, Hashable {
  /// A running attempt.
  public struct Running: Codable, Sendable, Hashable {
    /// Its task.
    public var task: TaskIdentifier
    /// Its number.
    public var attempt: Int
    /// The worker that runs it.
    public var worker: String
    /// Seconds since it began.
    public var seconds: Double
    /// Its last progress report.
    public var progress: TaskProgress?
  }

  /// A worker that is there.
  public struct Worker: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Number of its process.
    public var process: Int
    /// Resident memory of its compute process in bytes.
    public var residentMemory: Int
  }

  /// A task that was given up in the last run.
  public struct Failed: Codable, Sendable, Hashable {
    /// Which.
    public var task: TaskIdentifier
    /// Why, in one sentence.
    public var cause: String
    /// Path of its log, if there is one.
    public var log: String?
  }

  /// Whether a coordinator is at work.
  public var isAlive: Bool
  /// Process number of that coordinator.
  public var process: Int?
  /// How many times a coordinator was started for this run.
  public var starts: Int
  /// Tasks in the plan.
  public var total: Int
  /// Tasks that are committed.
  public var done: Int
  /// Tasks that can never run because others failed.
  public var blocked: [TaskIdentifier]
  /// Counts by stage.
  public var stages: [StageProgress]
  /// Attempts that run.
  public var running: [Running]
  /// Tasks that were given up.
  public var failed: [Failed]
  /// Workers that are there.
  public var workers: [Worker]

  /// Reads the state of a run.
  ///
  /// - Throws: `ClavaError` if the directory holds no plan, or plan or journal are damaged.
  public static func read(directory: RunDirectory) throws -> RunStatus {
    let plan = try CanonicalJSON.decode(
      Plan.self, from: FileSystem.read(directory.plan, code: .input), source: directory.plan)
    var results = try CommittedResults(plan: plan, directory: directory)
    let history = try RunHistory(folder: directory.journal)
    let snapshot = FileManager.default.contents(atPath: StatusSnapshot.path(in: directory)).flatMap {
      try? JSONDecoder().decode(StatusSnapshot.self, from: $0)
    }
    let isAlive = snapshot.map { !$0.isOver && SystemProcess.isAlive($0.process) } ?? false
    let running = isAlive ? snapshot?.running ?? [] : []
    let runningTasks = Set(running.map(\.task))
    var status = RunStatus(
      isAlive: isAlive, process: isAlive ? snapshot?.process : nil,
      starts: JournalReader.epochs(of: directory.journal).count, total: plan.tasks.count, done: 0, blocked: [],
      stages: [], running: running, failed: [], workers: isAlive ? snapshot?.workers ?? [] : [])
    var counts = StageCounts(plan)
    var stuck: Set<TaskIdentifier> = []
    for task in plan.tasks {
      if try results.lookUp(task) != nil {
        status.done += 1
        counts.add(task.stage, done: 1)
      } else if runningTasks.contains(task.id) {
        counts.add(task.stage, running: 1)
      } else if let cause = history.failed[task.id] {
        stuck.insert(task.id)
        counts.add(task.stage, failed: 1)
        let log = cause.log.map { "\(directory.path)/\($0)" }
        status.failed.append(Failed(task: task.id, cause: cause.sentence, log: log))
      } else if task.inputs.contains(where: { stuck.contains($0.task) }) {
        stuck.insert(task.id)
        counts.add(task.stage, failed: 1)
        status.blocked.append(task.id)
      }
    }
    status.stages = counts.list
    return status
  }
}
