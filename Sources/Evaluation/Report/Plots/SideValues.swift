/// A number for each side.
public struct SideValues<Value> {
  /// Of the training rows.
  public var real: Value
  /// Of the synthetic rows.
  public var synthetic: Value
  /// Of the held-out rows; nil without a holdout.
  public var holdout: Value?

  /// Joins the sides.
  public init(real: Value, synthetic: Value, holdout: Value? = nil) {
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
  }

  /// The same transformation of every side.
  func map<Result>(_ transform: (Value) -> Result) -> SideValues<Result> {
    SideValues<Result>(real: transform(real), synthetic: transform(synthetic), holdout: holdout.map(transform))
  }
}

extension SideValues: Sendable where Value: Sendable {}
extension SideValues: Equatable where Value: Equatable {}
extension SideValues: Hashable where Value: Hashable {}
extension SideValues: Encodable where Value: Encodable {}
extension SideValues: Decodable where Value: Decodable {}
