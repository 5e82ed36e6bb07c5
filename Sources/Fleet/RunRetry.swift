internal import Essentials
internal import Foundation
internal import Scheduling
public import Storage
public import TaskGraph

/// Gives tasks of a run that nobody is at work on a fresh start.
public enum RunRetry {
  /// Notes in the journal that earlier failures count no more.
  ///
  /// - Parameter task: which; nil: all that were given up.
  /// - Returns: the tasks it is about.
  /// - Throws: `ClavaError.input` if the task was not given up, `.storage` if the journal cannot be written.
  public static func forgetFailures(of task: TaskIdentifier?, in directory: RunDirectory) throws -> [TaskIdentifier] {
    let history = try RunHistory(folder: directory.journal)
    // One that failed before a crash has used part of its budget without having been given up.
    let failed = Set(history.failed.keys).union(history.tasks.filter { !$0.value.failures.isEmpty }.keys)
    let chosen = failed.filter { task == nil || $0 == task }.sorted()
    guard !chosen.isEmpty else {
      throw ClavaError(
        .input, task.map { "task '\($0)' has not failed" } ?? "no task has failed", at: .init(file: directory.path),
        remedy: "see `clava status \(directory.path)`")
    }
    let journal = try Journal(folder: directory.journal)
    try journal.append(JournalRecord(.retry, task: task))
    try journal.sync()
    return chosen
  }
}

/// Ends a coordinator that stands still.
public enum RunCoordinator {
  /// Kills the coordinator of a run if it is a process of this machine; its local workers end with it.
  ///
  /// - Returns: whether it is gone.
  public static func kill(_ status: RunStatus) -> Bool {
    guard let process = status.process.flatMap({ pid_t(exactly: $0) }), status.machine == Machine.name else {
      return false
    }
    // The number may have gone to another program since.
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")) ?? ""
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    guard !program.isEmpty, (program as NSString).lastPathComponent == (own as NSString).lastPathComponent else {
      return !SystemProcess.isAlive(Int(process))
    }
    Glibc.kill(process, SIGKILL)
    for _ in 0..<100 where SystemProcess.isAlive(Int(process)) { usleep(20_000) }
    return !SystemProcess.isAlive(Int(process))
  }
}
