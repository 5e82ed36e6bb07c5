import Fleet
import Foundation
import TaskGraph

/// `clava status` for people.
enum StatusText {
  static func lines(_ status: RunStatus, run: String) -> [String] {
    var lines = [headline(status)]
    if let age = status.ageSeconds, age > 5, status.isAlive {
      lines.append("the coordinator has not written its state for \(TextFormatting.duration(age)); it stands still")
    }
    lines.append("")
    lines += TextFormatting.table(
      header: ["stage", "done", "running", "failed", "total"],
      rows: status.stages.map { ["\($0.stage)", "\($0.done)", "\($0.running)", "\($0.failed)", "\($0.total)"] })
    lines += section(nil, workers(status))
    lines += section("waiting", waiting(status))
    lines += section("lost workers", status.lost.suffix(5).flatMap(lost))
    lines += section("alarms", status.alarms.flatMap { [$0.sentence] + tail($0.lastLines, 3) })
    lines += section("failed", status.failed.flatMap { failed($0, run) })
    if !status.blocked.isEmpty { lines.append("\(status.blocked.count) tasks cannot run because of them") }
    return lines
  }

  private static func headline(_ status: RunStatus) -> String {
    var parts = ["\(status.done) of \(status.total) tasks done"]
    if status.done == status.total && !status.isAlive {
      parts.append("done")
    } else if status.isAlive {
      let process = status.process.map { " (process \($0)\(status.machine.map { " on \($0)" } ?? ""))" } ?? ""
      let time = status.elapsedSeconds.map { " for \(TextFormatting.duration($0))" } ?? ""
      parts.append("running\(time)\(process)")
      if let rate = status.tasksPerMinute, rate > 0 { parts.append(String(format: "%.3g tasks a minute", rate)) }
      if let left = status.remainingSeconds { parts.append("about \(TextFormatting.duration(left)) left") }
    } else {
      parts.append("stopped; give the same `clava run` command again to go on")
    }
    if status.starts > 1 { parts.append("start \(status.starts)") }
    return parts.joined(separator: ", ")
  }

  private static func section(_ title: String?, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : [""] + (title.map { ["\($0):"] } ?? []) + lines
  }

  private static func workers(_ status: RunStatus) -> [String] {
    guard !status.workers.isEmpty else { return [] }
    let running = Dictionary(status.running.map { ($0.worker, $0) }, uniquingKeysWith: { first, _ in first })
    return TextFormatting.table(
      header: ["worker", "machine", "process", "heard of", "memory", "task", "attempt", "for", "done", "loss"],
      rows: status.workers.map { worker in
        let entry = running[worker.name]
        return [
          worker.name, worker.machine ?? "–", "\(worker.process)", seen(worker),
          TextFormatting.bytes(worker.residentMemory), task(entry),
          entry.map { "\($0.attempt)" } ?? "–", entry.map { TextFormatting.duration($0.seconds) } ?? "–",
          entry?.progress.map { "\(Int($0.fraction * 100)) %" } ?? "–",
          entry?.progress?.loss.map { String(format: "%.3f", $0) } ?? "–",
        ]
      })
  }

  /// What a worker runs, and on how many slots if idle ones help.
  private static func task(_ entry: RunStatus.Running?) -> String {
    guard let entry else { return "–" }
    return entry.task.name + (entry.progress?.slots.map { " (\($0) slots)" } ?? "")
  }

  /// Source of the limits: spec/distributed.md §2 (Leases).
  private static func seen(_ worker: RunStatus.Worker) -> String {
    guard let seconds = worker.lastSeenSeconds else { return "–" }
    let words = worker.isLeaving == true ? ", leaving" : seconds > 15 ? ", suspect" : seconds > 6 ? ", late" : ""
    return "\(TextFormatting.duration(seconds)) ago\(words)"
  }

  private static func waiting(_ status: RunStatus) -> [String] {
    let stages = status.stages.reduce(0) { $0 + $1.total - $1.done - $1.running - $1.failed }
    guard !status.waiting.isEmpty else { return [] }
    let shown = status.waiting.prefix(8)
    let more = stages - shown.count
    return shown.map { "  \($0.task): \($0.reason)" } + (more > 0 ? ["  and \(more) more tasks"] : [])
  }

  private static func lost(_ worker: RunStatus.LostWorker) -> [String] {
    let format = DateFormatter()
    format.dateFormat = "HH:mm:ss"
    let time = format.string(from: Date(timeIntervalSince1970: worker.time))
    return ["  \(time) \(worker.cause)"] + tail(worker.lastLines, 3)
  }

  private static func failed(_ failed: RunStatus.Failed, _ run: String) -> [String] {
    var lines = ["  \(failed.task): \(failed.cause)"] + tail(failed.lastLines ?? [], 3)
    if let blocked = failed.blocked, blocked > 0 { lines.append("    \(blocked) other tasks need it") }
    lines.append("    its log: clava logs \(run) \(failed.task); again: clava retry \(run) \(failed.task)")
    return lines
  }

  private static func tail(_ lines: [String], _ count: Int) -> [String] {
    lines.suffix(count).map { "    │ \($0)" }
  }
}
