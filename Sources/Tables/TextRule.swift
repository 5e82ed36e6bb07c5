/// What is written into a text column that is not modelled.
public enum TextRule: Codable, Hashable, Sendable {
  /// The same text in every row.
  case constant(String)
  /// A text in which `{row}`, `{table}` and `{column}` are replaced.
  case pattern(String)

  /// The text for one row.
  ///
  /// - Parameter row: index of the row from 0; `{row}` is written from 1.
  public func text(row: Int, table: String, column: String) -> String {
    switch self {
    case .constant(let text): return text
    case .pattern(let pattern):
      var result = ""
      var rest = Substring(pattern)
      while let open = rest.firstIndex(of: "{") {
        result += rest[..<open]
        rest = rest[open...]
        if let (name, value) = [("{row}", "\(row + 1)"), ("{table}", table), ("{column}", column)]
          .first(where: { rest.hasPrefix($0.0) })
        {
          result += value
          rest = rest.dropFirst(name.count)
        } else {
          result += "{"
          rest = rest.dropFirst()
        }
      }
      return result + rest
    }
  }
}
