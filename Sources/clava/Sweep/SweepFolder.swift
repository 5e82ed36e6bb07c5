import ArgumentParser
import Configuration
import Essentials
import Foundation
import Storage
import Sweeps

/// The folder of a sweep: a run directory whose tasks are those of all trials, the sweep's own journal, and what its
/// search has left, or under scope `relation` the search of each denoiser.
struct SweepFolder {
  /// Objects, task keys, tasks and logs.
  let directory: RunDirectory

  /// Path of the folder.
  var path: String { directory.path }
  /// The base configuration, resolved.
  var base: String { directory.configuration }
  /// The sweep file as it is in force, for people; the journal holds what counts.
  var specification: String { "\(path)/sweep.yaml" }
  /// The search of the whole sweep. Under scope `relation` its journal only says what the sweep is.
  var whole: SearchFolder { SearchFolder(path: path) }
  /// Its presence asks the process at work to start nothing more.
  var stopRequest: String { "\(path)/stop-requested" }

  private var relations: String { "\(path)/relations" }

  /// The search of one denoiser.
  func search(of relation: String) -> SearchFolder {
    let safe = String(
      relation.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" }.prefix(80))
    // Different names may look alike then, and none may stand for the folder itself or the one above.
    let isPlain = safe == relation && !safe.isEmpty && !safe.hasPrefix(".")
    let name = isPlain ? safe : "\(safe.hasPrefix(".") ? "_" : "")\(safe)-\(Digest.of(relation).hexadecimal.prefix(8))"
    return SearchFolder(path: "\(relations)/\(name)")
  }

  /// The searches of denoisers that are there.
  var searches: [SearchFolder] {
    FileSystem.list(relations).map { SearchFolder(path: "\(relations)/\($0)") }
      .filter { FileSystem.isFolder($0.journal) }
  }

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
    try FileSystem.createFolder(whole.journal)
  }

  /// The base configuration as a reader that trials add their values to.
  func baseReader() throws -> ConfigurationReader {
    var reader = ConfigurationReader()
    try reader.read(file: base)
    return reader
  }
}
