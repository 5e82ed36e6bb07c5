/// Numbers by name, as a trial reports them. One that is no number is written as null.
public struct MetricValues: Sendable, Hashable, Codable, ExpressibleByDictionaryLiteral {
  private var values: [String: Double?] = [:]

  /// Creates values; infinite ones count as no number.
  public init(_ values: [String: Double] = [:]) {
    self.values = values.mapValues { $0.isFinite ? $0 : nil }
  }

  public init(dictionaryLiteral elements: (String, Double)...) {
    self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
  }

  /// A number; nil if it is missing or no number.
  public subscript(name: String) -> Double? {
    get { values[name] ?? nil }
    set { values[name] = .some(newValue.flatMap { $0.isFinite ? $0 : nil }) }
  }

  /// Whether something was reported under this name, number or not.
  public func contains(_ name: String) -> Bool { values[name] != nil }

  /// All names, sorted.
  public var names: [String] { values.keys.sorted() }

  /// Takes over what another reports.
  public mutating func merge(_ other: MetricValues) { values.merge(other.values) { $1 } }

  public init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: Double?].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}
