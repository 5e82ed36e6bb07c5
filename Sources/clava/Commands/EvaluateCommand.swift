import ArgumentParser
import Configuration
import Essentials
import Evaluation
import Synthesis
import Tables

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Compare a synthetic folder with the real one.",
    discussion: """
      Works on the output of any generator that writes one CSV file for each table: DIR/TABLE.csv, or the layout of
      the published method, DIR/TABLE/PREFIX_final/TABLE_synthetic.csv. Scores are those of the publications (paper
      mode): cardinality, column shapes, and pair trends within tables and over every path of foreign keys.

      EXAMPLES
        clava evaluate --real DIR --synthetic RUN/synthetic
        clava evaluate --real TRAIN --synthetic RUN/synthetic --holdout HELD_OUT
        clava evaluate --real complex_data/berka --synthetic workspace/berka_run
      """)

  @Option(name: .long, help: "Folder of the real tables and their metadata.", completion: .directory)
  var real: String

  @Option(name: .long, help: "Folder of the synthetic tables.", completion: .directory)
  var synthetic: String

  @Option(name: .long, help: "PREFIX of the published layout, where the folder holds several results.")
  var prefix: String?

  @Option(name: .long, help: "Form of the real folder: auto, clava or sdv.")
  var format = "auto"

  @Option(name: .long, help: "Foreign key to leave out, as table.column. May be repeated.")
  var ignoreRelation: [String] = []

  @Option(
    name: .long,
    help:
      "Folder of real rows that the generator has not seen, in the same form: adds distances to the closest training row.",
    completion: .directory)
  var holdout: String?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
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
    let schema = try SchemaLoader.load(folder: real, options: options)
    let tables = schema.tables.map(\.name)
    let files = try ResultLayout.recognise(tables: tables, folder: synthetic, prefix: prefix)
    let scores = try FolderEvaluation.scores(schema: schema, synthetic: files)
    let distances = try holdout.map {
      try FolderEvaluation.distances(
        schema: schema, synthetic: files, holdout: ResultLayout(tables: tables, folder: $0))
    }
    if json {
      var members: [String: JSONValue] = ["scores": try JSONValue(encoding: scores)]
      if let distances {
        members["distances"] = .object(
          Dictionary(
            uniqueKeysWithValues: try distances.map { ($0.table, try JSONValue(encoding: $0.distances)) }))
      }
      print(String(decoding: try CanonicalJSON.encodePretty(JSONValue.object(members)), as: UTF8.self))
    } else {
      for line in SummaryText.lines(scores) { print(line) }
      if let distances {
        print("")
        for line in SummaryText.lines(distances) { print(line) }
      }
    }
  }
}
