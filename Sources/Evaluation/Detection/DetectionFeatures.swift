internal import Essentials

/// The inputs of classifiers that tell two sets of rows apart.
enum DetectionFeatures {
  /// The columns of the first rows followed by those of the second, prepared as §7.1 says: infinite numbers are missing,
  /// missing numbers take the mean, missing truth values the mode; a date becomes year, month and day and, where any
  /// is not zero, hour, minute and second; constant columns are left out. Every column of categories, coded as
  /// numbers or not, is one-hot with missing as a category.
  static func columns(
    of table: Int, in schema: EvaluationSchema, first: [FeatureColumn], second: [FeatureColumn],
    splitsDates: Bool = true
  ) -> [FeatureColumn] {
    var result: [FeatureColumn] = []
    let kinds = schema.tables[table].columns.map(\.kind)
    for (index, column) in zip(first, second).map({ $0.appending($1) }).enumerated() {
      // Columns after those of the table are aggregates, which are numbers.
      let kind = index < kinds.count ? kinds[index] : .number
      switch (column, kind) {
      case (.ordered(let name, let values), .date) where splitsDates: result += dateParts(values, name: name)
      case (.ordered(let name, let values), _):
        result.append(.ordered(name: name, values: withMean(values)))
      case (.levels(let name, let codes, let count), .boolean):
        result.append(.ordered(name: name, values: withMode(codes, count)))
      case (.levels, _): result.append(column)
      }
    }
    return result.filter { !$0.isConstant }
  }

  /// Missing and infinite values replaced by the mean of the others.
  static func withMean(_ values: [Double]) -> [Double] {
    var sum = 0.0
    var count = 0
    let origin = values.first { $0.isFinite } ?? 0
    for value in values where value.isFinite {
      sum += value - origin
      count += 1
    }
    let mean = count == 0 ? 0 : origin + sum / Double(count)
    return values.map { $0.isFinite ? $0 : mean }
  }

  private static func withMode(_ codes: [Int32], _ count: Int) -> [Double] {
    var frequency = [Int](repeating: 0, count: max(count, 1))
    for code in codes where code >= 0 { frequency[Int(code)] += 1 }
    let mode = frequency.indices.max { frequency[$0] < frequency[$1] } ?? 0
    return codes.map { $0 < 0 ? Double(mode) : Double($0) }
  }

  private static func dateParts(_ values: [Double], name: String) -> [FeatureColumn] {
    let names = ["year", "month", "day", "hour", "minute", "second"]
    var parts = [[Double]](repeating: [], count: names.count)
    for value in values {
      let numbers = value.isFinite ? CalendarParts(nanoseconds: value).numbers : [Double](repeating: .nan, count: 6)
      for part in names.indices { parts[part].append(numbers[part]) }
    }
    return names.indices.compactMap { part in
      let isUsed = part < 3 || parts[part].contains { $0 > 0 }
      return isUsed ? .ordered(name: "\(name) (\(names[part]))", values: withMean(parts[part])) : nil
    }
  }
}

/// Year to second of a moment in coordinated universal time.
struct CalendarParts {
  /// Year, month, day, hour, minute, second.
  let numbers: [Double]

  /// Splits nanoseconds since 1970.
  init(nanoseconds: Double) {
    let seconds = Int((min(max(nanoseconds, -9.2e18), 9.2e18) / 1e9).rounded(.down))
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - days * 86_400
    let date = CivilDate.date(days: days)
    numbers = [date.year, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60].map(Double.init)
  }
}
