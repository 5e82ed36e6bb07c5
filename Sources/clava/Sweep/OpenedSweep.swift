import Configuration
import Essentials
import Foundation
import Sweeps

/// A sweep as it is on disk, for the commands that look at it or add to its history.
struct OpenedSweep {
  let folder: SweepFolder
  /// What the sweep is; under scope `relation` it has no trials.
  let whole: SweepJournal
  /// The search of the sweep, or those of its denoisers by name.
  let searches: [SweepSearch]

  /// Reads the journals.
  ///
  /// - Parameter relation: the only denoiser that is looked at.
  /// - Throws: `ClavaError.input` if the folder holds no sweep, or the sweep no such denoiser.
  init(_ folder: SweepFolder, relation: String? = nil) throws {
    self.folder = folder
    whole = try SweepJournal(folder: folder.whole.journal)
    guard whole.state.specification.scope == .relation else {
      if relation != nil {
        throw ClavaError(
          .input, "the sweep tunes the whole database, it has no denoisers of their own",
          at: .init(file: folder.path), remedy: "leave --relation out")
      }
      searches = [SweepSearch(relation: nil, folder: folder.whole, journal: whole)]
      return
    }
    let all = try folder.searches.compactMap { place -> SweepSearch? in
      let journal = try SweepJournal(folder: place.journal)
      return journal.state.specification.relation.map { SweepSearch(relation: $0, folder: place, journal: journal) }
    }.sorted { ($0.relation ?? "") < ($1.relation ?? "") }
    guard let relation else {
      searches = all
      return
    }
    searches = all.filter { $0.relation == relation }
    guard !searches.isEmpty else {
      throw ClavaError(
        .input, "the sweep tunes no denoiser called '\(relation)'", at: .init(file: folder.path),
        remedy: NearestName.remedy(relation, among: all.compactMap(\.relation), of: "denoisers"))
    }
  }

  /// Whether every denoiser has a search of its own.
  var isByRelation: Bool { whole.state.specification.scope == .relation }

  /// Seconds of work on the sweep so far.
  var elapsed: Double { searches.map(\.journal.elapsed).max() ?? 0 }

  /// How far the searches of the denoisers are.
  func relations() throws -> [RelationStatus] {
    let base = try folder.baseReader().finish()
    return searches.map { search in
      RelationStatus(search.state, base: base.configured(forDenoiser: search.relation ?? ""))
    }
  }

  /// The one search that a command is about.
  ///
  /// - Throws: `ClavaError.input` if there are several.
  func single() throws -> SweepSearch {
    guard let search = searches.first, searches.count == 1 else {
      let names = searches.compactMap(\.relation)
      throw ClavaError(
        .input,
        names.isEmpty ? "no denoiser has trials yet" : "every denoiser has trials of its own: it is not said which",
        at: .init(file: folder.path),
        remedy: names.isEmpty
          ? "go on with it: clava sweep resume \(folder.path)"
          : "add --relation NAME, one of \(names.prefix(24).joined(separator: ", "))")
    }
    return search
  }

  /// Writes all reports, and under scope `relation` a page about all denoisers with the table of all trials.
  ///
  /// - Returns: the page to begin with.
  func writeReports() throws -> String {
    for search in searches { try search.folder.writeReport(search.state) }
    guard isByRelation else { return folder.whole.report }
    let lines = zip(try relations(), searches).map { status, search in
      (status: status, link: "../relations/\((search.folder.path as NSString).lastPathComponent)/report/index.html")
    }
    let page = RelationsPage(whole.state.specification, lines: lines, generatedBy: SearchFolder.program)
    try FileSystem.createFolder(folder.whole.reports)
    try FileSystem.writeAtomically(Data(page.html.utf8), to: folder.whole.report)
    try FileSystem.writeAtomically(Data(csv.utf8), to: "\(folder.whole.reports)/trials.csv")
    return folder.whole.report
  }

  /// All trials as one table.
  var csv: String { SweepReport.csv(searches.map { SweepReport($0.state, generatedBy: SearchFolder.program) }) }
}
