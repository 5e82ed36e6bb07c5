internal import Configuration
public import Essentials
internal import Foundation

/// What one trial sets: the active parameters with their values.
public struct TrialParameters: Sendable, Hashable, Codable {
  /// Values by configuration path.
  public var values: [String: JSONValue]

  /// Creates parameters.
  public init(_ values: [String: JSONValue] = [:]) { self.values = values }

  /// The value of a parameter, nil where it is not active.
  public subscript(name: String) -> JSONValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// One text for equal parameters, whatever their order: sorted names with their values.
  public var canonicalText: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\(YAMLText.value($0.value))" }.joined(separator: "; ")
  }

  /// The arguments of `--set` that give the trial's configuration, sorted by name.
  public var settings: [String] {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\(YAMLText.value($0.value))" }
  }

  /// A value as it is written behind `--set NAME=`.
  public func text(_ name: String) -> String? { values[name].map(YAMLText.value) }

  /// A value for people: numbers with many digits have four.
  public func shortText(_ name: String) -> String? {
    guard let text = text(name), text.utf8.count > 8, let number = Double(text) else { return text(name) }
    return String(format: "%.4g", number)
  }

  /// Reads `NAME=VALUE` texts as the command line gives them, in any order.
  ///
  /// - Throws: `ClavaError.configuration` if one has no `=` or its value is not YAML.
  public init(settings: [String]) throws {
    values = [:]
    for setting in settings {
      guard let equals = setting.firstIndex(of: "=") else {
        throw ClavaError(
          .configuration, "'\(setting)' is no NAME=VALUE", remedy: "write for example denoiser.steps=2000")
      }
      let text = String(setting[setting.index(after: equals)...])
      values[String(setting[..<equals])] = try LocatedValue.read(text: text, source: setting)?.json ?? .null
    }
  }

  public init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: JSONValue].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}
