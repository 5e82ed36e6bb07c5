internal import CSystemShims
internal import Essentials
internal import Foundation
internal import Synchronization

/// A request to leave that some other thread has caught.
final class TerminationFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  func raise() { raised.store(true, ordering: .releasing) }

  func take() -> Bool { raised.exchange(false, ordering: .acquiringAndReleasing) }
}

/// Signals of a worker: blocked, and asked for between turns of its loop.
enum Signals {
  /// Blocks the requests to leave in this thread and those it starts, so that they wait to be asked for.
  ///
  /// Libraries may have threads from before, which do not hold them: the handler is for those.
  static func holdTermination() {
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGTERM, SIGUSR1] { signal(number) { _ in Signals.asked.raise() } }
    var signals = termination
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Takes a request to leave, if one has come.
  static var isTerminationPending: Bool {
    var signals = termination
    var none = timespec()
    if asked.take() { return true }
    return sigtimedwait(&signals, nil, &none) > 0
  }

  static let asked = TerminationFlag()

  private static var termination: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGUSR1] { sigaddset(&signals, number) }
    return signals
  }
}

/// A worker process: the supervisor of one slot.
public enum WorkerProgram {
  /// Works for a coordinator until it is dismissed.
  ///
  /// Exit codes: 0 dismissed, 42 do not start it again, 75 its starter is gone, 99 drained after a checkpoint.
  ///
  /// - Parameters:
  ///   - endpoint: address of the coordinator.
  ///   - runPath: the run directory.
  ///   - slot: number of the slot it fills, from 0.
  ///   - computeCommand: path and arguments of the program that calls `ComputeProgram.run`.
  /// - Returns: the exit code for the process.
  public static func run(endpoint: String, runPath: String, slot: Int, computeCommand: [String]) -> Int32 {
    run(
      WorkerOptions(endpoint: endpoint, runPath: runPath, key: nil, slot: slot, computeCommand: computeCommand))
  }

  /// Works for a coordinator of this or another machine until it is dismissed.
  ///
  /// - Returns: the exit code for the process, as above; 75 also if no coordinator was there for too long.
  public static func run(_ options: WorkerOptions) -> Int32 {
    Signals.holdTermination()
    do {
      switch try options.dial() {
      case .success(let link):
        options.enterFolder()
        return try WorkerSupervisor(options, link).run()
      case .failure(let exit): return exit.code
      }
    } catch {
      WorkerSupervisor.print("\(error)")
      return WorkerExit.refused
    }
  }
}
