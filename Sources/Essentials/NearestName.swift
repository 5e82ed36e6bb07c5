/// Suggestions for misspelt names.
public enum NearestName {
  /// The candidate with the smallest edit distance to `name`, if it is near enough to be what was meant.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(2, name.count / 2)
    // Nobody misspells a name of hundreds of characters, and comparing them takes long.
    guard name.utf8.count <= longestName else { return nil }
    return candidates.filter { $0.utf8.count <= longestName }.map {
      ($0, editDistance(name.lowercased(), $0.lowercased()))
    }
    .filter { $0.1 <= limit }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  private static let longestName = 256

  /// A remedy sentence: the nearest name if there is one, else the list of valid ones.
  public static func remedy(_ name: String, among candidates: [String], of what: String) -> String {
    if let nearest = of(name, among: candidates) { return "did you mean '\(nearest)'?" }
    return candidates.isEmpty
      ? "there is no \(what) here"
      : "valid \(what): \(candidates.sorted().prefix(24).joined(separator: ", "))"
  }

  private static func editDistance(_ left: String, _ right: String) -> Int {
    let first = Array(left), second = Array(right)
    var previous = Array(0...second.count)
    for (row, character) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        let substitution = previous[column] + (character == other ? 0 : 1)
        current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[second.count]
  }
}
