/// Texts as a POSIX shell reads them.
enum ShellText {
  /// One word, quoted where the shell would change it.
  static func word(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "@%+=:,./_-".contains($0)) }
    return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }

  /// A command line.
  static func command(_ words: [String]) -> String { words.map(word).joined(separator: " ") }
}
