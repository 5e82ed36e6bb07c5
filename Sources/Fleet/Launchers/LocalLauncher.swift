internal import Essentials
internal import Foundation
internal import Storage

/// Workers on this machine: child processes of the coordinator on a leash, their standard input, whose end they see
/// when the coordinator dies.
final class LocalLauncher: Launcher {
  private struct Slot {
    var process: SystemProcess?
    var leash: Int32 = -1
    var isConfirmed = false
    /// Endings in a row without having said hello.
    var failures = 0
    var due: Duration = .zero
    var isGivenUp = false
  }

  /// A slot whose workers end so often without having said hello is given up.
  private static let maximumFailures = 5
  private static let shortestDelay = 0.05
  private static let longestDelay = 5.0

  private let endpoint: String
  private let logs: String
  private let command: @Sendable (_ endpoint: String, _ slot: Int) -> [String]
  private var slots: [Slot] = []
  private var wanted = 0
  private var isClosing = false

  init(endpoint: String, logs: String, command: @escaping @Sendable (String, Int) -> [String]) {
    self.endpoint = endpoint
    self.logs = logs
    self.command = command
  }

  deinit { endAll() }

  func keep(_ count: Int) throws {
    wanted = max(wanted, count)
    while slots.count < wanted { slots.append(Slot()) }
    try startDue(MonotonicClock.now)
  }

  func confirm(launch: String?, process: Int) {
    // A worker of another machine may have the same process number.
    guard launch == nil else { return }
    for index in slots.indices where slots[index].process.map({ Int($0.identifier) }) == process {
      slots[index].isConfirmed = true
      slots[index].failures = 0
    }
  }

  func poll(now: Duration) throws -> [LaunchEnding] {
    var endings: [LaunchEnding] = []
    for index in slots.indices {
      guard let process = slots[index].process, let ending = process.ending(wait: false) else { continue }
      // What the supervisor left behind, its compute process, ends with it.
      process.signalGroup(SIGKILL)
      close(slots[index].leash)
      slots[index].process = nil
      slots[index].leash = -1
      if !slots[index].isConfirmed { slots[index].failures += 1 }
      slots[index].isConfirmed = false
      let failures = slots[index].failures
      slots[index].isGivenUp = failures >= Self.maximumFailures || ending.exitCode == 42
      let delay = min(Self.shortestDelay * Double(1 << min(failures, 10)), Self.longestDelay)
      slots[index].due = now + .seconds(delay)
      endings.append(
        LaunchEnding(
          slot: index, process: Int(process.identifier), sentence: ending.sentence,
          isGivenUp: slots[index].isGivenUp, lastLines: LogTail.lines(of: log(index), count: 5)))
    }
    try startDue(now)
    return endings
  }

  func startNoMore() { isClosing = true }

  var runningCount: Int { slots.count { $0.process != nil } }

  func endAll() {
    isClosing = true
    for index in slots.indices {
      guard let process = slots[index].process else { continue }
      process.signalGroup(SIGKILL)
      _ = process.ending(wait: true)
      close(slots[index].leash)
      slots[index].process = nil
    }
  }

  private func startDue(_ now: Duration) throws {
    guard !isClosing else { return }
    for index in slots.indices
    where slots[index].process == nil && !slots[index].isGivenUp && slots[index].due <= now {
      try start(index)
    }
  }

  private func start(_ index: Int) throws {
    let path = log(index)
    let output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw FileSystem.writeError(path) }
    defer { close(output) }
    let (here, there) = try SystemProcess.socketPair()
    defer { close(there) }
    do {
      slots[index].process = try SystemProcess.start(
        command(endpoint, index),
        descriptors: [(STDIN_FILENO, there), (STDOUT_FILENO, output), (STDERR_FILENO, output)], ownGroup: true)
      slots[index].leash = here
    } catch {
      close(here)
      throw error
    }
  }

  private func log(_ index: Int) -> String { "\(logs)/worker-\(index + 1).log" }
}
