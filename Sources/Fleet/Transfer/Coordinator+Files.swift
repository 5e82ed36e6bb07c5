internal import Messaging
internal import Scheduling
internal import TaskGraph

extension Coordinator {
  /// Lets a worker fetch and hand in the files of an attempt it holds.
  func permitFiles(of attempt: AttemptIdentifier, to worker: String) {
    guard let permits = connection?.transfer?.permits, let peer = peers[worker],
      let task = results.task(attempt.task), let inputs = results.inputs(of: task)
    else { return }
    permits.grant(attempt.name, of: task, inputs: inputs.map(\.digest), to: peer.identity, key: peer.key)
  }
}
