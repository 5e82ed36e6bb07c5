import ArgumentParser
import Configuration
import Essentials
import Foundation
import Storage
import Sweeps

/// The folder of a sweep: a run directory whose tasks are those of all trials, the sweep's own journal, and one folder
/// for each trial that has ended.
struct SweepFolder {
  /// Objects, task keys, tasks and logs.
  let directory: RunDirectory

  /// Path of the folder.
  var path: String { directory.path }
  /// The base configuration, resolved.
  var base: String { directory.configuration }
  /// The sweep file as it is in force, for people; the journal holds what counts.
  var specification: String { "\(path)/sweep.yaml" }
  /// Folder of the journal of trials.
  var journal: String { "\(path)/sweep-journal" }
  /// Its presence asks the process at work to start nothing more.
  var stopRequest: String { "\(path)/stop-requested" }
  /// The report.
  var report: String { "\(path)/report/index.html" }

  /// Folder of a trial.
  func trial(_ number: Int) -> String { "\(path)/trials/\(number)" }

  /// Opens or makes the folder of a sweep.
  ///
  /// - Throws: `ClavaError.input` if it holds something else.
  init(path: String, create: Bool) throws {
    let isSweep = FileSystem.isFolder("\(path)/sweep-journal")
    if !isSweep && FileSystem.exists("\(path)/plan.json") {
      throw ClavaError(
        .input, "the folder holds a run, not a sweep", at: .init(file: path),
        remedy: "name the folder of a sweep, or choose another one with --out")
    }
    if !isSweep && !create {
      throw ClavaError(
        .input, FileSystem.isFolder(path) ? "the folder holds no sweep" : "there is no such folder",
        at: .init(file: path), remedy: "name the folder that 'clava sweep run' was given with --out")
    }
    directory = try RunDirectory(path: path, create: create)
    try FileSystem.createFolder(journal)
  }

  /// Writes the page about the sweep and the table of its trials.
  func writeReport(_ state: SweepState) throws {
    var links: [Int: String] = [:]
    for trial in state.trials where FileSystem.exists(self.trial(trial.number)) {
      links[trial.number] = "../trials/\(trial.number)/summary.json"
    }
    let page = SweepReport(state, generatedBy: "clava \(Clava.configuration.version)", links: links)
    try FileSystem.createFolder("\(path)/report")
    try FileSystem.writeAtomically(Data(page.html.utf8), to: report)
    try FileSystem.writeAtomically(Data(page.csv.utf8), to: "\(path)/report/trials.csv")
  }

  /// The base configuration as a reader that trials add their values to.
  func baseReader() throws -> ConfigurationReader {
    var reader = ConfigurationReader()
    try reader.read(file: base)
    return reader
  }
}
