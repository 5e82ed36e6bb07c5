public import Essentials

/// One thing that a sweep varies: the path of a configuration key, the values it may take, and when it counts.
public struct Parameter: Sendable, Hashable, Codable {
  /// Whole numbers from `low` in steps up to `high`.
  public struct Integers: Sendable, Hashable, Codable {
    public var low: Int
    public var high: Int
    public var step: Int
    /// Whether equal ratios are equally likely.
    public var isLogarithmic: Bool

    /// Creates a range; a logarithmic one starts at 1 at least.
    public init(low: Int, high: Int, step: Int = 1, isLogarithmic: Bool = false) {
      precondition(low <= high && step > 0 && (!isLogarithmic || low > 0), "no range of whole numbers")
      self.low = low
      self.high = high
      self.step = step
      self.isLogarithmic = isLogarithmic
    }
  }
  /// Real numbers from `low` to `high`, in steps if there is one.
  public struct Numbers: Sendable, Hashable, Codable {
    public var low: Double
    public var high: Double
    public var step: Double?
    /// Whether equal ratios are equally likely.
    public var isLogarithmic: Bool

    /// Creates a range; a logarithmic one starts above 0.
    public init(low: Double, high: Double, step: Double? = nil, isLogarithmic: Bool = false) {
      precondition(low <= high && step ?? 1 > 0 && (!isLogarithmic || low > 0), "no range of numbers")
      self.low = low
      self.high = high
      self.step = step
      self.isLogarithmic = isLogarithmic
    }
  }
  /// The values it may take.
  public enum Domain: Sendable, Hashable, Codable {
    /// One value: it is set, not varied.
    case value(JSONValue)
    case choice([JSONValue])
    case integers(Integers)
    case numbers(Numbers)
  }
  /// Another parameter that must have one of some values.
  public struct Condition: Sendable, Hashable, Codable {
    public var name: String
    public var values: [JSONValue]

    /// Creates a condition.
    public init(name: String, values: [JSONValue]) {
      self.name = name
      self.values = values
    }
  }

  /// Path of the configuration key.
  public var name: String
  /// The values it may take.
  public var domain: Domain
  /// It counts only where all of these hold; elsewhere the base configuration's value stays.
  public var conditions: [Condition]

  /// Creates a parameter.
  public init(name: String, domain: Domain, conditions: [Condition] = []) {
    self.name = name
    self.domain = domain
    self.conditions = conditions
  }
}

extension Parameter {
  /// Number of distinct values, nil where they are real numbers without steps.
  public var levels: Int? {
    switch domain {
    case .value: 1
    case .choice(let values): values.count
    case .integers(let range): (range.high - range.low) / range.step + 1
    case .numbers(let range): range.step.map { Int(((range.high - range.low) / $0 + 1e-9).rounded(.down)) + 1 }
    }
  }

  /// Whether plots and forests look at its logarithm.
  public var isLogarithmic: Bool {
    switch domain {
    case .value, .choice: false
    case .integers(let range): range.isLogarithmic
    case .numbers(let range): range.isLogarithmic
    }
  }

  /// Whether its values have no order.
  public var isCategorical: Bool {
    switch domain {
    case .value, .choice: true
    case .integers, .numbers: false
    }
  }

  /// One of the distinct values, in declared or rising order.
  func value(level: Int) -> JSONValue {
    switch domain {
    case .value(let value): value
    case .choice(let values): values[level]
    case .integers(let range): .integer(Int64(range.low + level * range.step))
    case .numbers(let range): JSONValue.canonical(min(range.low + Double(level) * (range.step ?? 0), range.high))
    }
  }

  /// The value at a place of the unit interval: choices by floor(u·n), numbers evenly, or evenly in the logarithm.
  ///
  /// Whole numbers share the interval that reaches half a step beyond both ends.
  func value(at unit: Double) -> JSONValue {
    switch domain {
    case .integers(let range) where range.isLogarithmic:
      let low = (Double(range.low) - 0.5).logarithm, high = (Double(range.high) + 0.5).logarithm
      return value(nearest: (low + unit * (high - low)).exponential)
    case .numbers(let range) where range.isLogarithmic:
      let low = range.low.logarithm, high = range.high.logarithm
      return value(nearest: (low + unit * (high - low)).exponential)
    case .numbers(let range) where range.step == nil:
      return JSONValue.canonical(min(max(range.low + unit * (range.high - range.low), range.low), range.high))
    default:
      let levels = levels ?? 1
      return value(level: min(Int(unit * Double(levels)), levels - 1))
    }
  }

  /// The allowed value that is nearest to a number; only for numeric domains.
  func value(nearest number: Double) -> JSONValue {
    switch domain {
    case .value(let value): return value
    case .choice(let values): return values[min(max(Int(number), 0), values.count - 1)]
    case .integers(let range):
      let level = ((number - Double(range.low)) / Double(range.step)).rounded()
      return value(level: Int(min(max(level, 0), Double((levels ?? 1) - 1))))
    case .numbers(let range):
      guard let step = range.step else { return .canonical(min(max(number, range.low), range.high)) }
      let level = ((number - range.low) / step).rounded()
      return value(level: Int(min(max(level, 0), Double((levels ?? 1) - 1))))
    }
  }

  /// Whether a value is one of those it may take.
  public func contains(_ value: JSONValue) -> Bool {
    switch domain {
    case .value(let only): return value == only
    case .choice(let values): return values.contains(value)
    case .integers, .numbers:
      guard let number = value.double else { return false }
      return self.value(nearest: number) == value
    }
  }

  /// Where a value lies between the ends, from 0 to 1, on the parameter's own scale; nil if it is no value of it.
  public func position(of value: JSONValue) -> Double? {
    switch domain {
    case .value: return 0.5
    case .choice(let values): return values.firstIndex(of: value).map { (Double($0) + 0.5) / Double(values.count) }
    case .integers(let range):
      return value.double.map { fraction($0, Double(range.low), Double(range.high), range.isLogarithmic) }
    case .numbers(let range): return value.double.map { fraction($0, range.low, range.high, range.isLogarithmic) }
    }
  }

  private func fraction(_ value: Double, _ low: Double, _ high: Double, _ isLogarithmic: Bool) -> Double {
    guard high > low else { return 0.5 }
    guard isLogarithmic else { return (value - low) / (high - low) }
    return (value.logarithm - low.logarithm) / (high.logarithm - low.logarithm)
  }
}
