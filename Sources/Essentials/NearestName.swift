/// Suggestions for misspelt names.
public enum NearestName {
  /// The candidate with the smallest edit distance to `name`, if it is near enough to be what was meant.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    // Nobody misspells a name of hundreds of characters, and comparing them takes long.
    guard name.utf8.count <= longestName else { return nil }
    let wanted = Array(name.lowercased().unicodeScalars)
    let limit = max(2, name.count / 2)
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate.utf8.count <= longestName {
      let scalars = Array(candidate.lowercased().unicodeScalars)
      // Each character that one has more is one edit.
      guard abs(scalars.count - wanted.count) <= min(limit, best?.distance ?? limit) else { continue }
      let distance = editDistance(wanted, scalars)
      guard distance <= limit else { continue }
      if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  private static let longestName = 256

  /// A remedy sentence: the nearest name if there is one, else the list of valid ones.
  public static func remedy(_ name: String, among candidates: [String], of what: String) -> String {
    if let nearest = of(name, among: candidates) { return "did you mean '\(nearest)'?" }
    return candidates.isEmpty
      ? "there is no \(what) here"
      : "valid \(what): \(candidates.sorted().prefix(24).joined(separator: ", "))"
  }

  private static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var previous = Array(0...second.count), current = previous
    for (row, scalar) in first.enumerated() {
      current[0] = row + 1
      for (column, other) in second.enumerated() {
        let substitution = previous[column] + (scalar == other ? 0 : 1)
        current[column + 1] = min(substitution, previous[column + 1] + 1, current[column] + 1)
      }
      swap(&previous, &current)
    }
    return previous[second.count]
  }
}
