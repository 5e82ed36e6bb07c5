internal import Foundation
internal import Messaging
internal import Scheduling

extension WorkerFacts {
  /// Labels of a hello that name the machine, its memory in bytes, the worker's own limit in bytes, and whether it
  /// works without the run directory.
  enum Label {
    static let machine = "machine"
    static let memory = "memory"
    static let ownMemory = "own-memory"
    static let separate = "separate"
  }

  /// What a worker says of itself; labels that are missing or make no sense set no limit.
  init(_ hello: Hello) {
    func bytes(_ label: String) -> Int? { hello.labels[label].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
    self.init(
      host: hello.labels[Label.machine] ?? "", memory: bytes(Label.memory), ownMemory: bytes(Label.ownMemory),
      sharesFolder: hello.labels[Label.separate] == nil)
  }
}
