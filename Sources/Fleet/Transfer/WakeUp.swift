internal import CSystemShims
internal import Essentials
internal import Foundation

/// A descriptor that can be waited on, to tell a thread in `poll` that something lies in its inbox.
final class WakeUp: Sendable {
  let descriptor: Int32

  init() throws {
    descriptor = clava_eventfd()
    guard descriptor >= 0 else {
      throw ClavaError(.internal, "no descriptor is left (\(FileSystem.systemError()))")
    }
  }

  deinit { close(descriptor) }

  /// Ends the next wait of the other thread.
  func signal() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Takes the signals that have come.
  func clear() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }
}
