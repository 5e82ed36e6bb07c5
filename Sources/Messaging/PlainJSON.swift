internal import Foundation

/// JSON of the few messages and records that every task needs, written and read directly.
///
/// `JSONEncoder` takes tens of microseconds for two fields; at thousands of tasks a second that is most of the
/// coordinator's time. The text is byte for byte what the encoder gives with sorted keys. Whatever is not plain is left
/// to the encoder and the decoder.
package enum PlainJSON {
  /// A text in quotes, or nil if something in it needs escaping.
  package static func quoted(_ text: String) -> String? {
    for byte in text.utf8 where byte < 0x20 || byte == 0x22 || byte == 0x5c || byte >= 0x7f { return nil }
    return "\"\(text)\""
  }

  static func encode(_ attempt: AttemptName) -> String? {
    quoted(attempt.task).map { "{\"number\":\(attempt.number),\"task\":\($0)}" }
  }

  static func encode(_ notice: AttemptNotice) -> Data? {
    encode(notice.attempt).map { Data("{\"attempt\":\($0)}".utf8) }
  }

  static func encode(_ grant: Grant, workLength: Int, workChecksum: UInt32) -> Data? {
    guard let attempt = encode(grant.attempt), let folder = quoted(grant.folder) else {
      return nil
    }
    let text =
      "{\"grant\":{\"attempt\":\(attempt),\"folder\":\(folder)},\"workChecksum\":\(workChecksum),"
      + "\"workLength\":\(workLength)}"
    return Data(text.utf8)
  }

  private static let noticeStart = Array("{\"attempt\":{\"number\":".utf8)
  private static let noticeMiddle = Array(",\"task\":\"".utf8)
  private static let noticeEnd = Array("\"}}".utf8)

  /// Reads a notice in the form that `encode` writes; nil for any other form.
  static func notice(_ body: Data) -> AttemptNotice? {
    let bytes = [UInt8](body)
    guard bytes.count < 4096, bytes.starts(with: noticeStart) else { return nil }
    var place = noticeStart.count
    var number = 0
    let first = place
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
      guard place - first < 15 else { return nil }
      number = number * 10 + Int(bytes[place] - 0x30)
      place += 1
    }
    // JSON has no numbers with leading zeros.
    guard place > first, place == first + 1 || bytes[first] != 0x30 else { return nil }
    guard bytes[place...].starts(with: noticeMiddle) else { return nil }
    place += noticeMiddle.count
    guard bytes.count >= place + noticeEnd.count, bytes.suffix(noticeEnd.count).elementsEqual(noticeEnd) else {
      return nil
    }
    let name = bytes[place..<(bytes.count - noticeEnd.count)]
    for byte in name where byte < 0x20 || byte == 0x22 || byte == 0x5c || byte >= 0x7f { return nil }
    return AttemptNotice(attempt: AttemptName(task: String(decoding: name, as: UTF8.self), number: number))
  }
}
