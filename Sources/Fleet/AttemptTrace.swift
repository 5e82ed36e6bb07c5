internal import Essentials
internal import Foundation
internal import Storage

/// The attempts of a run, one line each in `RUN/trace.csv`, written in the turn of the coordinator in which they end:
/// memory does not grow with the run.
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
  private var waiting = ""

  init(path: String) { self.path = path }

  deinit {
    flush()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Adds a line, which is in the file after the next `flush()`.
  func append(_ line: Line) {
    if descriptor < 0 {
      let isNew = !FileSystem.exists(path)
      descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      if isNew { waiting += Self.header + "\n" }
    }
    waiting += Self.text(line)
    waiting += "\n"
  }

  /// Writes what was added. Without a file to write to the run goes on.
  func flush() {
    guard !waiting.isEmpty else { return }
    var text = ""
    swap(&text, &waiting)
    _ = text.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }

  package static func text(_ line: Line) -> String {
    [
      field(line.task), field(line.stage), "\(line.attempt)", field(line.worker), field(line.machine),
      thousandths(line.began), thousandths(line.seconds), line.outcome.rawValue, "\(line.peakMemory)",
      field(line.cause),
    ].joined(separator: ",")
  }

  /// Seconds with three digits after the point.
  private static func thousandths(_ seconds: Double) -> String {
    guard let whole = Int(exactly: (abs(seconds) * 1000).rounded()) else { return "0.000" }
    let rest = String(whole % 1000)
    return "\(seconds < 0 ? "-" : "")\(whole / 1000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest)"
  }

  /// A field, quoted where needed; line ends become spaces, so that every attempt is one line.
  private static func field(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x2c }
    if isPlain { return text }
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
