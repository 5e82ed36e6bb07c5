/// How a number becomes a normal value and back.
public enum NumberMap: Codable, Hashable, Sendable {
  /// By its rank among all rows, equal values spread over their ranks.
  case rank(NumericCodec)
  /// By interpolation between quantiles: the published map.
  case quantile(QuantileCodec)

  /// How values are written.
  public var format: NumberFormat {
    switch self {
    case .rank(let codec): codec.format
    case .quantile(let codec): codec.format
    }
  }

  /// The normal value of a number.
  ///
  /// - Parameters:
  ///   - value: a number; not NaN.
  ///   - u: a uniform draw from the open interval (0, 1), one per row; the quantile map does not use it.
  public func encode(_ value: Double, u: Double) -> Double {
    switch self {
    case .rank(let codec): codec.encode(value, u: u)
    case .quantile(let codec): codec.encode(value)
    }
  }

  /// The number a normal value stands for, rounded as the column demands.
  public func decode(_ z: Double) -> Double {
    switch self {
    case .rank(let codec): codec.decode(z)
    case .quantile(let codec): codec.decode(z)
    }
  }

  /// The text that is written for a decoded value.
  public func text(_ value: Double) -> String {
    switch self {
    case .rank(let codec): codec.text(value)
    case .quantile(let codec): codec.text(value)
    }
  }
}
