import ArgumentParser
import Essentials
import Evaluation
import Foundation

/// Where reports are written: `report.json` and `index.html`.
enum ReportFolder {
  /// The program and its version.
  static var generatedBy: String { "clava \(Clava.configuration.version)" }

  /// Writes a report, or a comparison of several, whose JSON files then are `report.json`, `report-2.json`, ….
  static func write(_ reports: [EvaluationReport], to folder: String) throws {
    try FileSystem.createFolder(folder)
    for (index, report) in reports.enumerated() {
      try FileSystem.writeAtomically(
        try CanonicalJSON.encode(report), to: "\(folder)/report\(index == 0 ? "" : "-\(index + 1)").json")
    }
    try FileSystem.writeAtomically(Data(try ReportPage.html(reports).utf8), to: "\(folder)/index.html")
  }
}
