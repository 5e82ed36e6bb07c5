public import Configuration
public import Essentials

/// All parameters of a sweep, in declared order.
public struct ParameterSpace: Sendable, Hashable, Codable {
  /// The parameters.
  public let parameters: [Parameter]
  /// Positions of the parameters such that what a condition names comes before what depends on it.
  let order: [Int]

  /// Creates a space. Conditions must name parameters of the space and must not run in circles.
  public init(_ parameters: [Parameter]) {
    self.parameters = parameters
    order = Self.order(of: parameters) ?? Array(parameters.indices)
  }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Parameter].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(parameters)
  }

  /// The parameter with this name.
  public func named(_ name: String) -> Parameter? { parameters.first { $0.name == name } }

  /// An order in which conditions are decided before they are needed; nil if they run in circles.
  static func order(of parameters: [Parameter]) -> [Int]? {
    var placed: Set<String> = []
    var order: [Int] = []
    let names = Set(parameters.map(\.name))
    while order.count < parameters.count {
      let next = parameters.indices.first { index in
        !placed.contains(parameters[index].name)
          && parameters[index].conditions.allSatisfy { placed.contains($0.name) || !names.contains($0.name) }
      }
      guard let next else { return nil }
      placed.insert(parameters[next].name)
      order.append(next)
    }
    return order
  }

  /// Whether a parameter counts beside the values chosen so far.
  public func isActive(_ parameter: Parameter, in chosen: TrialParameters) -> Bool {
    parameter.conditions.allSatisfy { condition in chosen[condition.name].map(condition.values.contains) ?? false }
  }

  /// Chooses every active parameter in order; `choose` gets the position of the parameter and what was chosen before.
  func assemble(_ choose: (Int, TrialParameters) -> JSONValue) -> TrialParameters {
    var chosen = TrialParameters()
    for index in order where isActive(parameters[index], in: chosen) {
      chosen[parameters[index].name] = choose(index, chosen)
    }
    return chosen
  }

  /// The parameters at a point of the unit cube, one coordinate for each declared parameter, active or not.
  public func point(_ unit: [Double]) -> TrialParameters {
    precondition(unit.count == parameters.count, "a point of \(parameters.count) parameters has as many coordinates")
    return assemble { index, _ in parameters[index].value(at: unit[index]) }
  }

  /// Coordinates of a trial in the unit cube; inactive parameters stand in the middle.
  public func position(of chosen: TrialParameters) -> [Double] {
    parameters.map { parameter in chosen[parameter.name].flatMap(parameter.position) ?? 0.5 }
  }

  /// What is wrong with parameters that somebody else chose: names that do not exist, values out of range, parameters
  /// that do not count. Missing ones are no problem.
  public func problems(of chosen: TrialParameters, at place: Problem.Place = .init()) -> [Problem] {
    chosen.values.sorted { $0.key < $1.key }.compactMap { name, value in
      var at = place
      at.key = name
      guard let parameter = named(name) else {
        return Problem(
          "the sweep has no such parameter", at: at,
          remedy: NearestName.remedy(name, among: parameters.map(\.name), of: "parameters"))
      }
      guard parameter.contains(value) else {
        return Problem(
          "\(TrialParameters([name: value]).text(name) ?? "") is not among its values", at: at,
          remedy: "it may be \(parameter.expectation)")
      }
      for condition in parameter.conditions {
        if let other = chosen[condition.name], !condition.values.contains(other) {
          return Problem(
            "it does not count with this \(condition.name)", at: at, remedy: "leave it out, or change the other")
        }
      }
      return nil
    }
  }

  /// What a configuration has for the parameters that count beside each other; nil if a value lies outside of its range.
  func values(in base: Configuration) -> TrialParameters? {
    var values: [String: JSONValue] = [:]
    for parameter in parameters {
      guard let text = ConfigurationKey.named(parameter.name)?.text(in: base),
        let value = (try? LocatedValue.read(text: text, source: parameter.name))?.json
      else { return nil }
      values[parameter.name] = value
    }
    let chosen = assemble { index, _ in values[parameters[index].name] ?? .null }
    return problems(of: chosen).isEmpty ? chosen : nil
  }

  /// What a trial changes in a base configuration, as `key: old → new`, in declared order.
  public func difference(_ chosen: TrialParameters, from base: Configuration) -> [String] {
    parameters.compactMap { parameter in
      guard let new = chosen.text(parameter.name) else { return nil }
      let old = ConfigurationKey.named(parameter.name)?.text(in: base)
      return old == new ? nil : "\(parameter.name): \(old ?? "unset") → \(new)"
    }
  }
}

extension ParameterSpace {
  /// The most cells a grid may have.
  public static let mostCells = 1_000_000

  /// Number of combinations of declared values, those of inactive parameters included; nil if a parameter has no steps.
  var combinations: Int? {
    var product = 1
    for parameter in parameters {
      guard let levels = parameter.levels else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: levels)
      product = overflow ? .max : next
    }
    return product
  }

  /// One combination: the last declared parameter changes fastest.
  func combination(_ index: Int) -> TrialParameters {
    var rest = index
    var levels = [Int](repeating: 0, count: parameters.count)
    for position in parameters.indices.reversed() {
      let count = parameters[position].levels ?? 1
      levels[position] = rest % count
      rest /= count
    }
    return assemble { index, _ in parameters[index].value(level: levels[index]) }
  }

  /// Number of distinct cells of the grid; 0 if there is none.
  public var cellCount: Int {
    let hasConditions = parameters.contains { !$0.conditions.isEmpty }
    return hasConditions ? cells.count : combinations.flatMap { $0 <= Self.mostCells ? $0 : nil } ?? 0
  }

  /// The distinct cells of the grid in declared order; empty if there is none.
  public var cells: [TrialParameters] {
    guard let combinations, combinations <= Self.mostCells else { return [] }
    var seen: Set<String> = []
    return (0..<combinations).map(combination).filter { seen.insert($0.canonicalText).inserted }
  }
}

extension Parameter {
  /// The values it may take, in words.
  public var expectation: String {
    let kind = isLogarithmic ? ", even in the logarithm" : ""
    switch domain {
    case .value(let value): return YAMLText.value(value)
    case .choice(let values): return "one of \(values.map(YAMLText.value).joined(separator: ", "))"
    case .integers(let range):
      let step = range.step == 1 ? "" : " in steps of \(range.step)"
      return "a whole number from \(range.low) to \(range.high)\(step)\(kind)"
    case .numbers(let range):
      let step = range.step.map { " in steps of \(YAMLText.number($0))" } ?? ""
      return "a number from \(YAMLText.number(range.low)) to \(YAMLText.number(range.high))\(step)\(kind)"
    }
  }
}
