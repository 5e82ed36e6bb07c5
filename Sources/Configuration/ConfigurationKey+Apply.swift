import Yams

extension ConfigurationKey {
  /// Sets the key from a node.
  ///
  /// - Returns: nil when it fits, else what was found, in words.
  func apply(_ node: Node, to configuration: inout Configuration) -> String? {
    let found = ConfigurationReader.describe(node)
    switch kind {
    case .text(let path):
      guard let text = node.string, !text.isEmpty else { return found }
      configuration[keyPath: path] = text
    case .textOrEmpty(let path):
      guard let text = node.string else { return found }
      configuration[keyPath: path] = text
    case .optionalText(let path):
      guard let text = node.string else { return found }
      configuration[keyPath: path] = node.null != nil ? nil : text
    case .choice(let path, let names):
      guard let text = node.string, names.contains(text) else { return found }
      configuration[keyPath: path] = text
    case .choices(let path, let names):
      guard let texts = node.sequence?.map({ $0.string ?? "" }), texts.allSatisfy(names.contains) else { return found }
      configuration[keyPath: path] = texts
    case .integer(let path, let range):
      guard let value = Self.integer(node), range.contains(value) else { return found }
      configuration[keyPath: path] = value
    case .integerOrAuto(let path, let range):
      if node.string == "auto" {
        configuration[keyPath: path] = nil
      } else {
        guard let value = Self.integer(node), range.contains(value) else { return found }
        configuration[keyPath: path] = value
      }
    case .integers(let path, let range):
      guard let nodes = node.sequence else { return found }
      let values = nodes.compactMap(Self.integer)
      guard values.count == nodes.count, values.allSatisfy(range.contains) else { return found }
      configuration[keyPath: path] = values
    case .number(let path, let range):
      guard let value = node.string.flatMap(Double.init), range.contains(value) else { return found }
      configuration[keyPath: path] = value
    case .seconds(let path, let range):
      guard let value = node.string.flatMap(YAMLText.seconds), range.contains(value) else { return found }
      configuration[keyPath: path] = value
    case .flag(let path):
      guard let value = node.bool else { return found }
      configuration[keyPath: path] = value
    case .texts(let path):
      guard let nodes = node.sequence else { return found }
      let texts = nodes.compactMap(\.string)
      guard texts.count == nodes.count, texts.allSatisfy(TextForm.any.accepts) else { return found }
      configuration[keyPath: path] = texts
    case .bytes(let path):
      guard let value = node.string.flatMap(YAMLText.bytes) else { return found }
      configuration[keyPath: path] = value
    case .checkedText(let path, let form):
      guard let text = node.string, form.accepts(text) else { return found }
      configuration[keyPath: path] = text
    case .optional(let path, let word, let form):
      guard let text = node.string else { return found }
      let isNone = text == word || (word == "null" && node.null != nil)
      guard isNone || form.accepts(text) else { return found }
      configuration[keyPath: path] = isNone ? nil : text
    case .optionalSeconds(let path, let word, let range):
      guard let text = node.string else { return found }
      let value = YAMLText.seconds(text)
      guard text == word || value.map(range.contains) ?? false else { return found }
      configuration[keyPath: path] = text == word ? nil : value
    case .optionalBytes(let path, let word):
      guard let text = node.string else { return found }
      let value = YAMLText.bytes(text)
      guard text == word || value != nil else { return found }
      configuration[keyPath: path] = text == word ? nil : value
    case .optionalNumber(let path, let word, let range):
      guard let text = node.string else { return found }
      let value = Double(text)
      guard text == word || value.map(range.contains) ?? false else { return found }
      configuration[keyPath: path] = text == word ? nil : value
    }
    return nil
  }

  /// A whole number, also when written as `1e6` or `1_000`.
  static func integer(_ node: Node) -> Int? {
    guard let text = node.scalar?.string.replacing("_", with: "") else { return nil }
    if let value = Int(text) { return value }
    guard let value = Double(text), value == value.rounded(), abs(value) < 1e15 else { return nil }
    return Int(value)
  }
}
