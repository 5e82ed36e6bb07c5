/// Reads HTML the strict way: every element is closed in order, every attribute quoted.
struct MarkupCheck {
  /// What is wrong; empty for good HTML.
  private(set) var problems: [String] = []
  /// Every start tag with its attributes, in order.
  private(set) var tags: [(name: String, attributes: [String: String])] = []

  init(_ html: String) {
    var open: [String] = []
    let bytes = Array(html.utf8)
    var at = 0
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "<") else {
        if bytes[at] == UInt8(ascii: ">") && !["style", "script"].contains(open.last) {
          problems.append("a bare > in text")
        }
        at += 1
        continue
      }
      let isRaw = open.last == "style" || open.last == "script"
      if isRaw && !text(at..<min(bytes.count, at + 9)).hasPrefix("</\(open.last ?? "")>") {
        at += 1
        continue
      }
      var end = at + 1
      var isQuoted = false
      while end < bytes.count && (isQuoted || bytes[end] != UInt8(ascii: ">")) {
        if bytes[end] == UInt8(ascii: "\"") { isQuoted.toggle() }
        if bytes[end] == UInt8(ascii: "<") { problems.append("a bare < in \(text(at..<end))") }
        end += 1
      }
      let inner = text((at + 1)..<min(end, bytes.count))
      at = end + 1
      if inner.hasPrefix("!") { continue }
      if inner.hasPrefix("/") {
        let name = String(inner.dropFirst())
        if open.popLast() != name { problems.append("\(name) closes what is not open") }
        continue
      }
      let name = String(inner.prefix { !$0.isWhitespace && $0 != "/" })
      tags.append((name, Self.attributes(inner.dropFirst(name.count))))
      if !inner.hasSuffix("/") { open.append(name) }
    }
    problems += open.map { "\($0) is never closed" }
  }

  private static func attributes(_ text: Substring) -> [String: String] {
    var found: [String: String] = [:]
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    for index in stride(from: 0, to: parts.count - 1, by: 2) {
      let key = parts[index].filter { !$0.isWhitespace && $0 != "=" && $0 != "/" }
      found[key] = String(parts[index + 1])
    }
    return found
  }
}
