internal import Essentials
internal import Foundation

/// Another program, called to its end within a time limit.
enum ProgramCall {
  /// What it left.
  struct Answer {
    /// Its exit code; nil if it was ended by a signal or the time limit.
    var exitCode: Int32?
    var output: String
    var errors: String

    /// Its last words, for a message.
    var lastWords: String {
      let lines = (errors.isEmpty ? output : errors).split(separator: "\n")
      return lines.last.map { String($0.prefix(300)) } ?? "it said nothing"
    }
  }

  /// Calls a program. Blocks for up to `seconds`: never on the coordinator's own thread.
  ///
  /// - Throws: `ClavaError.internal` if it cannot be started.
  static func run(_ command: [String], seconds: Double) throws -> Answer {
    let (output, outputPath) = try temporary()
    defer { close(output) }
    let (errors, errorsPath) = try temporary()
    defer { close(errors) }
    // The files live as long as their descriptors.
    unlink(outputPath)
    unlink(errorsPath)
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(null) }
    let process = try SystemProcess.start(
      command, descriptors: [(STDIN_FILENO, null), (STDOUT_FILENO, output), (STDERR_FILENO, errors)], ownGroup: true)
    let deadline = MonotonicClock.now + .seconds(seconds)
    var ending = process.ending(wait: false)
    while ending == nil, MonotonicClock.now < deadline {
      usleep(5000)
      ending = process.ending(wait: false)
    }
    if ending == nil {
      process.signalGroup(SIGKILL)
      _ = process.ending(wait: true)
    }
    return Answer(exitCode: ending?.exitCode, output: text(of: output), errors: text(of: errors))
  }

  private static func temporary() throws -> (Int32, String) {
    var template = Array("\(NSTemporaryDirectory())/clava-call-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileSystem.writeError(NSTemporaryDirectory()) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return (descriptor, String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  private static func text(of descriptor: Int32) -> String {
    var data = Data()
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, off_t(data.count))
      // An answer longer than this is none that is understood here.
      guard count > 0, data.count < 64 << 20 else { return String(decoding: data, as: UTF8.self) }
      data.append(contentsOf: chunk[0..<count])
    }
  }
}
