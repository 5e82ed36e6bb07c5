import Configuration
import Essentials
import Foundation
import Sweeps

/// A sweep as the command line names it: the sweep file and its base configuration.
struct SweepInput {
  let specification: SweepSpecification
  let notices: [String]
  /// The base configuration with its data folder in full.
  let base: Configuration

  /// Reads both.
  ///
  /// - Parameters:
  ///   - data: the data folder, if not that of the base configuration.
  ///   - settings: `key=value` over the base configuration.
  /// - Throws: `ClavaError.configuration` with everything that is wrong with the sweep file, or with the configuration.
  init(
    file: String, data: String?, output: String, workers: String?, settings: [String], synchronous: Int? = nil
  ) throws {
    let text = String(decoding: try FileSystem.read(file, code: .configuration), as: UTF8.self)
    let folder = (file as NSString).deletingLastPathComponent
    func resolve(_ path: String) -> String {
      path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    }
    var read = try SweepFile.read(text: text, source: file)
    if let path = read.specification.sampler.path {
      let list = String(decoding: try FileSystem.read(resolve(path), code: .configuration), as: UTF8.self)
      read = try SweepFile.read(text: text, source: file, points: list)
    }
    var specification = read.specification
    if let synchronous { specification.synchronous = synchronous }
    var reader = ConfigurationReader()
    if let path = specification.base { try reader.read(file: resolve(path)) }
    func quoted(_ text: String) -> String {
      "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
    if let data { try reader.read(override: "data.path=\(quoted(data))") }
    if let workers { try reader.read(override: "workers=\(workers)") }
    for setting in settings { try reader.read(override: setting) }
    var base = try reader.finish()
    base.output = output
    base.data.path = base.data.path.map(RunSession.absolute)
    base.evaluation.data = base.evaluation.data.map(RunSession.absolute)
    self.base = base
    self.specification = specification
    notices = read.notices + reader.notices
  }

  /// The base configuration as a reader that trials add their values to.
  func baseReader() throws -> ConfigurationReader {
    var reader = ConfigurationReader()
    try reader.read(text: ConfigurationWriter.text(base, explained: false), source: "base")
    return reader
  }

  /// The folder of the sweep, with the base configuration in it.
  ///
  /// - Throws: `ClavaError.configuration` if the folder holds a sweep over another base.
  func folder() throws -> SweepFolder {
    let folder = try SweepFolder(path: base.output, create: true)
    // A sweep that was refused before its first record may be given with another base.
    guard FileSystem.exists(folder.base), try SweepJournal(folder: folder.whole.journal).isOpen else {
      try FileSystem.writeAtomically(
        Data(ConfigurationWriter.text(base, explained: false).utf8), to: folder.base)
      return folder
    }
    var old = try folder.baseReader().finish()
    old.workers = base.workers
    old.output = base.output
    let differences = ConfigurationWriter.differences(from: old, to: base)
    guard differences.isEmpty else {
      throw ClavaError(
        .configuration, "there is a sweep over another configuration (\(differences.joined(separator: "; ")))",
        at: .init(file: folder.path), remedy: "give the same options, or choose another folder with --out")
    }
    return folder
  }
}
