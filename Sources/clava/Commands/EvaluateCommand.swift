import ArgumentParser
internal import CSystemShims
import Essentials
import Evaluation
import Foundation
import Synthesis
import Tables

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Compare synthetic databases with the real one.",
    discussion: """
      Works on a finished run, and on the output of any generator that writes one CSV file for each table: DIR/TABLE.csv,
      or the layout of the published method, DIR/TABLE/PREFIX_final/TABLE_synthetic.csv. Keys that do not hold and values
      that cannot be read are counted and told, not refused.

      Scores are those of the publications (paper mode): cardinality, column shapes, and pair trends within tables and
      over every path of foreign keys; beside them what real rows reach against other real rows. The sections structure,
      temporal, integrity, privacy, detection and utility add tests of their own.

      EXAMPLES
        clava evaluate RUN                                    all sections; the page is RUN/report/index.html
        clava evaluate --real DIR --synthetic OUT --report PAGE
        clava evaluate --real TRAIN --synthetic OUT --holdout HELD_OUT --sections privacy
        clava evaluate --real DIR --synthetic OUT0 --synthetic OUT1 --synthetic OUT2 --sections none
        clava evaluate --real DIR --synthetic OUT --compare sdv=SDV_OUT --compare other=OUT2 --report PAGE
      """)

  @Argument(help: ArgumentHelp("Folder of a finished run.", valueName: "run"), completion: .directory)
  var directory: String?

  @Option(name: .long, help: "Folder of the real tables and their metadata.", completion: .directory)
  var real: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: "Folder of the synthetic tables. Several ones of the same generator give mean and spread.",
    completion: .directory)
  var synthetic: [String] = []

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp("Another generator's tables, to stand beside. May be repeated.", valueName: "name=dir"))
  var compare: [String] = []

  @Option(
    name: .long, help: "Folder of real rows that the generator has not seen, in the same form.",
    completion: .directory)
  var holdout: String?

  @Option(name: .long, help: "Rules of the printed scores: paper or sdmetrics-0.32.")
  var mode = EvaluationMode.paper.rawValue

  @Option(
    name: .long,
    help: "Sections, separated by commas: structure, temporal, integrity, privacy, detection, utility; all or none.")
  var sections = "all"

  @Option(name: .long, help: "Folder for report.json and the page index.html.", completion: .directory)
  var report: String?

  @Option(name: .long, help: "Draws of real rows scored against others (default: 3, without sections 0).")
  var ceilings: Int?

  @Option(name: .long, help: "Rows of a table that privacy, detection and utility look at at most.")
  var rowLimit = 20_000

  @Option(name: .long, help: "Seed of every random draw.")
  var seed: UInt64 = 0

  @Option(name: .long, help: "Parts computed at a time (default: one for each core); results do not depend on it.")
  var threads: Int?

  @Option(name: .long, help: "PREFIX of the published layout, where a folder holds several results.")
  var prefix: String?

  @Option(name: .long, help: "Form of the real folder: auto, clava or sdv.")
  var format = "auto"

  @Option(name: .long, parsing: .singleValue, help: "Foreign key to leave out, as table.column. May be repeated.")
  var ignoreRelation: [String] = []

  @Flag(name: .long, help: "Print JSON, with the scores of every column and pair.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1, found \(threads)") }
    if let ceilings, ceilings < 0 { throw ValidationError("--ceilings is at least 0, found \(ceilings)") }
    if rowLimit < 1 { throw ValidationError("--row-limit is at least 1, found \(rowLimit)") }
    if directory != nil {
      let others = [("--real", real != nil), ("--holdout", holdout != nil), ("--synthetic", !synthetic.isEmpty)]
      if let other = others.first(where: \.1) {
        throw ValidationError("\(other.0) does not go with the folder of a run, which names its own data")
      }
    } else if real == nil || synthetic.isEmpty {
      throw ValidationError("name the folder of a run, or --real DIR and --synthetic DIR")
    }
  }

  func run() throws {
    let chosen = try chosenSections()
    guard let mode = EvaluationMode(rawValue: mode) else {
      throw ClavaError(
        .configuration,
        "found '\(mode)', expected \(EvaluationMode.allCases.map(\.rawValue).joined(separator: " or "))",
        at: .init(file: "--mode"), remedy: "leave the option out for the scores of the publications")
    }
    clava_keep_freed_memory()
    let subject = try directory.map { try EvaluationSubject(run: $0) } ?? folders()
    let progress = EvaluationProgress()
    let page = report ?? (chosen.isEmpty ? nil : subject.reportFolder)
    // Scores of one mode alone, for programs that measure or compare it.
    let isAlone = chosen.isEmpty && page == nil && json
    let evaluation = FolderComparison(
      subject: subject, compared: try compared(subject.schema), mode: mode,
      options: DatabaseReport.Options(
        sections: chosen, findings: FindingOptions(seed: seed, rowLimit: rowLimit),
        modes: isAlone ? [mode] : [.paper, mode], ceilings: ceilings ?? (chosen.isEmpty ? 0 : 3),
        includesPlots: true, threads: threads),
      progress: progress)
    let result = try evaluation.run(needsPage: page != nil, needsDetails: json)
    progress.finish()
    if let page { try ReportFolder.write(result.reports, to: page) }
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(result), as: UTF8.self))
    } else {
      for line in result.text { print(line) }
      if let page { print("\nreport: \(page)/index.html") }
    }
  }

  private func chosenSections() throws -> [FindingSection] {
    switch sections {
    case "all": return FindingSection.allCases
    case "none", "": return []
    default:
      let names = sections.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      let chosen = try names.map { name -> FindingSection in
        if let section = FindingSection(rawValue: name) { return section }
        let known = FindingSection.allCases.map(\.rawValue)
        throw ClavaError(
          .configuration, "there is no section '\(name)'", at: .init(file: "--sections"),
          remedy: NearestName.remedy(name, among: known + ["all", "none"], of: "sections"))
      }
      return FindingSection.allCases.filter(chosen.contains)
    }
  }

  /// What the options name.
  private func folders() throws -> EvaluationSubject {
    guard let form = SourceFormat(rawValue: format) else {
      throw ClavaError(
        .configuration, "found '\(format)', expected auto, clava or sdv", at: .init(file: "--format"),
        remedy: "leave the option out to have the form recognised")
    }
    var options = SchemaOptions(format: form)
    for name in ignoreRelation {
      guard let dot = name.firstIndex(of: ".") else {
        throw ClavaError(
          .configuration, "expected table.column, found '\(name)'", at: .init(file: "--ignore-relation"),
          remedy: "for example --ignore-relation employee.reports_to")
      }
      options.ignoreRelations.append(
        .init(table: String(name[..<dot]), column: String(name[name.index(after: dot)...])))
    }
    return try EvaluationSubject(
      real: real ?? "", synthetic: synthetic, holdout: holdout, prefix: prefix, options: options)
  }

  private func compared(_ schema: Schema) throws -> [(name: String, files: ResultLayout)] {
    try compare.map { text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ClavaError(
          .configuration, "expected NAME=DIR, found '\(text)'", at: .init(file: "--compare"),
          remedy: "for example --compare sdv=sdv-output")
      }
      let folder = String(text[text.index(after: equals)...])
      return (
        String(text[..<equals]), try EvaluationSubject.layout(of: folder, schema: schema, prefix: nil)
      )
    }
  }
}
