import Fleet
import Foundation
import TaskGraph

/// `clava status` for people.
enum StatusText {
  static func lines(_ status: RunStatus) -> [String] {
    var lines: [String] = []
    let state: String
    if status.done == status.total {
      state = "done"
    } else if status.isAlive {
      state = "running" + (status.process.map { " (process \($0))" } ?? "")
    } else {
      state = "stopped; give the same `clava run` command again to go on"
    }
    lines.append("\(status.done) of \(status.total) tasks done, \(state)")
    lines.append("")
    lines += TextFormatting.table(
      header: ["stage", "done", "running", "failed", "total"],
      rows: status.stages.map { ["\($0.stage)", "\($0.done)", "\($0.running)", "\($0.failed)", "\($0.total)"] })
    if !status.running.isEmpty {
      lines.append("")
      lines += TextFormatting.table(
        header: ["running task", "attempt", "worker", "for", "done", "loss"],
        rows: status.running.map { running in
          [
            running.task.name, "\(running.attempt)", running.worker, TextFormatting.duration(running.seconds),
            running.progress.map { "\(Int($0.fraction * 100)) %" } ?? "–",
            running.progress?.loss.map { String(format: "%.3f", $0) } ?? "–",
          ]
        })
    }
    for worker in status.workers {
      lines.append("\(worker.name): process \(worker.process), \(TextFormatting.bytes(worker.residentMemory))")
    }
    for failed in status.failed {
      lines.append("failed: \(failed.task): \(failed.cause)\(failed.log.map { " (\($0))" } ?? "")")
    }
    if !status.blocked.isEmpty { lines.append("\(status.blocked.count) tasks wait for failed ones") }
    return lines
  }
}
