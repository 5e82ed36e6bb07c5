internal import Essentials
internal import Messaging
internal import Scheduling
internal import TaskGraph

extension Message {
  /// What a worker says of an attempt.
  init(_ attempt: AttemptIdentifier, _ report: AttemptReport) {
    switch report {
    case .finished(let result):
      let outputs = result.outputs.map {
        DeliveredOutput(
          name: $0.name, digest: $0.digest.hexadecimal, contentDigest: $0.contentDigest.hexadecimal, size: $0.size)
      }
      self = .commit(
        Commit(
          attempt: attempt.name, outputs: outputs, seconds: result.seconds, peakMemory: result.peakMemory,
          borrowedSeconds: result.borrowedSeconds))
    case .failed(let cause):
      self = .failed(
        Failure(
          attempt: attempt.name, kind: cause.kind.rawValue, sentence: cause.sentence, log: cause.log,
          lastLines: cause.lastLines))
    case .released: self = .release(AttemptNotice(attempt: attempt.name))
    }
  }
}

extension AttemptIdentifier {
  init(_ name: AttemptName) { self.init(TaskIdentifier(name.task), name.number) }

  var name: AttemptName { AttemptName(task: task.name, number: number) }
}
