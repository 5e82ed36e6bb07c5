import Evaluation
import TaskGraph

/// How tasks, their outputs and the inputs they read are called.
enum TaskNames {
  static func encode(_ table: String) -> TaskIdentifier { .init("encode/\(table)") }
  static func label(_ relation: String) -> TaskIdentifier { .init("label/\(relation)") }
  static func train(_ view: String) -> TaskIdentifier { .init("train-denoiser/\(view)") }
  /// A part of a divided training that another one continues.
  static func train(_ view: String, part: Int) -> TaskIdentifier { .init("train-denoiser/\(view)/to-\(part)") }
  static func trainClassifier(_ relation: String) -> TaskIdentifier { .init("train-classifier/\(relation)") }
  static func expand(_ view: String) -> TaskIdentifier { .init("expand/\(view)") }
  static func structure(_ table: String) -> TaskIdentifier { .init("structure/\(table)") }
  static func sample(_ view: String, _ shard: Int) -> TaskIdentifier { .init("sample/\(view)/\(shard)") }
  static func calibrate(_ view: String) -> TaskIdentifier { .init("calibrate/\(view)") }
  static func matchRows(_ table: String, _ other: Int) -> TaskIdentifier { .init("match-rows/\(table)/\(other)") }
  static func matchCandidates(_ table: String, _ other: Int, _ block: Int) -> TaskIdentifier {
    .init("match-candidates/\(table)/\(other)/\(block)")
  }
  static func matchStart(_ table: String, _ other: Int) -> TaskIdentifier { .init("match-start/\(table)/\(other)") }
  static func matchSolve(_ table: String, _ other: Int, _ round: Int, _ part: Int) -> TaskIdentifier {
    .init("match-solve/\(table)/\(other)/\(round)/\(part)")
  }
  static func match(_ table: String, _ other: Int) -> TaskIdentifier { .init("match/\(table)/\(other)") }
  static func assemble(_ table: String) -> TaskIdentifier { .init("assemble/\(table)") }
  static func evaluateTable(_ table: String) -> TaskIdentifier { .init("evaluate-table/\(table)") }
  static func evaluateRelation(_ relation: String) -> TaskIdentifier { .init("evaluate-relation/\(relation)") }
  static func evaluatePath(_ path: [String]) -> TaskIdentifier { .init("evaluate-path/\(path.joined(separator: "/"))") }
  static let scores = TaskIdentifier("scores")
  static func evaluateFindings(_ section: FindingSection, _ table: String) -> TaskIdentifier {
    .init("evaluate-\(section.rawValue)/\(table)")
  }
  static func evaluatePlots(_ table: String) -> TaskIdentifier { .init("evaluate-plots/\(table)") }
  static let ceilings = TaskIdentifier("evaluate-ceilings")
  static let report = TaskIdentifier("report")
}

/// Names of outputs.
enum OutputName {
  /// Fitted codec of a table (holds no rows).
  static let codec = "codec"
  /// Real rows in typed columns.
  static let rows = "rows"
  /// Primary keys of real or synthetic rows.
  static let keys = "keys"
  /// Labels and group sizes of a relation.
  static let labels = "labels"
  /// A trained network.
  static let model = "model"
  /// Everything that a later part of a training continues from.
  static let state = "state"
  /// Structure of a synthetic table, or of one version of it.
  static let structure = "structure"
  /// Raw network output for some rows.
  static let block = "block"
  /// Decoded attributes of a synthetic table.
  static let attributes = "attributes"
  /// Coordinates in which the rows of two versions are matched.
  static let coordinates = "coordinates"
  /// Part of a match.
  static let part = "part"
  /// For each kept row the row of another version it takes its parent from.
  static let matches = "matches"
  /// The finished CSV file.
  static let table = "table"
  /// Scores as JSON.
  static let scores = "scores"
  /// Findings of a section about a table as JSON.
  static let findings = "findings"
  /// Plots of a table as JSON.
  static let plots = "plots"
  /// Ceilings as JSON.
  static let ceilings = "ceilings"
  /// The report as JSON.
  static let report = "report"
  /// The report as an HTML page.
  static let page = "page"
}
