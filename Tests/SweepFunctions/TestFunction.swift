import Essentials
import Foundation
public import Sweeps

/// Functions with a known least value of about 0, on which samplers are compared; scripts/compare-optuna has the same.
public enum TestFunction: String, CaseIterable, Sendable {
  /// Four parameters, one of them logarithmic.
  case sphere
  /// Branin's function with three least points, a switch and a whole number.
  case branin
  /// Two branches with parameters of their own.
  case conditional

  /// Where it is defined.
  public var space: ParameterSpace {
    switch self {
    case .sphere:
      ParameterSpace([
        .number("x", -5, 5), .number("y", -5, 5), .number("z", -5, 5), .number("rate", 1e-5, 1e-1, logarithmic: true),
      ])
    case .branin:
      ParameterSpace([
        .number("x", -5, 10), .number("y", 0, 15), .choice("kind", ["a", "b", "c"]), .integer("n", 1, 20),
      ])
    case .conditional:
      ParameterSpace([
        .choice("kind", ["linear", "tree"]), .number("alpha", 1e-6, 1, logarithmic: true, when: ("kind", "linear")),
        .integer("depth", 1, 20, when: ("kind", "tree")),
        .number("rate", 1e-3, 1, logarithmic: true, when: ("kind", "tree")),
      ])
    }
  }

  /// Its value.
  public func value(_ parameters: TrialParameters) -> Double {
    func number(_ name: String) -> Double { parameters[name]?.double ?? .nan }
    switch self {
    case .sphere:
      return pow(number("x") - 1, 2) + pow(number("y") + 2, 2) + pow(number("z") - 3, 2)
        + pow(log10(number("rate")) + 3, 2)
    case .branin:
      let x = number("x"), y = number("y")
      let bowl = pow(y - 5.1 / (4 * .pi * .pi) * x * x + 5 / .pi * x - 6, 2)
      let wave = 10 * (1 - 1 / (8 * .pi)) * cos(x) + 10
      let offset = parameters["kind"] == .string("a") ? 0.0 : parameters["kind"] == .string("b") ? 5 : 20
      return bowl + wave - 0.397_887 + offset + 0.5 * pow(number("n") - 7, 2)
    case .conditional:
      if parameters["kind"] == .string("linear") { return 1 + pow(log10(number("alpha")) + 4, 2) }
      return 0.1 * pow(number("depth") - 6, 2) + pow(log10(number("rate")) + 1, 2)
    }
  }
}

extension Parameter {
  fileprivate static func conditions(_ other: (String, String)?) -> [Condition] {
    other.map { [Condition(name: $0.0, values: [.string($0.1)])] } ?? []
  }

  /// A real number.
  public static func number(
    _ name: String, _ low: Double, _ high: Double, logarithmic: Bool = false, when other: (String, String)? = nil
  ) -> Parameter {
    Parameter(
      name: name, domain: .numbers(.init(low: low, high: high, isLogarithmic: logarithmic)),
      conditions: conditions(other))
  }

  /// A whole number.
  public static func integer(_ name: String, _ low: Int, _ high: Int, when other: (String, String)? = nil) -> Parameter
  {
    Parameter(name: name, domain: .integers(.init(low: low, high: high)), conditions: conditions(other))
  }

  /// One of some texts.
  public static func choice(_ name: String, _ values: [String]) -> Parameter {
    Parameter(name: name, domain: .choice(values.map { .string($0) }))
  }
}
