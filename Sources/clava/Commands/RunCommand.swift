import ArgumentParser
import Configuration
import Essentials
import Fleet
import Foundation
import Scheduling
import Synthesis
import Tables
import TaskGraph

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Learn a database and generate a synthetic one.",
    discussion: """
      Reads and checks the data, trains, samples, writes RUN/synthetic/TABLE.csv and RUN/summary.json, and compares
      the result with the input. A run that was interrupted, or killed, goes on when the same command is given again.

      EXAMPLES
        clava run --data DIR
        clava run --data DIR --out RUN --seed 1 --workers 2
        clava run --data DIR --scale 0.1 --set tables.district.kind=lookup
        clava run config.yaml --json
      """)

  @OptionGroup var options: ConfigurationOptions

  @Flag(name: .long, help: "Print events and the summary as JSON lines on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  func run() throws {
    let (configuration, notices) = try options.resolve()
    Interruption.install()
    let session = try RunSession(configuration: configuration)
    let display = json || quiet ? nil : ProgressDisplay(plan: session.plan, workers: session.workers)
    if let display {
      let rows = session.project.survey.tables.reduce(0) { $0 + $1.rowCount }
      display.say(
        "\(session.project.schema.tables.count) tables, \(session.project.schema.relations.count) relations, "
          + "\(TextFormatting.count(rows)) rows; \(session.plan.tasks.count) tasks on \(session.workers) "
          + "\(session.workers == 1 ? "worker" : "workers"); "
          + "run directory \(configuration.output)")
      for notice in notices { display.say("note: \(notice)") }
    }
    let printsJSON = json
    let outcome = try session.run { event in
      if printsJSON { JSONLines.print(event) }
      display?.show(event)
    }
    display?.finish()
    switch outcome.status {
    case .interrupted:
      throw ClavaError(
        .interrupted, "the run was interrupted; what is finished is kept", at: .init(file: configuration.output),
        remedy: "give the same command again to go on")
    case .failed(let tasks):
      throw Self.error(tasks, output: configuration.output)
    case .done: break
    }
    let summary = try session.publish(outcome)
    if json {
      JSONLines.print(["type": JSONValue.string("summary"), "summary": try JSONValue(encoding: summary)])
    } else if !quiet {
      for line in SummaryText.lines(summary) { print(line) }
      print("")
      print("synthetic tables: \(configuration.output)/synthetic")
      print("summary:          \(configuration.output)/summary.json")
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
