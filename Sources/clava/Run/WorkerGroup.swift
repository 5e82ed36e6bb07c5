import Essentials
import Fleet
import Foundation

/// Several workers of one command: child processes that get its key, its signals and its end.
struct WorkerGroup {
  let program: String
  let slots: Int
  /// The key, if it came on standard input.
  let input: Data?
  let command: WorkerCommand

  /// Asks the system to tell this process when the one that started it dies.
  static func endWithParent() { ParentWatch.begin() }

  /// Starts the workers and waits for all.
  ///
  /// - Returns: the exit code of the worker that needs most attention.
  func run() throws -> Int32 {
    let first = command.slot ?? 0
    let group = ProcessGroup()
    for index in 0..<slots {
      try group.start([program] + arguments(slot: first + index), input: input)
    }
    let codes = group.wait()
    for code: Int32 in [42, 75, 99] where codes.contains(code) { return code }
    return codes.first { $0 != 0 } ?? 0
  }

  /// What a child is told: all that this command was told, for one slot.
  private func arguments(slot: Int) -> [String] {
    var list = ["worker", "--slot", "\(slot)", "--parent", "\(getpid())"]
    func add(_ name: String, _ value: String?) { if let value { list += [name, value] } }
    add("--connect", command.connect)
    add("--run", command.directory)
    add("--key", command.key)
    add("--profile", command.profile)
    add("--orphan-after", "\(command.orphanAfter)")
    add("--refusal-patience", "\(command.refusalPatience)")
    add("--workdir", command.files.workdir)
    add("--cache-size", command.files.cacheSize)
    add("--memory", command.memory)
    add("--lifetime", command.lifetime.lifetime)
    add("--lifetime-stagger", command.lifetime.stagger)
    if command.files.noSharedFolder { list.append("--no-shared-folder") }
    return list
  }
}
