import ArgumentParser
import Essentials
import Foundation
import Sweeps

/// `clava sweep replay`.
struct SweepReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Recompute every suggestion and decision of a sweep and compare.",
    discussion: """
      What the journal holds counts; a difference is reported. Exit code 1 if there is one beyond the last bits of
      numbers.

      EXAMPLES
        clava sweep replay SWEEP
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let sweep = try folder.open()
    let reports = try sweep.searches.map { search in
      let records = search.journal.records.enumerated().map { (sequence: $0, record: $1) }
      return (relation: search.relation, report: try SweepReplay.run(records))
    }
    let differences = reports.flatMap(\.report.differences)
    if json {
      let members = try reports.map { ($0.relation, try JSONValue(encoding: $0.report)) }
      let value: JSONValue =
        sweep.isByRelation
        ? .object(["relations": .object(Dictionary(uniqueKeysWithValues: members.map { ($0 ?? "", $1) }))])
        : members.first?.1 ?? .null
      print(String(decoding: try CanonicalJSON.encodePretty(value), as: UTF8.self))
    } else {
      print(
        "\(reports.reduce(0) { $0 + $1.report.suggestions }) suggestions and "
          + "\(reports.reduce(0) { $0 + $1.report.decisions }) decisions recomputed, \(differences.count) differences")
      for (relation, report) in reports {
        for difference in report.differences { print("  \(relation.map { "\($0): " } ?? "")\(difference)") }
      }
    }
    if differences.contains(where: { !$0.isRounding }) { throw ExitCode(1) }
  }
}

/// `clava sweep report`.
struct SweepReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "One HTML page about a sweep: history, rungs, importance, slices, Pareto front.",
    discussion: """
      Written to SWEEP/report, with all trials as CSV beside it; `clava sweep run` writes it at its end too. With scope
      relation it has a line for each denoiser, and each has a page like that of another sweep.

      EXAMPLES
        clava sweep report SWEEP
      """)

  @OptionGroup var folder: SweepFolderArgument

  func run() throws {
    print(try OpenedSweep(SweepFolder(path: folder.path, create: false)).writeReports())
  }
}

/// `clava sweep export`.
struct SweepExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "All trials as CSV.",
    discussion: """
      EXAMPLES
        clava sweep export SWEEP > trials.csv
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Flag(name: .long, help: "CSV, which is the only form.")
  var csv = false

  func run() throws {
    print(try folder.open().csv, terminator: "")
  }
}
