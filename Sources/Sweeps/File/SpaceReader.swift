import Configuration
import Essentials

/// Reads the section `parameters`: names are configuration paths, and the ends of every range are tried on their key.
struct SpaceReader {
  private(set) var problems: [Problem] = []
  /// What the sweep tunes, which limits what may be a parameter.
  var scope = SweepSpecification.Scope.run

  private static let kinds = ["value", "choice", "int", "log_int", "uniform", "log_uniform"]

  mutating func read(_ value: LocatedValue) -> ParameterSpace {
    let example = "denoiser.learning_rate: { log_uniform: [1e-4, 1e-2] }"
    guard let members = value.members, !members.isEmpty else {
      problems.append(
        Problem(
          "expected parameters with their ranges, found \(value.members == nil ? value.found : "nothing")",
          at: value.place, remedy: "write for example \(example)"))
      return ParameterSpace([])
    }
    var parameters: [Parameter] = []
    var places: [String: Problem.Place] = [:]
    for member in members {
      var place = member.place
      place.key = member.name
      places[member.name] = place
      if scope == .relation, let problem = RelationCheck.problem(ofParameter: member.name, at: place) {
        problems.append(problem)
        continue
      }
      var section = SectionReader(member.value, name: member.name, example: example)
      let conditions = self.conditions(&section)
      let domain = self.domain(&section, place)
      let found = section.finish()
      problems += found
      guard found.isEmpty, let domain else { continue }
      let parameter = Parameter(name: member.name, domain: domain, conditions: conditions)
      problems += Self.check(parameter, at: place)
      parameters.append(parameter)
    }
    check(conditionsOf: parameters, places)
    return ParameterSpace(parameters)
  }

  private func domain(_ section: inout SectionReader, _ place: Problem.Place) -> Parameter.Domain? {
    let given = Self.kinds.compactMap { kind in section.take(kind).map { (kind, $0) } }
    let step = section.take("step")
    guard section.problems.isEmpty else { return nil }
    guard given.count == 1, let (kind, value) = given.first else {
      section.add(
        Problem(
          given.isEmpty ? "it says no values" : "it says values twice: \(given.map(\.0).joined(separator: ", "))",
          at: place, remedy: "give one of \(Self.kinds.joined(separator: ", "))"))
      return nil
    }
    if let step, kind == "value" || kind == "choice" {
      section.add("a \(kind) has no step", at: step, key: "step", remedy: "leave it out")
      return nil
    }
    switch kind {
    case "value": return .value(value.json)
    case "choice":
      let values = value.list?.map(\.json) ?? []
      guard !values.isEmpty, Set(values).count == values.count else {
        section.add(
          value.list == nil
            ? "expected a list, found \(value.found)" : values.isEmpty ? "the list is empty" : "a value occurs twice",
          at: value, key: kind, remedy: "write for example choice: [64, 128, 256]")
        return nil
      }
      return .choice(values)
    default: return range(kind, value, step, &section)
    }
  }

  private func range(
    _ kind: String, _ value: LocatedValue, _ step: LocatedValue?, _ section: inout SectionReader
  ) -> Parameter.Domain? {
    let isWhole = kind.hasSuffix("int"), isLogarithmic = kind.hasPrefix("log")
    let ends = value.list?.compactMap { isWhole ? $0.integer.map(Double.init) : $0.number } ?? []
    guard ends.count == 2, value.list?.count == 2, ends[0] < ends[1], !isLogarithmic || ends[0] > 0 else {
      let wrong =
        ends.count == 2 && value.list?.count == 2
        ? (ends[0] >= ends[1] ? "the first end is not below the second" : "a logarithmic range starts above 0")
        : "expected two \(isWhole ? "whole " : "")numbers, found \(value.found)"
      section.add(
        wrong, at: value, key: kind,
        remedy: "write for example \(kind): \(isWhole ? "[10, 50]" : isLogarithmic ? "[1e-5, 1e-2]" : "[0, 2]")")
      return nil
    }
    if let step {
      let size = isWhole ? step.integer.map(Double.init) : step.number
      guard let size, size > 0, size <= ends[1] - ends[0] else {
        section.add(
          "found \(step.found), expected a step above 0 and up to \(YAMLText.number(ends[1] - ends[0]))", at: step,
          key: "step", remedy: "leave it out for all values between")
        return nil
      }
      return isWhole
        ? .integers(.init(low: Int(ends[0]), high: Int(ends[1]), step: Int(size), isLogarithmic: isLogarithmic))
        : .numbers(.init(low: ends[0], high: ends[1], step: size, isLogarithmic: isLogarithmic))
    }
    return isWhole
      ? .integers(.init(low: Int(ends[0]), high: Int(ends[1]), step: 1, isLogarithmic: isLogarithmic))
      : .numbers(.init(low: ends[0], high: ends[1], step: nil, isLogarithmic: isLogarithmic))
  }

  private func conditions(_ section: inout SectionReader) -> [Parameter.Condition] {
    guard let value = section.take("when") else { return [] }
    guard let members = value.members, !members.isEmpty else {
      section.add(
        "expected another parameter with its value, found \(value.found)", at: value, key: "when",
        remedy: "write for example when: { sampling.solver: ancestral }")
      return []
    }
    return members.map { .init(name: $0.name, values: $0.value.list?.map(\.json) ?? [$0.value.json]) }
  }

  /// Conditions name parameters of the sweep and values these can have, and do not run in circles.
  private mutating func check(conditionsOf parameters: [Parameter], _ places: [String: Problem.Place]) {
    // A parameter that was not understood is already reported; what depends on it is not judged.
    let names = parameters.map(\.name)
    for parameter in parameters {
      let place = places[parameter.name] ?? .init()
      for condition in parameter.conditions {
        guard let other = parameters.first(where: { $0.name == condition.name }) else {
          if places[condition.name] == nil {
            problems.append(
              Problem(
                "it depends on '\(condition.name)', which the sweep does not vary", at: place,
                remedy: NearestName.of(condition.name, among: names.filter { $0 != parameter.name }).map {
                  "did you mean '\($0)'?"
                } ?? "add it to parameters, or leave out when"))
          }
          continue
        }
        for value in condition.values where !other.contains(value) {
          problems.append(
            Problem(
              "it depends on \(condition.name) \(YAMLText.value(value)), which never occurs", at: place,
              remedy: "\(condition.name) is \(other.expectation)"))
        }
      }
    }
    if ParameterSpace.order(of: parameters) == nil {
      problems.append(
        Problem(
          "the conditions of parameters run in a circle", at: parameters.first.flatMap { places[$0.name] } ?? .init(),
          remedy: "take out one of the when"))
    }
  }

  /// What is wrong with the values of a parameter for its configuration key; the first finding only.
  static func check(_ parameter: Parameter, at place: Problem.Place) -> [Problem] {
    let tried: [JSONValue]
    switch parameter.domain {
    case .value(let value): tried = [value]
    case .choice(let values): tried = values
    case .integers(let range):
      tried = [.integer(Int64(range.low)), parameter.value(level: (parameter.levels ?? 1) - 1)]
    // A value between the ends tells a key of whole numbers from one of real ones.
    case .numbers(let range):
      tried = [
        .canonical(range.low), .canonical(range.high),
        range.step.map { .canonical(range.low + $0) } ?? .canonical(range.low + 0.381_966 * (range.high - range.low)),
      ]
    }
    for value in tried {
      var reader = ConfigurationReader()
      reader.read(parameter.name, value, at: place)
      if let problem = reader.problems.first {
        // The place of a value below `tables` is that of its text; the file knows better.
        var located = problem
        located.place = place
        return [located]
      }
    }
    return []
  }
}
