import Configuration
import Essentials

/// Configurations as texts.
enum ConfigurationText {
  /// Reads one.
  static func read(_ text: String, source: String = "c.yaml") throws -> Configuration {
    var reader = ConfigurationReader()
    try reader.read(text: text, source: source)
    return try reader.finish()
  }

  /// The problems that a text causes.
  static func problems(_ text: String, source: String = "c.yaml") -> [Problem] {
    do {
      _ = try read(text, source: source)
      return []
    } catch {
      return (error as? ClavaError)?.problems ?? []
    }
  }
}
