/// The largest absolute difference of two lists; infinite if the lengths differ or a value is not a number in one list
/// only.
public func maximumDifference<Value: BinaryFloatingPoint>(_ left: [Value], _ right: [Value]) -> Double {
  guard left.count == right.count else { return .infinity }
  var largest = 0.0
  for (first, second) in zip(left, right) where first != second {
    if first.isNaN && second.isNaN { continue }
    let difference = abs(Double(first) - Double(second))
    largest = max(largest, difference.isNaN ? .infinity : difference)
  }
  return largest
}

/// The largest absolute difference of a list of single precision and one of double precision.
public func maximumDifference(_ left: [Float], _ right: [Double]) -> Double {
  maximumDifference(left.map(Double.init), right)
}

/// The largest absolute difference relative to the largest absolute value of `expected`.
public func relativeDifference<Value: BinaryFloatingPoint>(_ actual: [Value], _ expected: [Value]) -> Double {
  let scale = expected.reduce(0.0) { max($0, abs(Double($1))) }
  let difference = maximumDifference(actual, expected)
  return scale > 0 ? difference / scale : difference
}
