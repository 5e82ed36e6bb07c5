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
    let display =
      printsJSON || isQuiet
      ? nil
      : ProgressDisplay(
        plan: session.plan, workers: session.startsWorkers ? session.workers : 1)
    if let display {
      let rows = session.project.survey.tables.reduce(0) { $0 + $1.rowCount }
      display.say(
        "\(session.project.schema.tables.count) tables, \(session.project.schema.relations.count) relations, "
          + "\(TextFormatting.count(rows)) rows; \(session.plan.tasks.count) tasks on "
          + (session.startsWorkers
            ? "\(session.workers) \(session.workers == 1 ? "worker" : "workers"); " : "as many workers as join; ")
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

  /// What failed, why, and the command that tries it again.
  private static func error(_ tasks: [FailedTask], output: String) -> ClavaError {
    let isDisk = tasks.contains { $0.kind == .storage }
    let again = "`\(CommandText.again)`"
    return ClavaError(
      isDisk ? .storage : .tasks,
      problems: tasks.map { task in
        var message = "task \(task.id) failed: \(task.cause)"
        if !task.blocked.isEmpty {
          message += " (\(task.blocked.count) other tasks need it; everything else is finished and kept)"
        }
        if let last = task.lastLines.last, !task.cause.contains(last) { message += "; last line of its log: \(last)" }
        let remedy =
          isDisk ? "free some space, then \(again) goes on" : "mend the cause, then \(again) tries it again"
        return Problem(message, at: .init(file: task.log ?? output), remedy: remedy)
      })
  }
}

/// The command line of this process.
enum CommandText {
  /// As it can be given again in a shell.
  static var again: String {
    (["clava"] + CommandLine.arguments.dropFirst()).map { word in
      let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0)) }
      return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }.joined(separator: " ")
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
