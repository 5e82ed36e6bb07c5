/// Configurations as YAML text.
public enum ConfigurationWriter {
  /// Every key with its value; reading the text back gives the same configuration.
  ///
  /// - Parameter explained: whether each key gets a comment with its meaning.
  public static func text(_ configuration: Configuration, explained: Bool) -> String {
    var lines: [String] = []
    var section: [String] = []
    for key in ConfigurationKey.all {
      let parts = key.path.split(separator: ".").map(String.init)
      let parents = Array(parts.dropLast())
      let shared = zip(parents, section).prefix { $0 == $1 }.count
      for depth in shared..<parents.count { lines.append(String(repeating: "  ", count: depth) + "\(parents[depth]):") }
      section = parents
      let indent = String(repeating: "  ", count: parents.count)
      let line = "\(indent)\(parts[parts.count - 1]): \(key.text(in: configuration))"
      let padding = String(repeating: " ", count: max(1, 40 - line.count))
      lines.append(explained ? "\(line)\(padding)# \(key.meaning)" : line)
    }
    if !configuration.tables.isEmpty {
      lines.append("tables:")
      for (name, table) in configuration.tables.sorted(by: { $0.key < $1.key }) {
        let ignored = table.ignoreRelations.map(YAMLText.scalar).joined(separator: ", ")
        let clusters = table.clusters.map { ", clusters: \($0)" } ?? ""
        lines.append("  \(YAMLText.scalar(name)): { kind: \(table.kind), ignore_relations: [\(ignored)]\(clusters) }")
      }
    }
    if !configuration.columns.isEmpty {
      lines.append("columns:")
      for (name, column) in configuration.columns.sorted(by: { $0.key < $1.key }) {
        var options = ["kind: text"]
        if let constant = column.constant { options.append("constant: \(YAMLText.scalar(constant))") }
        if let pattern = column.pattern { options.append("pattern: \(YAMLText.scalar(pattern))") }
        lines.append("  \(YAMLText.scalar(name)): { \(options.joined(separator: ", ")) }")
      }
    }
    if !configuration.denoisers.isEmpty {
      lines.append("denoisers:")
      for (name, override) in configuration.denoisers.sorted(by: { $0.key < $1.key }) {
        let options = ConfigurationKey.ofOneDenoiser.compactMap { key in
          override.values[key.option].map { "\(key.option): \($0)" }
        }
        lines.append("  \(YAMLText.scalar(name)): { \(options.joined(separator: ", ")) }")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Keys whose values differ, as `key: old → new`.
  public static func differences(from old: Configuration, to new: Configuration) -> [String] {
    var lines = ConfigurationKey.all.compactMap { key -> String? in
      let (before, after) = (key.text(in: old), key.text(in: new))
      return before == after ? nil : "\(key.path): \(before) → \(after)"
    }
    func stripped(_ configuration: Configuration) -> (
      tables: [String: Configuration.Table], columns: [String: Configuration.Column]
    ) {
      (
        configuration.tables.mapValues { table in
          var copy = table
          copy.place = ""
          return copy
        },
        configuration.columns.mapValues { column in
          var copy = column
          copy.place = ""
          return copy
        }
      )
    }
    if stripped(old).tables != stripped(new).tables { lines.append("tables: the options of tables differ") }
    if stripped(old).columns != stripped(new).columns { lines.append("columns: the options of columns differ") }
    return lines + denoiserDifferences(from: old, to: new)
  }

  /// Options of single denoisers that differ; one that has none is trained with those of `denoiser`.
  private static func denoiserDifferences(from old: Configuration, to new: Configuration) -> [String] {
    Set(old.denoisers.keys).union(new.denoisers.keys).sorted().flatMap { name in
      ConfigurationKey.ofOneDenoiser.compactMap { key -> String? in
        let before = old.denoisers[name]?.values[key.option], after = new.denoisers[name]?.values[key.option]
        return before == after
          ? nil : "denoisers.\(name).\(key.option): \(before ?? "unset") → \(after ?? "unset")"
      }
    }
  }
}
