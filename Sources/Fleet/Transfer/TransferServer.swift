internal import CSystemShims
internal import Essentials
internal import Foundation
package import Messaging
package import Storage
internal import Synchronization
internal import TaskGraph

/// The coordinator's side of moving files: a socket and a thread of its own, so that no file delays a message.
///
/// What a worker may touch says `permits`, which the coordinator keeps up to date.
package final class TransferServer: Sendable {
  /// Address of the socket, with the port that was chosen.
  package let endpoint: String
  /// Rights of the attempts; empty at first.
  package let permits: TransferPermits

  private let wakeUp: WakeUp
  private let reports = TransferReports()
  private let isStopping = StopFlag()
  private let ended = DispatchSemaphore(value: 0)

  /// Serves files where workers may be that do not see the run folder.
  ///
  /// - Returns: nil if all workers are processes of this machine.
  static func open(
    _ endpoint: FleetEndpoint, _ directory: RunDirectory, _ settings: FleetSettings
  ) throws -> TransferServer? {
    guard let listening = endpoint.listening else {
      guard settings.servesFiles, let address = endpoint.localDataAddress else { return nil }
      return try TransferServer(context: endpoint.context, directory: directory, bind: address)
    }
    func server(_ address: String) throws -> TransferServer {
      try TransferServer(
        context: endpoint.context, directory: directory, security: endpoint.security, bind: address)
    }
    let colon = listening.lastIndex(of: ":") ?? listening.endIndex
    let host = listening[..<colon], port = Int(listening[colon...].dropFirst()) ?? 0
    // The port after that for messages, so that a firewall can be told before; workers are told which one it is.
    let transfer: TransferServer
    do {
      transfer = try server("\(host):\(port + 1)")
    } catch {
      transfer = try server("\(host):0")
    }
    try endpoint.publish(dataEndpoint: FleetEndpoint.advertised(transfer.endpoint, settings.advertise))
    return transfer
  }

  /// Opens the socket and starts the thread.
  ///
  /// - Parameters:
  ///   - security: how workers are known; none for `ipc://` only.
  ///   - address: where to listen.
  /// - Throws: `ClavaError.messaging` if the address cannot be listened at.
  package init(
    context: MessagingContext, directory: RunDirectory, security: SocketSecurity = .none, bind address: String
  ) throws {
    let socket = try Socket(context, .router, security: security, limits: .data)
    endpoint = try socket.bind(address)
    permits = try TransferPermits(directory: directory)
    wakeUp = try WakeUp()
    // The loop and its socket belong to the new thread from here on.
    nonisolated(unsafe) let loop = try TransferServerLoop(
      socket: socket, directory: directory, permits: permits, wakeUp: wakeUp,
      report: { [reports] in reports.add($0) })
    let (isStopping, ended) = (isStopping, ended)
    let thread = Thread {
      clava_thread_name("files")
      loop.run(until: isStopping)
      ended.signal()
    }
    thread.start()
  }

  /// What went wrong since the last call, one sentence each.
  package func takeReports() -> [String] { reports.take() }

  /// Ends the thread and closes the socket. What was on its way is resumed by the next coordinator.
  package func stop() {
    guard !isStopping.isRaised else { return }
    isStopping.raise()
    wakeUp.signal()
    ended.wait()
  }

  deinit { stop() }
}

/// Sentences from the thread that serves files to that of the coordinator.
private final class TransferReports: Sendable {
  /// Of more at a time only the number is kept.
  private static let maximum = 20

  private let state = Guarded<(sentences: [String], more: Int)>(([], 0))

  func add(_ sentence: String) {
    state.withLock { state in
      if state.sentences.count < Self.maximum { state.sentences.append(sentence) } else { state.more += 1 }
    }
  }

  func take() -> [String] {
    state.withLock { state in
      defer { state = ([], 0) }
      return state.sentences + (state.more > 0 ? ["\(state.more) more reports about files"] : [])
    }
  }
}
