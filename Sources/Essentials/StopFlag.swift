import Synchronization

/// A flag that one thread raises and others look at between steps of their work.
public final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// Creates a lowered flag.
  public init() {}

  /// Whether work should stop at the next convenient point.
  public var isRaised: Bool { raised.load(ordering: .acquiring) }

  /// Asks for a stop. Safe from any thread and from a signal handler.
  public func raise() { raised.store(true, ordering: .releasing) }
}
