internal import Foundation

/// JSON of the few messages and records that every task needs, written and read directly.
///
/// `JSONEncoder` takes tens of microseconds for two fields; at thousands of tasks a second that is most of the
/// coordinator's time. The text is byte for byte what the encoder gives with sorted keys. Whatever is not plain is left
/// to the encoder and the decoder.
package enum PlainJSON {
  /// Whether a byte may stand in a text in quotes as it is, and is ASCII.
  static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x5c
  }

  /// A text in quotes, or nil if something in it needs escaping.
  package static func quoted(_ text: String) -> String? {
    text.utf8.allSatisfy(isPlain) ? "\"\(text)\"" : nil
  }

  private static func write(_ attempt: AttemptName, to text: inout PlainWriter) {
    text.raw("{\"number\":")
    text.number(attempt.number)
    text.raw(",\"task\":")
    text.quoted(attempt.task)
    text.raw("}")
  }

  static func encode(_ notice: AttemptNotice) -> Data? {
    var text = PlainWriter()
    text.raw("{\"attempt\":")
    write(notice.attempt, to: &text)
    text.raw("}")
    return text.data
  }

  static func encode(_ grant: Grant, workLength: Int, workChecksum: UInt32) -> Data? {
    var text = PlainWriter()
    text.raw("{\"grant\":{\"attempt\":")
    write(grant.attempt, to: &text)
    text.raw(",\"folder\":")
    text.quoted(grant.folder)
    text.raw("},\"workChecksum\":")
    text.number(Int(workChecksum))
    text.raw(",\"workLength\":")
    text.number(workLength)
    text.raw("}")
    return text.data
  }

  static func encode(_ commit: Commit) -> Data? {
    guard commit.borrowedSeconds == nil else { return nil }
    var text = PlainWriter()
    text.raw("{\"attempt\":")
    write(commit.attempt, to: &text)
    text.raw(",\"outputs\":")
    text.list(commit.outputs) { text, output in
      text.raw("{\"contentDigest\":")
      text.quoted(output.contentDigest)
      text.raw(",\"digest\":")
      text.quoted(output.digest)
      text.raw(",\"name\":")
      text.quoted(output.name)
      text.raw(",\"size\":")
      text.number(output.size)
      text.raw("}")
    }
    text.raw(",\"peakMemory\":")
    text.number(commit.peakMemory)
    text.raw(",\"seconds\":")
    text.number(commit.seconds)
    text.raw("}")
    return text.data
  }

  // MARK: Reading

  private static func attempt(_ text: inout PlainReader) -> AttemptName? {
    guard text.skip("{\"number\":"), let number = text.integer(), text.skip(",\"task\":"),
      let task = text.quoted(), text.skip("}")
    else { return nil }
    return AttemptName(task: task, number: number)
  }

  /// Reads a notice in the form that `encode` writes; nil for any other form.
  static func notice(_ body: Data) -> AttemptNotice? {
    var text = PlainReader(body)
    guard text.skip("{\"attempt\":"), let attempt = attempt(&text), text.skip("}"), text.isAtEnd else { return nil }
    return AttemptNotice(attempt: attempt)
  }

  /// Reads a grant, with length and check sum of its work, in the form that `encode` writes; nil for any other form.
  static func grant(_ body: Data) -> (grant: Grant, workLength: Int, workChecksum: UInt32)? {
    var text = PlainReader(body)
    guard text.skip("{\"grant\":{\"attempt\":"), let attempt = attempt(&text), text.skip(",\"folder\":"),
      let folder = text.quoted(), text.skip("},\"workChecksum\":"), let number = text.integer(),
      let checksum = UInt32(exactly: number), text.skip(",\"workLength\":"), let length = text.integer(),
      text.skip("}"), text.isAtEnd
    else { return nil }
    return (Grant(attempt: attempt, folder: folder), length, checksum)
  }

  /// Reads a commit in the form that `encode` writes; nil for any other form.
  static func commit(_ body: Data) -> Commit? {
    var text = PlainReader(body)
    guard text.skip("{\"attempt\":"), let attempt = attempt(&text), text.skip(",\"outputs\":["),
      let outputs = outputs(&text), text.skip(",\"peakMemory\":"), let peakMemory = text.integer(),
      text.skip(",\"seconds\":"), let seconds = text.number(), text.skip("}"), text.isAtEnd
    else { return nil }
    return Commit(attempt: attempt, outputs: outputs, seconds: seconds, peakMemory: peakMemory)
  }

  private static func outputs(_ text: inout PlainReader) -> [DeliveredOutput]? {
    var outputs: [DeliveredOutput] = []
    if text.skip("]") { return outputs }
    repeat {
      guard text.skip("{\"contentDigest\":"), let content = text.quoted(), text.skip(",\"digest\":"),
        let digest = text.quoted(), text.skip(",\"name\":"), let name = text.quoted(), text.skip(",\"size\":"),
        let size = text.integer(), text.skip("}")
      else { return nil }
      outputs.append(DeliveredOutput(name: name, digest: digest, contentDigest: content, size: size))
    } while text.skip(",")
    return text.skip("]") ? outputs : nil
  }
}
