internal import Essentials
internal import Foundation
internal import Scheduling
internal import TaskGraph

/// Names of the files of an attempt, in `RUN/tasks/<task>/a<number>/`.
///
/// Source: spec/distributed.md §3.
enum AttemptFiles {
  /// What the body and its libraries printed.
  static let output = "stdout"
  /// The log of the attempt.
  static let log = "stderr"
  /// How it ended.
  static let ending = "exit.json"
}

/// How an attempt ended: `exit.json` in its folder, for people and for tools that look at a run from outside.
struct AttemptRecord: Codable, Sendable {
  enum Outcome: String, Codable, Sendable {
    /// It delivered its outputs.
    case finished
    /// Its body failed.
    case failed
    /// It was saved and given back.
    case returned
    /// It left because it needed more memory than was asked for it.
    case outOfMemory
    /// Its process ended.
    case died
  }

  var task: TaskIdentifier
  var attempt: Int
  var outcome: Outcome
  /// One sentence on the cause, if it did not finish.
  var cause: String?
  var exitCode: Int32?
  var signal: Int32?
  /// Bytes.
  var peakMemory: Int?
  /// Seconds it ran.
  var seconds: Double?
  /// Most slots it used at a time; nil: one.
  var slots: Int?
  /// Seconds of other slots that were lent to it; nil: none.
  var borrowedSeconds: Double?
  /// Seconds since 1970 at its end.
  var ended: Double = Date().timeIntervalSince1970
  var worker: String?
  var machine = Machine.name
  var process: Int
  /// Program and arguments of the compute process.
  var command: [String]

  /// Writes it without forcing it to disk: it decides nothing.
  func write(to folder: String) {
    guard let data = try? CanonicalJSON.encodePretty(self) else { return }
    let path = "\(folder)/\(AttemptFiles.ending)", temporary = "\(path).tmp-\(getpid())"
    guard FileManager.default.createFile(atPath: temporary, contents: data + Data("\n".utf8)) else { return }
    if rename(temporary, path) != 0 { unlink(temporary) }
  }
}

/// This machine.
enum Machine {
  /// Its host name.
  static let name: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "host" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "host" : text
  }()
}
