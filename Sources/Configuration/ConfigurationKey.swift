/// One key of the configuration: its path, its type and range, what it means, and how to get and set it.
///
/// The table of all keys is the one place that reading, checking, printing and documenting share.
public struct ConfigurationKey: Sendable {
  typealias Path<Value> = any WritableKeyPath<Configuration, Value> & Sendable

  /// A value as it stands in a configuration file.
  enum Kind: Sendable {
    case text(Path<String>)
    case textOrEmpty(Path<String>)
    case optionalText(Path<String?>)
    case choice(Path<String>, [String])
    case choices(Path<[String]>, [String])
    case integer(Path<Int>, ClosedRange<Int>)
    case integerOrAuto(Path<Int?>, ClosedRange<Int>)
    case integers(Path<[Int]>, ClosedRange<Int>)
    case number(Path<Double>, ClosedRange<Double>)
    case seconds(Path<Double>, ClosedRange<Double>)
    case flag(Path<Bool>)
    case texts(Path<[String]>)
    case bytes(Path<Int>)
    case checkedText(Path<String>, TextForm)
    /// The word stands for nil.
    case optional(Path<String?>, String, TextForm)
    case optionalSeconds(Path<Double?>, String, ClosedRange<Double>)
    case optionalBytes(Path<Int?>, String)
    case optionalNumber(Path<Double?>, String, ClosedRange<Double>)
  }

  /// Dotted path, for instance `denoiser.steps`.
  public let path: String
  /// One sentence for people.
  public let meaning: String
  let kind: Kind

  init(_ path: String, _ kind: Kind, _ meaning: String) {
    self.path = path
    self.kind = kind
    self.meaning = meaning
  }

  /// What may stand there, in words.
  public var expectation: String {
    switch kind {
    case .text, .textOrEmpty, .optionalText: "a text"
    case .choice(_, let names): "one of \(names.joined(separator: ", "))"
    case .choices(_, let names): "a list of some of \(names.joined(separator: ", "))"
    case .integer(_, let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .integerOrAuto(_, let range): "auto, or a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .integers(_, let range): "a list of whole numbers from \(range.lowerBound) to \(range.upperBound)"
    case .number(_, let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .seconds(_, let range): "a time such as 120s, 5m or 1h, from \(range.lowerBound)s to \(range.upperBound)s"
    case .flag: "true or false"
    case .texts: "a list of texts"
    case .bytes: "a size such as 500MB, 8GB or 8GiB"
    case .checkedText(_, let form): form.expectation
    case .optional(_, let word, let form): "\(word), or \(form.expectation)"
    case .optionalSeconds(_, let word, let range):
      "\(word), or a time such as 120s, 5m or 1h, from \(range.lowerBound)s to \(range.upperBound)s"
    case .optionalBytes(_, let word): "\(word), or a size such as 500MB, 8GB or 8GiB"
    case .optionalNumber(_, let word, let range): "\(word), or a number from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// The value in YAML.
  public func text(in configuration: Configuration) -> String {
    switch kind {
    case .text(let path), .textOrEmpty(let path): YAMLText.scalar(configuration[keyPath: path])
    case .optionalText(let path): configuration[keyPath: path].map(YAMLText.scalar) ?? "null"
    case .choice(let path, _): configuration[keyPath: path]
    case .choices(let path, _): "[\(configuration[keyPath: path].joined(separator: ", "))]"
    case .integer(let path, _): String(configuration[keyPath: path])
    case .integerOrAuto(let path, _): configuration[keyPath: path].map(String.init) ?? "auto"
    case .integers(let path, _): "[\(configuration[keyPath: path].map(String.init).joined(separator: ", "))]"
    case .number(let path, _): YAMLText.number(configuration[keyPath: path])
    case .seconds(let path, _): "\(YAMLText.number(configuration[keyPath: path]))s"
    case .flag(let path): configuration[keyPath: path] ? "true" : "false"
    case .texts(let path): "[\(configuration[keyPath: path].map(YAMLText.scalar).joined(separator: ", "))]"
    case .bytes(let path): YAMLText.size(configuration[keyPath: path])
    case .checkedText(let path, _): YAMLText.scalar(configuration[keyPath: path])
    case .optional(let path, let word, _): configuration[keyPath: path].map(YAMLText.scalar) ?? word
    case .optionalSeconds(let path, let word, _):
      configuration[keyPath: path].map { "\(YAMLText.number($0))s" } ?? word
    case .optionalBytes(let path, let word): configuration[keyPath: path].map(YAMLText.size) ?? word
    case .optionalNumber(let path, let word, _): configuration[keyPath: path].map(YAMLText.number) ?? word
    }
  }

  /// The key with this path.
  public static func named(_ path: String) -> ConfigurationKey? { all.first { $0.path == path } }
}
