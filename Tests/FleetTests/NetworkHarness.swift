import Essentials
import Fleet
import Foundation
import Messaging
import Storage
import Synchronization
import TaskGraph
import TestSupport
import Testing

/// A coordinator on another thread that listens on a port of this machine and starts no workers itself.
final class NetworkRun: Sendable {
  let run: TestRun
  let log = EventLog()
  let keys: KeyFolder
  private let result = Guarded<Result<RunOutcome, any Error>?>(nil)

  init(_ tasks: [TaskDescription], adjust: @escaping @Sendable (inout FleetSettings) -> Void = { _ in }) throws {
    run = try TestRun(tasks)
    keys = KeyFolder(runPath: run.directory.path)
    _ = try keys.server()
    Thread { [self] in
      let outcome = Result {
        try run.run(workers: 4, log: log) { settings in
          settings.launcher = .external
          settings.listen = "tcp://127.0.0.1:0"
          adjust(&settings)
        }
      }
      result.withLock { $0 = outcome }
    }
    .start()
  }

  /// How to join, once the coordinator listens.
  func join() throws -> JoinFile {
    for _ in 0..<500 {
      if let join = try? JoinFile.read(run.directory) { return join }
      usleep(10_000)
    }
    return try JoinFile.read(run.directory)
  }

  /// Starts a worker process with this key.
  func worker(_ key: String, _ more: [String] = []) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TestProgram.path)
    process.arguments = ["join", run.directory.path, key] + more
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The outcome; waits at most half a minute for it.
  func outcome() throws -> RunOutcome {
    for _ in 0..<3000 {
      if let result = result.withLock({ $0 }) { return try result.get() }
      usleep(10_000)
    }
    throw ClavaError(.internal, "the run does not end")
  }

  var warnings: [String] {
    log.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
  }

  /// Lines on refusals with these words; waits at most eight seconds for one.
  func refusals(_ words: String) -> [String] {
    for _ in 0..<3000 {
      let found = warnings.filter { $0.hasPrefix("refused: ") && $0.contains(words) }
      if !found.isEmpty { return found }
      usleep(10_000)
    }
    return []
  }

  /// A socket that is connected as a worker with this key would be.
  func dial(_ key: WorkerKey, _ context: MessagingContext) throws -> Socket {
    let socket = try Socket(context, .dealer, security: .client(key.pair, server: key.serverKey))
    try socket.connect(join().endpoint)
    return socket
  }

  /// Sends a message by hand; waits for the connection.
  func send(_ message: Message, sequence: UInt64, on socket: Socket) throws -> Bool {
    let frames = try MessageCodec().encode(Envelope(epoch: 1, sequence: sequence, message: message))
    return send(frames, on: socket)
  }

  func send(_ frames: [Data], on socket: Socket) -> Bool {
    for _ in 0..<600 {
      if socket.send(frames) == .accepted { return true }
      usleep(5000)
    }
    return false
  }

  /// The next message that the coordinator sends, other than signs of life.
  func receive(_ socket: Socket) throws -> Message? {
    for _ in 0..<300 {
      while let frames = socket.receive() {
        let message = try MessageCodec().decode(frames).message
        if message != .alive { return message }
      }
      _ = socket.poll(milliseconds: 10)
    }
    return nil
  }
}
