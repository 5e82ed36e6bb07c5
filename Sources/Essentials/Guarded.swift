#if CLAVA_VISIBLE_LOCKS
  internal import Glibc

  /// A value and the lock that guards it, made of a lock that ThreadSanitizer sees.
  ///
  /// `Synchronization.Mutex` waits in a library that is not built with the sanitizer, which then takes every access to the
  /// value for a race. `scripts/faults/sanitizers` builds with this type; nothing else does.
  public final class Guarded<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    /// Guards a value.
    public init(_ value: consuming sending Value) {
      self.value = value
      lock = .allocate(capacity: 1)
      pthread_mutex_init(lock, nil)
    }

    deinit {
      pthread_mutex_destroy(lock)
      lock.deallocate()
    }

    /// Gives the value to nobody else while `body` has it.
    public func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return try body(&value)
    }
  }
#else
  public import Synchronization

  /// A value and the lock that guards it.
  public typealias Guarded<Value: ~Copyable> = Mutex<Value>
#endif
