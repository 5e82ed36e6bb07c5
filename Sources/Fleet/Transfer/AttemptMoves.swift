internal import Essentials
internal import Messaging
internal import Scheduling

/// Where the files of one attempt stand at a worker without the run folder: a pure state machine.
///
/// Inputs come before the start; outputs, log and checkpoints go before the word about how it ended.
package struct AttemptMoves {
  package enum Event: Sendable, Hashable {
    /// The compute process is free for it.
    case wanted
    /// A file it needs has come.
    case fetched(String)
    /// The compute process has ended with it; these files have to be handed in before that is reported.
    case ended(handIn: Set<String>)
    /// A file is with the coordinator.
    case handedIn(String)
    /// A file could not be moved.
    case failed(TransferFailure)
    /// It is wanted back, or the worker drains.
    case stopped
    /// Nothing has moved for a while.
    case stalled
  }

  package enum Effect: Sendable, Hashable {
    /// Give it to the compute process.
    case start
    /// Report how it ended.
    case report
    /// It was stopped before it began, or before its outputs were delivered.
    case leave
    /// Report that its files could not be moved.
    case fail(TransferFailure)
  }

  private enum Phase { case fetching, computing, handingIn, over }

  private var phase = Phase.fetching
  private var missing: Set<String>
  private var isWanted = false
  private var isStopped = false
  private var failure: TransferFailure?

  /// Whether the compute process has it.
  package var isComputing: Bool { phase == .computing }
  /// Whether its result is on the way.
  package var isHandingIn: Bool { phase == .handingIn }

  /// - Parameter missing: names of the files it needs.
  package init(missing: Set<String>) { self.missing = missing }

  package mutating func handle(_ event: Event) -> [Effect] {
    switch (event, phase) {
    case (.wanted, .fetching):
      isWanted = true
      return startIfReady()
    case (.fetched(let name), .fetching):
      missing.remove(name)
      return startIfReady()
    case (.ended(let files), .computing):
      missing = files
      phase = .handingIn
      return reportIfDone()
    case (.handedIn(let name), .handingIn):
      missing.remove(name)
      return reportIfDone()
    case (.failed(let failure), .fetching):
      self.failure = failure
      return startIfReady()
    case (.failed(let failure), .handingIn):
      phase = .over
      return [.fail(failure)]
    case (.stopped, .fetching) where isWanted, (.stalled, .handingIn) where isStopped:
      phase = .over
      return [.leave]
    case (.stopped, .computing), (.stopped, .handingIn), (.stopped, .fetching):
      isStopped = true
      return []
    default: return []
    }
  }

  private mutating func startIfReady() -> [Effect] {
    guard isWanted else { return [] }
    if let failure {
      phase = .over
      return [.fail(failure)]
    }
    guard missing.isEmpty else { return [] }
    phase = .computing
    return [.start]
  }

  private mutating func reportIfDone() -> [Effect] {
    guard missing.isEmpty else { return [] }
    phase = .over
    return [.report]
  }
}
