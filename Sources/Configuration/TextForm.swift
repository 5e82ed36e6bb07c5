/// What a text of the configuration must look like.
enum TextForm: Sendable {
  /// Anything but nothing.
  case any
  /// One word, which is passed on to another program.
  case word
  /// `tcp://ADDRESS:PORT`.
  case endpoint
  /// A host name or address without a port.
  case hostName
  /// A name as Kubernetes allows it.
  case label

  /// What may stand there, in words.
  var expectation: String {
    switch self {
    case .any: "a text"
    case .word: "a word without spaces and quotes"
    case .endpoint: "tcp://ADDRESS:PORT such as tcp://0.0.0.0:5570"
    case .hostName: "a host name or address without a port"
    case .label: "a name of small letters, digits and '-'"
    }
  }

  func accepts(_ text: String) -> Bool {
    switch self {
    case .any: return !text.isEmpty && !text.contains("\n")
    case .word: return text.wholeMatch(of: /[A-Za-z0-9_@%+=:,.\/-]+/) != nil && !text.hasPrefix("-")
    case .endpoint:
      guard let match = text.wholeMatch(of: /tcp:\/\/(\[[0-9A-Fa-f:.]+\]|\*|[A-Za-z0-9._-]+):([0-9]{1,5})/) else {
        return false
      }
      return Int(match.output.2).map { $0 <= 65_535 } ?? false
    case .hostName: return text.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9._-]*)|\[[0-9A-Fa-f:.]+\]/) != nil
    case .label: return text.count <= 63 && text.wholeMatch(of: /[a-z0-9]([a-z0-9-]*[a-z0-9])?/) != nil
    }
  }
}
