internal import Essentials
internal import Foundation
public import Storage
public import TaskGraph

/// What a command asks of the coordinator of a run.
public struct ControlRequest: Codable, Sendable, Hashable {
  /// The kinds.
  public enum Action: String, Codable, Sendable, Hashable {
    /// Save what can be saved in a moment, end every worker, end the run.
    case cancel
    /// Let a worker save its work and leave.
    case drain
    /// Try a task that was given up once more, or all of them.
    case retry
  }

  /// What is asked.
  public var action: Action
  /// The task it is about.
  public var task: TaskIdentifier?
  /// The worker it is about.
  public var worker: String?

  /// Creates a request.
  public init(_ action: Action, task: TaskIdentifier? = nil, worker: String? = nil) {
    self.action = action
    self.task = task
    self.worker = worker
  }
}

/// What became of a request.
public struct ControlAnswer: Codable, Sendable, Hashable {
  /// Whether it is done, or will be.
  public var isAccepted: Bool
  /// What was done, or why not, as one sentence without a final full stop.
  public var sentence: String

  /// Creates an answer.
  public init(isAccepted: Bool, sentence: String) {
    self.isAccepted = isAccepted
    self.sentence = sentence
  }
}

/// Requests to the coordinator of a run: files in `RUN/control`, which it looks for several times a second. Whoever may
/// write to the folder of a run may steer it; there is no socket to guard.
public struct RunControl: Sendable {
  /// The folder.
  public let path: String

  /// Names the control folder of a run.
  public init(directory: RunDirectory) { path = "\(directory.path)/control" }

  /// Leaves a request and waits for the answer.
  ///
  /// - Returns: the answer, or nil if none came within `seconds`; the request is withdrawn then.
  /// - Throws: `ClavaError.storage` if the folder cannot be written.
  public func ask(_ request: ControlRequest, seconds: Double) throws -> ControlAnswer? {
    try FileSystem.createFolder(path)
    let name = "\(UInt64(Date().timeIntervalSince1970 * 1e6))-\(getpid())"
    let question = "\(path)/\(name).json", answer = "\(path)/\(name).answer"
    try FileSystem.writeAtomically(CanonicalJSON.encode(request), to: question)
    let deadline = MonotonicClock.now + .seconds(seconds)
    defer {
      unlink(question)
      unlink(answer)
    }
    while MonotonicClock.now < deadline {
      if let data = FileManager.default.contents(atPath: answer),
        let found = try? CanonicalJSON.decode(ControlAnswer.self, from: data, source: answer)
      {
        return found
      }
      usleep(20_000)
    }
    return nil
  }

  /// Requests that wait, oldest first. What cannot be read is removed.
  func waiting() -> [(name: String, request: ControlRequest)] {
    FileSystem.list(path).filter { $0.hasSuffix(".json") }.compactMap { file in
      let place = "\(path)/\(file)"
      guard let data = FileManager.default.contents(atPath: place),
        let request = try? CanonicalJSON.decode(ControlRequest.self, from: data, source: place)
      else {
        unlink(place)
        return nil
      }
      return (String(file.dropLast(5)), request)
    }
  }

  /// Answers a request. The answer is there before the request goes.
  func answer(_ name: String, _ answer: ControlAnswer) {
    if let data = try? CanonicalJSON.encode(answer) {
      try? FileSystem.writeAtomically(data, to: "\(path)/\(name).answer")
    }
    unlink("\(path)/\(name).json")
  }

  /// Removes what was asked of coordinators that are gone.
  func clear() { for file in FileSystem.list(path) { unlink("\(path)/\(file)") } }
}
