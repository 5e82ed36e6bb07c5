internal import CZeroMQ
internal import Essentials

/// The ZeroMQ context of a process: one each, closed after its last socket.
public final class MessagingContext {
  let pointer: UnsafeMutableRawPointer
  /// Whether somebody decides who may connect to its secured sockets.
  var hasAuthenticator = false

  /// Creates a context.
  ///
  /// - Parameters:
  ///   - threads: I/O threads.
  /// - Throws: `ClavaError.messaging` if the system has no descriptors or threads left.
  public init(threads: Int = 1) throws {
    guard let pointer = zmq_ctx_new() else { throw Socket.failure("a ZeroMQ context cannot be created") }
    self.pointer = pointer
    zmq_ctx_set(pointer, ZMQ_IO_THREADS, Int32(threads))
    zmq_ctx_set(pointer, ZMQ_MAX_SOCKETS, 4096)
    zmq_ctx_set(pointer, ZMQ_BLOCKY, 0)
  }

  deinit { zmq_ctx_term(pointer) }
}
