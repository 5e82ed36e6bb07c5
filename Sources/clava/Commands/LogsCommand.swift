import ArgumentParser
import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph

struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Print the log of a run, of a task or of a worker.",
    discussion: """
      Without a name: what happened in the run. With the name of a task: the output of its newest attempt, or of the
      one chosen with --attempt. With the name or number of a worker: the log of its process; for workers of Slurm also
      the job and its element, for pods the command that shows it.

      EXAMPLES
        clava logs RUN --follow
        clava logs RUN train-denoiser/district
        clava logs RUN train-denoiser/district --attempt 1
        clava logs RUN "worker 2"
        clava logs RUN slot-1
        clava logs RUN 4711_1
      """)

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Argument(help: ArgumentHelp("Task or worker.", valueName: "task|worker"))
  var name: String?

  @Option(name: .long, help: "Number of the attempt; the newest if not given.")
  var attempt: Int?

  @Flag(name: .shortAndLong, help: "Go on printing what is added until the run is over.")
  var follow = false

  func run() throws {
    let run = try RunFolder.open(directory)
    let reader = try RunStatusReader(directory: run)
    var files = try LogFiles.find(name, attempt: attempt, in: run).map { LogFollower(path: $0.path, title: $0.title) }
    let isAlone = files.count == 1
    while true {
      // Asked before reading, so that the last words of a run that ends now are printed.
      let goesOn = follow ? try reader.read().isAlive : false
      for index in files.indices { files[index].printNew(withTitle: !isAlone) }
      guard goesOn else { return }
      usleep(300_000)
    }
  }
}

/// Which files hold the log of something.
enum LogFiles {
  /// A file and what it is.
  struct Found: Hashable {
    var path: String
    var title: String
  }

  /// - Throws: `ClavaError.input` if there is nothing of that name.
  static func find(_ name: String?, attempt: Int?, in run: RunDirectory) throws -> [Found] {
    guard let name else {
      return [Found(path: "\(run.logs)/run.log", title: "the run")]
    }
    let folder = run.task(TaskIdentifier(name).folderName)
    let attempts = FileSystem.list(folder).compactMap { $0.hasPrefix("a") ? Int($0.dropFirst()) : nil }.sorted()
    if let number = attempt ?? attempts.last {
      guard attempts.contains(number) else {
        throw ClavaError(
          .input, "task '\(name)' has no attempt \(number)", at: .init(file: run.path),
          remedy: attempts.isEmpty
            ? "it has not begun" : "choose one of \(attempts.map(String.init).joined(separator: ", "))")
      }
      return ["stderr", "stdout"].map {
        Found(path: "\(folder)/a\(number)/\($0)", title: "\(name), attempt \(number), \($0)")
      }
    }
    let worker = name.hasPrefix("worker ") ? String(name.dropFirst(7)) : name
    let logs = workerLogs(worker, in: run)
    if !logs.isEmpty { return logs }
    let plan = try CanonicalJSON.decode(Plan.self, from: FileSystem.read(run.plan), source: run.plan)
    if plan.tasks.contains(where: { $0.id.name == name }) {
      throw ClavaError(
        .input, "task '\(name)' has not begun yet, or was taken from the cache", at: .init(file: run.path),
        remedy: "see `clava status \(run.path)` for what it waits for")
    }
    if let remedy = podRemedy(worker, in: run) {
      throw ClavaError(
        .input, "the log of worker '\(worker)' is not in this folder", at: .init(file: run.path), remedy: remedy)
    }
    let near = plan.tasks.map(\.id.name).filter { $0.contains(name) }.prefix(3)
    throw ClavaError(
      .input, "there is no task or worker '\(name)'", at: .init(file: run.path),
      remedy: near.isEmpty
        ? "see `clava status \(run.path)` for names" : "did you mean \(near.joined(separator: ", "))?")
  }
}

extension LogFiles {
  /// Logs of a worker by its number or by what an engine calls it.
  ///
  /// Workers of this machine and of ssh write `worker-N.log`. Elements of a Slurm array write `slurm-JOB_SLOT.log`, one
  /// for each job the slot had, and are known by `JOB_SLOT`, `slot-SLOT`, the key's name, with or without its machine,
  /// or the worker's number, which is that of the slot and one. Logs of pods stay with Kubernetes.
  static func workerLogs(_ name: String, in run: RunDirectory) -> [Found] {
    let files = FileSystem.list(run.logs)
    let short = String(name.prefix { $0 != "@" })
    if files.contains("worker-\(short).log") {
      return [Found(path: "\(run.logs)/worker-\(short).log", title: "worker \(short)")]
    }
    let slot = short.hasPrefix("slot-") ? Int(short.dropFirst(5)) : Int(short).map { $0 - 1 }
    let found = files.filter { file in
      guard file.hasPrefix("slurm-"), file.hasSuffix(".log") else { return false }
      let job = file.dropFirst(6).dropLast(4)
      let element = job.split(separator: "_").last.flatMap { Int($0) }
      return job == short || file == short || (slot != nil && element == slot)
    }
    // Jobs of one slot in the order in which Slurm numbered them.
    return found.sorted { ($0.count, $0) < ($1.count, $1) }.map {
      Found(path: "\(run.logs)/\($0)", title: "worker \(name), \($0)")
    }
  }

  /// How to see the log of a pod, if Kubernetes runs the workers.
  static func podRemedy(_ name: String, in run: RunDirectory) -> String? {
    guard FileSystem.exists("\(run.path)/launch/kubernetes/workers.yaml") else { return nil }
    let short = name.prefix { $0 != "@" }
    let slot = short.hasPrefix("slot-") ? Int(short.dropFirst(5)) : Int(short).map { $0 - 1 }
    guard let slot, slot >= 0 else { return nil }
    return "Kubernetes keeps the logs of pods: kubectl logs "
      + "--selector job-name=clava-workers,batch.kubernetes.io/job-completion-index=\(slot)"
  }
}

/// Prints a file as it grows.
struct LogFollower {
  let path: String
  let title: String
  private var offset: UInt64 = 0
  private var isTitled = false

  init(path: String, title: String) {
    self.path = path
    self.title = title
  }

  /// Prints what has been added since the last call.
  mutating func printNew(withTitle: Bool) {
    guard let handle = FileHandle(forReadingAtPath: path) else { return }
    defer { try? handle.close() }
    try? handle.seek(toOffset: offset)
    while let data = try? handle.read(upToCount: 1 << 20), !data.isEmpty {
      if withTitle, !isTitled {
        FileHandle.standardOutput.write(Data("── \(title)\n".utf8))
        isTitled = true
      }
      offset += UInt64(data.count)
      FileHandle.standardOutput.write(data)
    }
  }
}
