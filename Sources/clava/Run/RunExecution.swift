import Configuration
import Essentials
import Fleet
import Foundation
import Scheduling
import Synthesis
import Tables
import TaskGraph

/// Runs a prepared session to its end, showing what happens: the common part of `run` and `sample`.
struct RunExecution {
  let session: RunSession
  /// Sentences the user should read before the work begins.
  let notices: [String]
  /// Events and the summary as JSON lines instead of text.
  let printsJSON: Bool
  let isQuiet: Bool

  func run() throws {
    let output = session.configuration.output
    let display = printsJSON || isQuiet ? nil : ProgressDisplay(plan: session.plan, workers: session.workers)
    if let display {
      let rows = session.project.survey.tables.reduce(0) { $0 + $1.rowCount }
      display.say(
        "\(session.project.schema.tables.count) tables, \(session.project.schema.relations.count) relations, "
          + "\(TextFormatting.count(rows)) rows; \(session.plan.tasks.count) tasks on \(session.workers) "
          + "\(session.workers == 1 ? "worker" : "workers"); "
          + "run directory \(output)")
      for notice in notices { display.say("note: \(notice)") }
    }
    let printsJSON = printsJSON
    let outcome = try session.run { event in
      if printsJSON { JSONLines.print(event) }
      display?.show(event)
    }
    display?.finish()
    switch outcome.status {
    case .interrupted:
      throw ClavaError(
        .interrupted, "the run was interrupted; what is finished is kept", at: .init(file: output),
        remedy: "give the same command again to go on")
    case .failed(let tasks):
      throw Self.error(tasks, output: output)
    case .done: break
    }
    let summary = try session.publish(outcome)
    if printsJSON {
      JSONLines.print(["type": JSONValue.string("summary"), "summary": try JSONValue(encoding: summary)])
    } else if !isQuiet {
      for line in SummaryText.lines(summary) { print(line) }
      print("")
      print("synthetic tables: \(output)/\(session.configuration.tablesPath)")
      print("summary:          \(output)/summary.json")
      print(
        "\(TextFormatting.duration(summary.wallSeconds)), \(summary.tasksRun) tasks computed, "
          + "\(summary.tasksCached) taken from before; peak memory of a process "
          + "\(TextFormatting.bytes(summary.fleet.peakMemory)), workers idle beside ready work "
          + String(format: "%.1f %%", summary.fleet.idleWhileReadyShare * 100))
    }
  }

  private static func error(_ tasks: [FailedTask], output: String) -> ClavaError {
    let isDisk = tasks.contains { $0.kind == .storage }
    return ClavaError(
      isDisk ? .storage : .tasks,
      problems: tasks.map { task in
        var message = "task \(task.id) failed: \(task.cause)"
        let advice =
          isDisk
          ? "free some space and give the same command again: finished tasks are kept"
          : "read the log; after mending the cause give the same command again: finished tasks are kept"
        if !task.blocked.isEmpty { message += " (\(task.blocked.count) other tasks need it)" }
        if let last = task.lastLines.last, !task.cause.contains(last) { message += "; last line of its log: \(last)" }
        return Problem(
          message, at: .init(file: task.log ?? output), remedy: task.cause.hasSuffix(advice) ? nil : advice)
      })
  }
}

/// One JSON object on each line of standard output.
enum JSONLines {
  static func print(_ value: some Encodable) {
    guard var line = try? CanonicalJSON.encode(value) else { return }
    line.append(10)
    FileHandle.standardOutput.write(line)
  }
}
