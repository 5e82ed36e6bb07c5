import Configuration
import Essentials

/// The list of trials of `sampler: { kind: file, path: … }`: a table with parameter names as its head, separated by
/// commas, or a YAML list of sections.
public enum PointList {
  /// Reads a list.
  ///
  /// - Throws: `ClavaError.configuration` with the line of everything that is wrong.
  public static func read(text: String, source: String, space: ParameterSpace) throws -> [TrialParameters] {
    let first = text.drop { $0.isWhitespace }.first
    let points =
      first == "-" || first == "[" ? try sections(text, source: source) : try table(text, source: source)
    let problems = points.flatMap { space.problems(of: $0.parameters, at: $0.place) }
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
    guard !points.isEmpty else {
      throw ClavaError(
        .configuration, "the list of trials is empty", at: .init(file: source), remedy: "add one line for each trial")
    }
    return points.map(\.parameters)
  }

  private struct Point {
    var parameters: TrialParameters
    var place: Problem.Place
  }

  private static func sections(_ text: String, source: String) throws -> [Point] {
    try (LocatedValue.read(text: text, source: source)?.list ?? []).map { value in
      guard case .object(let values) = value.json else {
        throw ClavaError(
          .configuration, "expected parameters with their values, found \(value.found)", at: value.place,
          remedy: "write for example - { denoiser.steps: 500 }")
      }
      return Point(parameters: TrialParameters(values), place: value.place)
    }
  }

  /// An empty field is a parameter that the trial leaves alone; fields with commas stand in double quotes.
  private static func table(_ text: String, source: String) throws -> [Point] {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.enumerated().filter {
      !$0.element.isEmpty
    }
    guard let head = lines.first.map({ fields($0.element) }) else { return [] }
    return try lines.dropFirst().map { number, line in
      let place = Problem.Place(file: source, line: number + 1)
      let values = fields(line)
      guard values.count == head.count else {
        throw ClavaError(
          .configuration, "the line has \(values.count) fields, the head \(head.count)", at: place,
          remedy: "leave a field empty where a parameter keeps its base value")
      }
      var parameters = TrialParameters()
      for (name, field) in zip(head, values) where !field.isEmpty {
        do {
          parameters[name] = try LocatedValue.read(text: field, source: source)?.json
        } catch {
          throw ClavaError(
            .configuration, "'\(field)' is not a value", at: place, remedy: "write a number, a text or [a, b]")
        }
      }
      return Point(parameters: parameters, place: place)
    }
  }

  private static func fields(_ line: some StringProtocol) -> [String] {
    var fields: [String] = [""]
    var isQuoted = false, wasQuote = false
    for character in line {
      if character == "\"" {
        // A quote that follows the end of a quoted part stands for itself.
        if !isQuoted && wasQuote { fields[fields.count - 1].append("\"") }
        isQuoted.toggle()
        wasQuote = !isQuoted
        continue
      }
      wasQuote = false
      if character == "," && !isQuoted { fields.append("") } else { fields[fields.count - 1].append(character) }
    }
    return fields.map { $0.trimmed }
  }
}

extension String {
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
