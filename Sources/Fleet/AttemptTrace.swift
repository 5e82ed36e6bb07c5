internal import Essentials
internal import Foundation
internal import Storage

/// The attempts of a run, one line each in `RUN/trace.csv`, written as they end: memory does not grow with the run.
package final class AttemptTrace {
  /// How an attempt ended.
  package enum Outcome: String, Sendable {
    case done, failed, returned
  }

  /// One line.
  package struct Line: Hashable, Sendable {
    package var task: String
    package var stage: String
    package var attempt: Int
    package var worker: String
    package var machine: String
    /// Seconds since 1970.
    package var began: Double
    package var seconds: Double
    package var outcome: Outcome
    /// Bytes.
    package var peakMemory: Int
    package var cause: String

    package init(
      task: String, stage: String, attempt: Int, worker: String, machine: String, began: Double, seconds: Double,
      outcome: Outcome, peakMemory: Int, cause: String
    ) {
      self.task = task
      self.stage = stage
      self.attempt = attempt
      self.worker = worker
      self.machine = machine
      self.began = began
      self.seconds = seconds
      self.outcome = outcome
      self.peakMemory = peakMemory
      self.cause = cause
    }
  }

  package static let header = "task,stage,attempt,worker,machine,began,seconds,outcome,peak_memory,cause"

  static func path(in directory: RunDirectory) -> String { "\(directory.path)/trace.csv" }

  let path: String
  private var descriptor: Int32 = -1

  init(path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds a line. Without a file to write to the run goes on.
  func append(_ line: Line) {
    var text = ""
    if descriptor < 0 {
      let isNew = !FileSystem.exists(path)
      descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      if isNew { text = Self.header + "\n" }
    }
    text += Self.text(line) + "\n"
    _ = text.withCString { Glibc.write(descriptor, $0, strlen($0)) }
  }

  package static func text(_ line: Line) -> String {
    [
      field(line.task), field(line.stage), "\(line.attempt)", field(line.worker), field(line.machine),
      String(format: "%.3f", line.began), String(format: "%.3f", line.seconds), line.outcome.rawValue,
      "\(line.peakMemory)", field(line.cause),
    ].joined(separator: ",")
  }

  /// A field, quoted where needed; line ends become spaces, so that every attempt is one line.
  private static func field(_ text: String) -> String {
    let flat = text.replacing("\n", with: " ").replacing("\r", with: " ").replacing("\0", with: " ")
    return flat.contains(where: { ",\"".contains($0) }) ? "\"\(flat.replacing("\"", with: "\"\""))\"" : flat
  }

  /// The fields of a line.
  package static func fields(_ line: Substring) -> [String] {
    var fields: [String] = [], field = "", isQuoted = false
    var rest = line[...]
    while let character = rest.popFirst() {
      switch character {
      case "\"" where isQuoted && rest.first == "\"":
        field.append("\"")
        rest = rest.dropFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(field)
        field = ""
      default: field.append(character)
      }
    }
    return fields + [field]
  }
}
