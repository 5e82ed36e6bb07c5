internal import CSystemShims
internal import Essentials
public import Foundation

/// Ends a process together with the one that started it.
public enum ParentWatch {
  /// From now on the death of the parent is a request to leave.
  public static func begin() { _ = clava_parent_death_signal(SIGTERM) }
}

/// Child processes that share the fate of this one: requests to leave are passed on, and the end is awaited.
public final class ProcessGroup {
  private var children: [(process: SystemProcess, code: Int32?)] = []

  /// Creates an empty group. From now on requests to leave wait to be passed on.
  public init() { Signals.holdTermination() }

  /// Starts a child.
  ///
  /// - Parameter input: a line for its standard input; nil: none.
  /// - Throws: `ClavaError.internal` if it cannot be started.
  public func start(_ command: [String], input: Data?) throws {
    let (here, there) = try SystemProcess.socketPair()
    defer {
      close(here)
      close(there)
    }
    if var line = input {
      line.append(10)
      _ = line.withUnsafeBytes { write(here, $0.baseAddress, $0.count) }
    }
    let process = try SystemProcess.start(
      command,
      descriptors: [
        (STDIN_FILENO, there), (STDOUT_FILENO, STDOUT_FILENO), (STDERR_FILENO, STDERR_FILENO),
      ],
      ownGroup: true)
    children.append((process, nil))
  }

  /// Waits until all have ended.
  ///
  /// - Returns: their exit codes; 75 for one that a signal ended.
  public func wait() -> [Int32] {
    while children.contains(where: { $0.code == nil }) {
      if Signals.isTerminationPending {
        for child in children where child.code == nil { child.process.signal(SIGTERM) }
      }
      for index in children.indices where children[index].code == nil {
        guard let ending = children[index].process.ending(wait: false) else { continue }
        children[index].code = ending.exitCode ?? WorkerExit.unreachable
      }
      usleep(50_000)
    }
    return children.compactMap(\.code)
  }
}
