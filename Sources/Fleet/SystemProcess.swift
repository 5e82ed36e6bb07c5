internal import CSystemShims
internal import Essentials
internal import Foundation

/// Monotonic time since an arbitrary moment.
enum MonotonicClock {
  static var now: Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }
}

/// A child process started by `posix_spawn`; never by fork, which is unsafe beside threads.
package struct SystemProcess {
  /// How a process ended.
  package struct Ending: Sendable {
    /// Its exit code, if it ended by itself.
    package var exitCode: Int32?
    /// The signal that ended it otherwise.
    package var signal: Int32?
    /// Its largest resident memory in bytes.
    package var peakMemory: Int

    package init(exitCode: Int32? = nil, signal: Int32? = nil, peakMemory: Int) {
      self.exitCode = exitCode
      self.signal = signal
      self.peakMemory = peakMemory
    }

    /// For instance `was ended by signal 9 (SIGKILL)`.
    var sentence: String {
      if let signal { return "was ended by signal \(signal) (\(SystemProcess.name(ofSignal: signal)))" }
      return "ended with exit code \(exitCode ?? -1)"
    }
  }

  /// Its number.
  let identifier: pid_t

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: path of the program, then its arguments.
  ///   - environment: replaces these variables of the own environment.
  ///   - descriptors: for each descriptor of the child the one here that it is a copy of; all others close.
  ///   - ownGroup: whether it leads a process group of its own, out of reach of the terminal's Ctrl-C.
  static func start(
    _ command: [String], environment: [String: String] = [:], descriptors: [(child: Int32, here: Int32)],
    ownGroup: Bool
  ) throws -> SystemProcess {
    precondition(!command.isEmpty, "a command needs a program")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (child, here) in descriptors { posix_spawn_file_actions_adddup2(&actions, here, child) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t(), all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    if ownGroup { posix_spawnattr_setpgroup(&attributes, 0) }
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(flags | (ownGroup ? Int32(POSIX_SPAWN_SETPGROUP) : 0)))

    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let variables = merged.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var identifier = pid_t()
    let result = posix_spawnp(&identifier, command[0], &actions, &attributes, &arguments, &settings)
    guard result == 0 else {
      throw ClavaError(
        .internal, "the program \(command[0]) cannot be started (\(String(cString: strerror(result))))")
    }
    return SystemProcess(identifier: identifier)
  }

  /// How it ended, or nil if it still runs. Asks the kernel once only after the end.
  func ending(wait: Bool) -> Ending? {
    var status: Int32 = 0
    var usage = rusage()
    var result: pid_t
    repeat { result = wait4(identifier, &status, wait ? 0 : WNOHANG, &usage) } while result < 0 && errno == EINTR
    guard result == identifier else { return nil }
    let signal = clava_term_signal(status)
    return Ending(
      exitCode: signal < 0 ? clava_exit_status(status) : nil, signal: signal < 0 ? nil : signal,
      peakMemory: usage.ru_maxrss * 1024)
  }

  /// Sends a signal to it.
  func signal(_ number: Int32) { kill(identifier, number) }

  /// Sends a signal to it and its descendants in its process group.
  func signalGroup(_ number: Int32) { kill(-identifier, number) }

  /// Two connected sockets, closed in every program started later unless passed on.
  static func socketPair() throws -> (Int32, Int32) {
    var pair: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &pair) == 0 else {
      throw ClavaError(.messaging, "two sockets cannot be created (\(FileSystem.systemError()))")
    }
    return (pair[0], pair[1])
  }

  /// Whether a process of this number is there.
  static func isAlive(_ identifier: Int) -> Bool {
    guard let identifier = pid_t(exactly: identifier), identifier > 0 else { return false }
    return kill(identifier, 0) == 0 || errno == EPERM
  }

  /// The usual name of a signal.
  static func name(ofSignal number: Int32) -> String {
    let names: [Int32: String] = [
      SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
      SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
      SIGPIPE: "SIGPIPE", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
      SIGUSR1: "SIGUSR1",
    ]
    return names[number] ?? "unnamed"
  }
}

/// The last lines of a log.
enum LogTail {
  static func lines(of path: String, count: Int = 20) -> [String] {
    guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? handle.close() }
    let size = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: size > 16_384 ? size - 16_384 : 0)
    let data = (try? handle.readToEnd()) ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(count).map(String.init)
  }
}
