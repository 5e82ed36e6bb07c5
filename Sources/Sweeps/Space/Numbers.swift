public import Essentials
internal import Foundation

extension JSONValue {
  /// A number in its one form: whole ones are integers, as they come back from a file.
  public static func canonical(_ number: Double) -> JSONValue {
    number == number.rounded() && abs(number) < 0x1p53 ? .integer(Int64(number)) : .number(number)
  }

  /// The number it is, nil if it is none.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

extension Double {
  var logarithm: Double { Foundation.log(self) }
  var exponential: Double { Foundation.exp(self) }
}
