import ArgumentParser
import Essentials
import Foundation
import Sweeps

/// What one search leaves: its journal, its trials and its report. A sweep of scope `run` is one search, one of scope
/// `relation` has a search for each denoiser.
struct SearchFolder {
  /// The folder.
  let path: String

  /// Folder of the journal of trials.
  var journal: String { "\(path)/sweep-journal" }
  /// Folder of the report.
  var reports: String { "\(path)/report" }
  /// The report.
  var report: String { "\(reports)/index.html" }

  /// Folder of a trial.
  func trial(_ number: Int) -> String { "\(path)/trials/\(number)" }

  /// Writes the page about the search and the table of its trials.
  func writeReport(_ state: SweepState) throws {
    var links: [Int: String] = [:]
    for trial in state.trials where FileSystem.exists(self.trial(trial.number)) {
      links[trial.number] = "../trials/\(trial.number)/summary.json"
    }
    let page = SweepReport(state, generatedBy: Self.program, links: links)
    try FileSystem.createFolder(reports)
    try FileSystem.writeAtomically(Data(page.html.utf8), to: report)
    try FileSystem.writeAtomically(Data(page.csv.utf8), to: "\(reports)/trials.csv")
  }

  /// Program and version.
  static var program: String { "clava \(Clava.configuration.version)" }
}

/// A search that is looked at or worked on.
struct SweepSearch {
  /// The denoiser, nil for a search over the whole database.
  let relation: String?
  let folder: SearchFolder
  let journal: SweepJournal

  var state: SweepState { journal.state }
  var specification: SweepSpecification { state.specification }
}
