internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import TaskGraph

extension Coordinator {
  /// The message in an arrival, if its sender may say that; otherwise the refusal is noted.
  func admit(_ arrival: FleetEndpoint.Arrival) -> Envelope? {
    func refuse(_ reason: String) -> Envelope? {
      connection?.socket.refuse(arrival.remote, reason)
      return nil
    }
    guard !arrival.frames.isEmpty else { return refuse("sent a message that has no frames, or too many") }
    var keyName: String?
    if let key = arrival.key {
      switch connection?.socket.verdict(of: key) {
      case .allowed(let name): keyName = name
      case .revoked(let name):
        connection?.socket.drop(arrival.descriptor, remote: arrival.remote)
        return refuse("has the key '\(name)', which is revoked")
      case .unknown, nil:
        connection?.socket.drop(arrival.descriptor, remote: arrival.remote)
        return refuse("has a key that is not enrolled in this run (\(key.prefix(8))…)")
      }
    }
    var envelope: Envelope
    do {
      envelope = try codec.decode(arrival.frames)
    } catch {
      return refuse("sent a message that was dropped: \(error.sentence)")
    }
    envelope.message = PeerText.bounded(envelope.message)
    if case .hello(var hello) = envelope.message {
      if let reason = peerGuard.introduce(hello.worker, key: arrival.key, sequence: envelope.sequence) {
        return refuse(reason)
      }
      // People know a worker of another machine by its key and that machine.
      if let keyName { hello.name = hello.labels["machine"].map { "\(keyName)@\($0)" } ?? keyName }
      let name = namesByIdentity[hello.worker]
      hello.held = hello.held.filter { mayHold($0, name) }
      arrivals[arrival.address] = (arrival.key, arrival.descriptor, arrival.remote)
      envelope.message = .hello(hello)
      return envelope
    }
    // Who is not known yet is asked to introduce itself first.
    guard let name = namesByAddress[arrival.address], let peer = peers[name] else { return envelope }
    if let reason = peerGuard.follow(peer.identity, key: arrival.key, sequence: envelope.sequence) {
      return refuse("\(reason): \(name)")
    }
    return own(envelope, name, refuse)
  }

  /// A worker speaks for the attempts it was given, and for no others.
  private func own(_ envelope: Envelope, _ name: String, _ refuse: (String) -> Envelope?) -> Envelope? {
    var envelope = envelope
    func isOwn(_ attempt: AttemptName) -> Bool { scheduler.hasGranted(AttemptIdentifier(attempt), to: name) }
    func foreign(_ attempt: AttemptName) -> Envelope? {
      // It need not say that again.
      send(.committed(AttemptNotice(attempt: attempt)), to: name)
      let task = PeerText.line(attempt.task, 100)
      return refuse("speaks for an attempt that \(name) was never given: \(task) (attempt \(attempt.number))")
    }
    switch envelope.message {
    case .heartbeat(var beat):
      beat.held = beat.held.filter { isOwn($0.attempt) }
      envelope.message = .heartbeat(beat)
    case .commit(let commit) where !isOwn(commit.attempt): return foreign(commit.attempt)
    case .failed(let failure) where !isOwn(failure.attempt): return foreign(failure.attempt)
    case .started(let notice) where !isOwn(notice.attempt): return foreign(notice.attempt)
    default: break
    }
    return envelope
  }

  /// Attempts can only be held that this coordinator or one before it has given out.
  private func mayHold(_ attempt: AttemptName, _ worker: String?) -> Bool {
    let identifier = AttemptIdentifier(attempt)
    if let worker, scheduler.hasGranted(identifier, to: worker) { return true }
    return (1...max(1, grantedBefore[identifier.task] ?? 0)).contains(attempt.number)
      && grantedBefore[identifier.task] != nil
  }

  /// Lets go of workers whose keys were revoked, and says what was turned away.
  func guardPeers(_ now: Duration) throws {
    guard let socket = connection?.socket else { return }
    for (key, name) in socket.takeRevoked() {
      for peer in peers.values where peer.key == key {
        socket.drop(peer.descriptor, remote: peer.remote)
        guard peer.left == nil else { continue }
        let cause = "\(peer.name) is shut out: its key '\(name)' was revoked"
        try lost(peer.name, cause)
        try tell(.gone(worker: peer.name, cause: cause))
      }
    }
    for line in socket.takeRefusals(now: now) { observe(.warning(message: line)) }
  }
}
