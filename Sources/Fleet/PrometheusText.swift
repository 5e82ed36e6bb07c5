internal import Foundation
public import Storage
internal import TaskGraph

/// The state of a run in the text format of Prometheus.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats (text-based format, version 0.0.4).
public enum PrometheusText {
  /// Where a coordinator at work keeps it, rewritten every five seconds.
  public static func path(in directory: RunDirectory) -> String { "\(directory.path)/metrics.prom" }

  /// All metrics of a run, one line each.
  public static func text(_ status: RunStatus) -> String {
    var text = ""
    func metric(
      _ name: String, _ kind: String, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]
    ) {
      guard !samples.isEmpty else { return }
      text += "# HELP clava_\(name) \(help)\n# TYPE clava_\(name) \(kind)\n"
      for (labels, value) in samples {
        let list = labels.map { "\($0)=\"\(escape($1))\"" }.joined(separator: ",")
        text += "clava_\(name)\(list.isEmpty ? "" : "{\(list)}") \(number(value))\n"
      }
    }
    func one(_ value: Double?) -> [(labels: [(String, String)], value: Double)] { value.map { [([], $0)] } ?? [] }

    metric("up", "gauge", "Whether a coordinator is at work on the run.", one(status.isAlive ? 1 : 0))
    metric("coordinator_starts_total", "counter", "Times a coordinator was started.", one(Double(status.starts)))
    metric("tasks", "gauge", "Tasks in the plan.", one(Double(status.total)))
    metric(
      "stage_tasks", "gauge", "Tasks by stage and state.",
      status.stages.flatMap { stage in
        let waiting = stage.total - stage.done - stage.running - stage.failed
        return [("done", stage.done), ("running", stage.running), ("failed", stage.failed), ("waiting", waiting)].map {
          ([("stage", stage.stage), ("state", $0.0)], Double($0.1))
        }
      })
    metric("elapsed_seconds", "gauge", "Seconds since the coordinator started.", one(status.elapsedSeconds))
    metric("remaining_seconds", "gauge", "Predicted seconds to the end.", one(status.remainingSeconds))
    metric("tasks_per_minute", "gauge", "Tasks committed in the last minute.", one(status.tasksPerMinute))
    metric(
      "attempt_failures_total", "counter", "Failed attempts by kind of failure.",
      status.failures.sorted { $0.key < $1.key }.map { ([("kind", $0.key)], Double($0.value)) })
    metric("failed_tasks", "gauge", "Tasks that were given up.", one(Double(status.failed.count)))
    metric("blocked_tasks", "gauge", "Tasks that need one that was given up.", one(Double(status.blocked.count)))
    metric("workers", "gauge", "Workers that are there.", one(Double(status.workers.count)))
    metric("lost_workers", "gauge", "Workers lost, as far as remembered.", one(Double(status.lost.count)))
    metric("alarms", "gauge", "Things that are wrong now.", one(Double(status.alarms.count)))
    func workers(_ value: (RunStatus.Worker) -> Double?) -> [(labels: [(String, String)], value: Double)] {
      status.workers.compactMap { worker in
        value(worker).map { ([("worker", worker.name), ("machine", worker.machine ?? "")], $0) }
      }
    }
    metric("worker_last_seen_seconds", "gauge", "Seconds since the last message.", workers(\.lastSeenSeconds))
    metric(
      "worker_resident_bytes", "gauge", "Resident memory of the compute process.",
      workers { Double($0.residentMemory) })
    metric("worker_busy", "gauge", "Whether the worker runs a task.", workers { $0.task == nil ? 0 : 1 })
    metric(
      "task_fraction", "gauge", "Share of a running task that is done.",
      status.running.compactMap { entry in
        entry.progress.map { ([("task", entry.task.name), ("worker", entry.worker)], $0.fraction) }
      })
    return text
  }

  private static func escape(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
