internal import Essentials
internal import Foundation
internal import Scheduling
public import Storage
internal import TaskGraph

/// What a coordinator at work writes about once a second.
struct StatusSnapshot: Codable, Sendable {
  var epoch: Int
  /// Seconds since 1970.
  var written: Double
  var isOver: Bool
  var status: RunStatus

  static func path(in directory: RunDirectory) -> String { "\(directory.path)/status.json" }

  /// The newest one of a run, if there is one that this release can read.
  static func read(_ directory: RunDirectory) -> StatusSnapshot? {
    FileManager.default.contents(atPath: path(in: directory)).flatMap {
      try? JSONDecoder().decode(StatusSnapshot.self, from: $0)
    }
  }

  /// Whether its coordinator still runs. Of another machine's processes only the file's age is known.
  var isAlive: Bool {
    guard !isOver, let process = status.process else { return false }
    return status.machine == Machine.name ? SystemProcess.isAlive(process) : ageSeconds < Self.foreignSeconds
  }

  var ageSeconds: Double { max(0, Moment.now - written) }

  private static let foreignSeconds = 60.0
}

/// Wall-clock time, for people only.
enum Moment {
  /// Seconds since 1970.
  static var now: Double { Date().timeIntervalSince1970 }
}

extension RunStatus {
  /// Reads the state of a run from its directory: works while it is alive and after a crash.
  ///
  /// - Throws: `ClavaError` if the directory holds no plan, or plan or journal are damaged.
  public static func read(directory: RunDirectory) throws -> RunStatus {
    try RunStatusReader(directory: directory).read()
  }
}

/// Reads the state of a run again and again.
public final class RunStatusReader {
  private let directory: RunDirectory
  private let plan: Plan
  private var results: CommittedResults

  /// Opens a run.
  ///
  /// - Throws: `ClavaError` if the directory holds no plan, or one that is damaged.
  public init(directory: RunDirectory) throws {
    self.directory = directory
    plan = try CanonicalJSON.decode(
      Plan.self, from: FileSystem.read(directory.plan, code: .input), source: directory.plan)
    results = try CommittedResults(plan: plan, directory: directory)
  }

  /// The state now: as the coordinator tells it, or, if there is none, as the files show.
  ///
  /// - Throws: `ClavaError` if the journal is damaged.
  public func read() throws -> RunStatus {
    if let snapshot = StatusSnapshot.read(directory), snapshot.isAlive {
      var status = snapshot.status
      let age = snapshot.ageSeconds
      status.ageSeconds = age
      for index in status.workers.indices { status.workers[index].lastSeenSeconds? += age }
      for index in status.running.indices { status.running[index].seconds += age }
      return status
    }
    return try readFiles()
  }

  private func readFiles() throws -> RunStatus {
    let history = try RunHistory(folder: directory.journal)
    var status = RunStatus(
      isAlive: false, process: nil, starts: history.starts, total: plan.tasks.count, done: 0, blocked: [],
      stages: [], running: [], failed: [], workers: [])
    status.lost = history.lost
    var counts = StageCounts(plan)
    var stuck: [TaskIdentifier: TaskIdentifier] = [:]
    for task in plan.tasks {
      if results.outputs[task.id] != nil {
        status.done += 1
        counts.add(task.stage, done: 1)
      } else if try results.lookUp(task) != nil {
        status.done += 1
        counts.add(task.stage, done: 1)
      } else if let cause = history.failed[task.id] {
        stuck[task.id] = task.id
        counts.add(task.stage, failed: 1)
        let log = cause.log.map { "\(directory.path)/\($0)" }
        status.failed.append(
          Failed(task: task.id, cause: cause.sentence, log: log, lastLines: cause.lastLines, blocked: 0))
      } else if let root = task.inputs.lazy.compactMap({ stuck[$0.task] }).first {
        stuck[task.id] = root
        counts.add(task.stage, failed: 1)
        status.blocked.append(task.id)
        if let place = status.failed.firstIndex(where: { $0.task == root }) {
          status.failed[place].blocked = (status.failed[place].blocked ?? 0) + 1
        }
      }
    }
    status.stages = counts.list
    return status
  }

  private typealias Failed = RunStatus.Failed
}
