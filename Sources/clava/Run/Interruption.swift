import Essentials
import Foundation

/// Turns the first interrupt or termination signal into a request to stop; the second one ends the process.
enum Interruption {
  /// Raised when the user or the system asked to stop.
  static let flag = StopFlag()

  /// Installs the signal handlers.
  ///
  /// - Parameter more: signals that mean the same where this program is started by an engine.
  static func install(also more: [Int32] = []) {
    for number in [SIGINT, SIGTERM, SIGHUP] + more {
      signal(number) { received in
        if Interruption.flag.isRaised { _exit(128 + received) }
        Interruption.flag.raise()
      }
    }
    // Whoever started this program may have blocked them.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in [SIGINT, SIGTERM, SIGHUP] + more { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    signal(SIGPIPE, SIG_IGN)
  }
}
