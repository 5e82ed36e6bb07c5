import Configuration
import Essentials

/// The keys of one section of a sweep file: each is taken once, what is left over is unknown.
///
/// Problems are collected, so that a file's mistakes are reported together.
struct SectionReader {
  private(set) var problems: [Problem] = []
  let place: Problem.Place
  private let name: String
  private let members: [LocatedValue.Member]
  private var known: [String] = []

  /// - Parameter name: what the section is called in messages; empty for the top of a file.
  init(_ value: LocatedValue, name: String, example: String) {
    self.name = name
    place = value.place
    members = value.members ?? []
    if value.members == nil {
      problems.append(
        Problem(
          "expected a section of keys, found \(value.found)", at: value.place, remedy: "write for example \(example)")
      )
    }
  }

  mutating func add(_ problem: Problem) { problems.append(problem) }

  mutating func add(_ more: [Problem]) { problems += more }

  mutating func add(_ message: String, at value: LocatedValue, key: String, remedy: String) {
    var place = value.place
    place.key = full(key)
    problems.append(Problem(message, at: place, remedy: remedy))
  }

  /// The value of a key, nil if it is not there.
  mutating func take(_ key: String) -> LocatedValue? {
    known.append(key)
    return members.first { $0.name == key }?.value
  }

  /// The value of a key as something; a value that is none of it is a problem and counts as absent.
  mutating func take<Value>(_ key: String, _ expected: String, _ convert: (LocatedValue) -> Value?) -> Value? {
    guard let value = take(key) else { return nil }
    if let converted = convert(value) { return converted }
    add("found \(value.found), expected \(expected)", at: value, key: key, remedy: "write for example \(example(key))")
    return nil
  }

  mutating func text(_ key: String) -> String? {
    take(key, "a text") { value in value.text.flatMap { $0.isEmpty ? nil : $0 } }
  }

  mutating func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    let upper = range.upperBound == .max ? " or more" : " to \(range.upperBound)"
    return take(key, "a whole number from \(range.lowerBound)\(upper)") { value in
      value.integer.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func choice<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value?
  where Value.RawValue == String {
    let names = Value.allCases.map(\.rawValue)
    guard let value = take(key) else { return nil }
    if let chosen = value.text.flatMap(Value.init(rawValue:)) { return chosen }
    add(
      "found \(value.found), expected one of \(names.joined(separator: ", "))", at: value, key: key,
      remedy: NearestName.remedy(value.text ?? "", among: names, of: "values"))
    return nil
  }

  /// Everything that is wrong, with the keys nobody took.
  mutating func finish() -> [Problem] {
    for member in members where !known.contains(member.name) {
      var place = member.place
      place.key = full(member.name)
      problems.append(
        Problem("there is no such key", at: place, remedy: NearestName.remedy(member.name, among: known, of: "keys")))
    }
    return problems
  }

  private func full(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  private func example(_ key: String) -> String { Self.examples[key].map { "\(key): \($0)" } ?? "\(key): 3" }

  private static let examples = [
    "name": "acme", "base": "config.yaml", "budget": "12h", "max_parallel": "auto", "metric": "val_loss",
    "resource": "steps", "path": "trials.csv", "goal": "maximize",
  ]
}
