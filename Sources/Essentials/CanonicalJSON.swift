public import Foundation

/// JSON with sorted keys and no spaces: equal values give equal bytes.
public enum CanonicalJSON {
  /// Encodes a value canonically.
  ///
  /// - Throws: `ClavaError.internal` if the value holds a number JSON cannot express.
  public static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(value)
    } catch {
      throw ClavaError(.internal, "a \(type(of: value)) cannot be written as JSON: \(error)")
    }
  }

  /// Encodes a value for people: sorted keys, indented.
  public static func encodePretty(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return try encoder.encode(value)
    } catch {
      throw ClavaError(.internal, "a \(type(of: value)) cannot be written as JSON: \(error)")
    }
  }

  /// Decodes a value from JSON written by this program.
  ///
  /// - Throws: `ClavaError.damaged` with what was expected and where, naming `source`.
  public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data, source: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw ClavaError(.damaged, describe(error), at: .init(file: source))
    }
  }

  /// A `DecodingError` in one plain sentence.
  public static func describe(_ error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
      let text = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
      return text.isEmpty ? "the top level" : "'\(text)'"
    }
    switch error {
    case .keyNotFound(let key, let context): return "key '\(key.stringValue)' is missing at \(path(context))"
    case .typeMismatch(let type, let context): return "expected \(type) at \(path(context))"
    case .valueNotFound(let type, let context): return "expected \(type), found null at \(path(context))"
    case .dataCorrupted(let context): return "not valid at \(path(context)): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }
}
