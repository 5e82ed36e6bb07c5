extension FindingSection {
  /// What the tests of the section find about one table of a database, in fixed order.
  ///
  /// They see the neighbourhood of the table only, so that it does not matter how much of the database was loaded.
  public func findings(for table: Int, in database: EvaluationDatabase, options: FindingOptions) -> [Finding] {
    let part = database.neighbourhood(of: table)
    return switch self {
    case .structure: StructureTests.findings(for: part.table, in: part.database, options: options)
    case .temporal: TemporalTests.findings(for: part.table, in: part.database, options: options)
    case .integrity: IntegrityTests.findings(for: part.table, in: part.database, options: options)
    case .detection: DetectionTests.findings(for: part.table, in: part.database, options: options)
    case .utility: UtilityTests.findings(for: part.table, in: part.database, options: options)
    case .privacy: PrivacyTests.findings(for: part.table, in: part.database, options: options)
    }
  }
}
