/// One input of a boosted model.
package enum FeatureColumn: Sendable {
  /// Numbers, NaN where missing; splits ask whether a value is below a threshold.
  case ordered(name: String, values: [Double])
  /// Categories `0..<count`, −1 where missing; splits ask whether a value is one category, as after one-hot encoding.
  /// A missing value is a category of its own.
  case levels(name: String, codes: [Int32], count: Int)

  /// What a reader calls it.
  package var name: String {
    switch self {
    case .ordered(let name, _): name
    case .levels(let name, _, _): name
    }
  }

  /// How many rows it has.
  package var rowCount: Int {
    switch self {
    case .ordered(_, let values): values.count
    case .levels(_, let codes, _): codes.count
    }
  }

  /// Whether all rows hold the same value.
  package var isConstant: Bool {
    switch self {
    case .ordered(_, let values):
      guard let first = values.first else { return true }
      return values.allSatisfy { $0 == first || ($0.isNaN && first.isNaN) }
    case .levels(_, let codes, _):
      return codes.allSatisfy { $0 == codes[0] }
    }
  }

  /// The same column with the given rows in the given order; row −1 has no value.
  package func selecting(_ rows: [Int32]) -> FeatureColumn {
    switch self {
    case .ordered(let name, let values):
      .ordered(name: name, values: rows.map { $0 < 0 ? .nan : values[Int($0)] })
    case .levels(let name, let codes, let count):
      .levels(name: name, codes: rows.map { $0 < 0 ? -1 : codes[Int($0)] }, count: count)
    }
  }

  /// The rows of this column followed by those of another of the same kind.
  package func appending(_ other: FeatureColumn) -> FeatureColumn {
    switch (self, other) {
    case (.ordered(let name, let values), .ordered(_, let more)):
      return .ordered(name: name, values: values + more)
    case (.levels(let name, let codes, let count), .levels(_, let more, let otherCount)):
      return .levels(name: name, codes: codes + more, count: max(count, otherCount))
    default:
      preconditionFailure("column \(name) is ordered on one side and has levels on the other")
    }
  }
}

extension FeatureColumn {
  /// A column of a table as it is; dates are ordered by their nanoseconds.
  package init(_ column: EvaluationColumn, name: String? = nil) {
    switch column {
    case .continuous(let own, let values): self = .ordered(name: name ?? own, values: values)
    case .discrete(let own, let codes, let levels): self = .levels(name: name ?? own, codes: codes, count: levels)
    }
  }
}
