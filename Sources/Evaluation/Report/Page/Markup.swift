/// A piece of HTML or SVG in which every text that comes from data is escaped.
///
/// Names of elements and attributes are literals, texts and attribute values go through `escape`: there is no other
/// way in, but for the style sheet and the script of the page, which are constants.
struct Markup {
  /// The HTML.
  private(set) var source: String

  /// Nothing.
  init() { source = "" }

  private init(source: String) { self.source = source }

  /// A text.
  static func text(_ text: String) -> Markup { Markup(source: escape(text)) }

  /// HTML that is written in this program.
  static func constant(_ source: StaticString) -> Markup { Markup(source: "\(source)") }

  /// An element with its content.
  ///
  /// - Parameter attributes: an attribute whose value is nil is left out.
  init(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
    @MarkupBuilder content: () -> Markup = { Markup() }
  ) {
    let name = "\(name)"
    var text = "<\(name)"
    for case (let key, let value?) in attributes {
      text += " \(key)=\""
      text += Self.escape(value)
      text += "\""
    }
    let inner = content().source
    if inner.isEmpty && Self.closingThemselves.contains(name) {
      text += "/>"
    } else {
      text += ">"
      text += inner
      text += "</\(name)>"
    }
    source = text
  }

  /// One piece after the other.
  init(_ parts: [Markup]) {
    source = ""
    source.reserveCapacity(parts.reduce(0) { $0 + $1.source.utf8.count })
    for part in parts { source += part.source }
  }

  /// Whether there is nothing.
  var isEmpty: Bool { source.isEmpty }

  /// Text with the characters that mean something in HTML replaced, and without control characters.
  static func escape(_ text: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      default:
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        escaped.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return escaped
  }

  /// Void elements of HTML, and those of SVG that have no content here.
  private static let closingThemselves: Set<String> = [
    "br", "meta", "input", "hr", "col", "path", "rect", "line", "circle", "use", "polyline", "polygon",
  ]
}

/// Joins pieces written one below the other.
@resultBuilder
enum MarkupBuilder {
  static func buildExpression(_ markup: Markup) -> Markup { markup }
  static func buildExpression(_ text: String) -> Markup { .text(text) }
  static func buildBlock(_ parts: Markup...) -> Markup { Markup(parts) }
  static func buildOptional(_ part: Markup?) -> Markup { part ?? Markup() }
  static func buildEither(first: Markup) -> Markup { first }
  static func buildEither(second: Markup) -> Markup { second }
  static func buildArray(_ parts: [Markup]) -> Markup { Markup(parts) }
}
