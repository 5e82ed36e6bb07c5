import Evaluation
import Foundation

/// Numbers and tables as people read them.
enum TextFormatting {
  /// `8s`, `2m05s` or `1h02m`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if seconds < 9.95 { return String(format: "%.1fs", seconds) }
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return String(format: "%dm%02ds", whole / 60, whole % 60) }
    return String(format: "%dh%02dm", whole / 3600, whole / 60 % 60)
  }

  /// Bytes in the largest unit that keeps them readable.
  static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024 && unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : String(format: "%.1f %@", value, units[unit] as NSString)
  }

  /// Digits in groups of three.
  static func count(_ value: Int) -> String { DisplayNumber.count(value) }

  /// Aligned columns: the first flush left, the others flush right.
  static func table(header: [String], rows: [[String]]) -> [String] {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      cells.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    return [line(header), widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")] + rows.map(line)
  }
}
