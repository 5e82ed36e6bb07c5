/// A column whose values are points in time.
struct TimeColumn {
  /// Its place among the columns of its table.
  let index: Int
  /// Its name.
  let name: String
  /// What one unit of its values is called.
  let unit: Unit

  enum Unit: String {
    case days, years
  }

  /// The columns of a table that are points in time, by their kind or, for years, by name and real values.
  static func all(of table: Int, in database: EvaluationDatabase) -> [TimeColumn] {
    database.schema.tables[table].columns.enumerated().compactMap { index, column in
      switch column.kind {
      case .date: return TimeColumn(index: index, name: column.name, unit: .days)
      case .number where column.name.lowercased().contains("year"):
        guard case .continuous(_, let values) = database.real.tables[table].columns[index] else { return nil }
        let areYears = values.allSatisfy { $0.isNaN || ($0 == $0.rounded() && (1000...3000).contains($0)) }
        return areYears ? TimeColumn(index: index, name: column.name, unit: .years) : nil
      default: return nil
      }
    }
  }

  /// The values of a side in days or years, NaN for missing ones.
  func values(_ table: EvaluationTable) -> [Double] {
    guard case .continuous(_, let values) = table.columns[index] else { return [] }
    return unit == .years ? values : values.map { $0 / 86_400e9 }
  }
}
