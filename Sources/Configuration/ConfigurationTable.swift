/// Every key with its default under each recipe, as Markdown: the table of docs/configuration.md.
public enum ConfigurationTable {
  /// The table, one line for each key. A default that equals the one to its left is left out.
  public static var markdown: String {
    let columns = [
      RecipePreset.configuration(recipe: "clava"),
      RecipePreset.configuration(recipe: "clavaddpm"),
      RecipePreset.configuration(recipe: "clavaddpm", compatibility: "reference"),
    ]
    var lines = [
      "| key | `clava` | `clavaddpm` | `clavaddpm` with `compatibility: reference` | meaning | values |",
      "|---|---|---|---|---|---|",
    ]
    for key in ConfigurationKey.all {
      let texts = columns.map { cell(key.text(in: $0)) }
      let shown = texts.indices.map { $0 > 0 && texts[$0] == texts[$0 - 1] ? "" : "`\(texts[$0])`" }
      lines.append(
        "| `\(key.path)` | \(shown.joined(separator: " | ")) | \(cell(key.meaning)) | \(cell(key.expectation)) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A bar would end the cell.
  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
