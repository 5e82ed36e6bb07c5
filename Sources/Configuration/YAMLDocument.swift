import Essentials
import Yams

/// Turns YAML text into nodes, within bounds.
enum YAMLDocument {
  /// Aliases of aliases stand for a text that doubles with each; so many stand for some thousand copies at most.
  private static let maximumAliases = 24

  /// The only document of a text; nil if it is empty. `source` names it in messages.
  ///
  /// - Throws: `ClavaError.configuration` if the text is not YAML.
  static func compose(_ text: String, source: String) throws -> Node? {
    let aliases = aliasCount(text)
    guard aliases <= maximumAliases else {
      throw ClavaError(
        .configuration, "the file uses \(aliases) aliases (*NAME), at most \(maximumAliases) are allowed",
        at: .init(file: source), remedy: "write the values where they are used")
    }
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw ClavaError(
        .configuration, "this is not valid YAML: \(ConfigurationReader.plain(error))",
        at: ConfigurationReader.place(of: error, source),
        remedy: "check indentation, brackets and quotes near this place")
    }
  }

  /// How many aliases a text can hold: asterisks that begin a word.
  private static func aliasCount(_ text: String) -> Int {
    func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
      default: false
      }
    }
    var count = 0
    var before: UInt8 = 0x20, asterisk = false
    for byte in text.utf8 {
      if asterisk, isWord(byte) || byte == 0x2D { count += 1 }
      asterisk = byte == 0x2A && !isWord(before)
      before = byte
    }
    return count
  }
}
