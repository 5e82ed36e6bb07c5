internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

extension Coordinator {
  /// Does what commands have asked for in `RUN/control`; looked at twice a second.
  func takeRequests(_ now: Duration) throws {
    guard (now - lastControl).inSeconds >= 0.5 else { return }
    lastControl = now
    for (name, request) in control.waiting() {
      let answer: ControlAnswer
      switch request.action {
      case .cancel: answer = try cancel(now)
      case .drain: answer = try drain(request.worker ?? "")
      case .retry: answer = try retry(request.task)
      }
      observe(.warning(message: "asked to \(request.action.rawValue): \(answer.sentence)"))
      control.answer(name, answer)
    }
  }

  private func cancel(_ now: Duration) throws -> ControlAnswer {
    isInterrupted = true
    if stopDeadline == nil { try beginStop(now) }
    // Workers get a moment to save; then the processes end whether they have or not.
    stopDeadline = min(stopDeadline ?? now, now + .seconds(Self.cancelSeconds))
    return ControlAnswer(isAccepted: true, sentence: "the run is being cancelled")
  }

  private func drain(_ worker: String) throws -> ControlAnswer {
    let wanted = peers[worker] ?? peers["worker \(worker)"]
    guard let peer = wanted, peer.left == nil else {
      let here = peers.values.filter { $0.left == nil }.map(\.name).sorted().joined(separator: ", ")
      return ControlAnswer(
        isAccepted: false, sentence: "there is no worker '\(worker)'; here are: \(here.isEmpty ? "none" : here)")
    }
    peers[peer.name]?.isAskedToLeave = true
    connection?.launcher.giveUp(process: peer.process)
    try tell(.drain(worker: peer.name))
    return ControlAnswer(isAccepted: true, sentence: "\(peer.name) saves its work and leaves")
  }

  private func retry(_ task: TaskIdentifier?) throws -> ControlAnswer {
    if let task, scheduler.state(of: task) == nil {
      return ControlAnswer(isAccepted: false, sentence: "the plan has no task '\(task)'")
    }
    let chosen = failures.filter { task == nil || $0.id == task }
    guard !chosen.isEmpty else {
      let what = task.map { "task '\($0)' has not" } ?? "no task has"
      return ControlAnswer(isAccepted: false, sentence: "\(what) been given up; there is nothing to retry")
    }
    guard stopDeadline == nil else {
      return ControlAnswer(isAccepted: false, sentence: "the run is ending; retry when it has ended")
    }
    try note(JournalRecord(.retry, task: task))
    for failure in chosen { try tell(.retry(failure.id)) }
    let names = chosen.prefix(5).map(\.id.name).joined(separator: ", ")
    return ControlAnswer(isAccepted: true, sentence: "\(chosen.count) tasks are tried again: \(names)")
  }

  /// Seconds that workers get to save their work after `clava cancel`.
  private static var cancelSeconds: Double { 2 }

  /// A worker's disk is full or broken. While other machines work on, its machine gets no more work; the attempt goes
  /// elsewhere and costs nobody a retry.
  ///
  /// - Returns: whether there are other machines.
  func withdraw(_ worker: String, from attempt: AttemptIdentifier, _ sentence: String) throws -> Bool {
    guard let machine = peers[worker]?.machine, stopDeadline == nil else { return false }
    let others = peers.values.contains {
      $0.left == nil && !$0.isAskedToLeave && $0.machine != machine && !$0.machine.isEmpty
    }
    guard others, !machine.isEmpty else { return false }
    raise(
      .init(
        worker: worker, task: attempt.task,
        sentence: "\(machine) cannot store results and gets no more work: \(sentence)"))
    try released(attempt, worker)
    for peer in peers.values where peer.left == nil && peer.machine == machine { _ = try drain(peer.name) }
    return true
  }
}
