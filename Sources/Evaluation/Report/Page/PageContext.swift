/// What all parts of a page share: the reports, the places of tables and how much fits.
struct PageContext {
  /// The reports; more than one are compared.
  let reports: [EvaluationReport]
  /// The tables and relations of all reports, those of the first one first.
  let schema: EvaluationSchema
  /// How much of the details a page of this many tables shows.
  let limits: PageLimits
  private let anchors: [String: String]
  private let plotsByTable: [[String: TablePlots]]
  private let rowsByTable: [[String: TableRows]]
  private let findingsByTable: [[String: [(section: FindingSection, finding: Finding)]]]

  init(_ reports: [EvaluationReport]) {
    self.reports = reports
    var tables: [EvaluationSchema.Table] = []
    var relations: [EvaluationSchema.Relation] = []
    var tableNames: Set<String> = []
    var relationNames: Set<String> = []
    for report in reports {
      tables += report.schema.tables.filter { tableNames.insert($0.name).inserted }
      relations += report.schema.relations.filter { relationNames.insert($0.name).inserted }
    }
    schema = EvaluationSchema(tables: tables, relations: relations)
    limits = PageLimits(tables: tables.count, reports: reports.count)
    anchors = Self.anchors(of: tables.map(\.name))
    plotsByTable = reports.map { report in
      Dictionary(report.plots.map { ($0.table, $0) }, uniquingKeysWith: { first, _ in first })
    }
    rowsByTable = reports.map { report in
      Dictionary(report.rows.map { ($0.table, $0) }, uniquingKeysWith: { first, _ in first })
    }
    findingsByTable = reports.map { report in
      var found: [String: [(section: FindingSection, finding: Finding)]] = [:]
      for section in FindingSection.allCases {
        for finding in report.findings[section] ?? [] {
          if let table = finding.table { found[table, default: []].append((section, finding)) }
        }
      }
      return found
    }
  }

  /// Whether several reports are shown side by side.
  var isComparison: Bool { reports.count > 1 }

  /// The fragment of the page of a table.
  func anchor(_ table: String) -> String { anchors[table] ?? "tables" }

  /// Details of a table, one entry a report.
  func plots(_ table: String) -> [TablePlots?] { plotsByTable.map { $0[table] } }

  /// Rows of a table, one entry a report.
  func rows(_ table: String) -> [TableRows?] { rowsByTable.map { $0[table] } }

  /// Findings about a table, one list a report.
  func findings(_ table: String) -> [[(section: FindingSection, finding: Finding)]] {
    findingsByTable.map { $0[table] ?? [] }
  }

  /// A link to the page of a table.
  func link(_ table: String) -> Markup {
    Markup("a", ["href": "#\(anchor(table))"]) { table }
  }

  /// Readable fragments, each of its own: letters and digits of the name, numbered where two coincide.
  private static func anchors(of names: [String]) -> [String: String] {
    var taken: Set<String> = []
    var anchors: [String: String] = [:]
    for name in names {
      let letters = name.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
      }
      let base = "table-" + String(letters)
      var anchor = base
      var number = 2
      while !taken.insert(anchor).inserted {
        anchor = "\(base)-\(number)"
        number += 1
      }
      anchors[name] = anchor
    }
    return anchors
  }
}

/// How much of the details fits on a page; `report.json` holds all of them.
struct PageLimits {
  /// Columns with a plot, a table.
  let columns: Int
  /// Heat maps a table.
  let pairs: Int
  /// Rows of a table of findings, a metric.
  let findings: Int
  /// Whether plots carry the numbers under the pointer.
  let hasPointerValues: Bool
  /// Columns of a table whose pairs are drawn as a matrix.
  let matrixColumns: Int

  init(tables: Int, reports: Int) {
    let load = max(1, tables * reports)
    columns = min(60, max(4, 1200 / load))
    pairs = min(ReportPlots.pairLimit, max(1, 200 / load))
    findings = load > 100 ? 60 : 200
    hasPointerValues = load <= 60
    matrixColumns = load > 60 ? 10 : 30
  }
}
