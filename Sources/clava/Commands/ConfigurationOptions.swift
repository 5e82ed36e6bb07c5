import ArgumentParser
import Configuration
import Essentials
import Foundation

/// Options that say which configuration is meant; shared by `run` and `plan`.
struct ConfigurationOptions: ParsableArguments {
  @Argument(help: "Configuration file (YAML or JSON, also the published method's JSON).", completion: .file())
  var file: String?

  @Option(name: .long, help: "Folder with the tables and their metadata.", completion: .directory)
  var data: String?

  @Option(name: .long, help: "Form of the data folder: auto, clava or sdv.")
  var format: String?

  @Option(name: .long, help: "Folder of the run (default: clava-run).", completion: .directory)
  var out: String?

  @Option(name: .long, help: "Recipe: the set of modelling choices, clava (default) or clavaddpm (as published).")
  var recipe: String?

  @Option(
    name: .long,
    help: "reference makes recipe clavaddpm behave as the published code, its known defects included (default: none).")
  var compatibility: String?

  @Option(name: .long, help: "Seed of every random draw (default: 0).")
  var seed: String?

  @Option(name: .long, help: "Worker processes (default: one for each core).")
  var workers: String?

  @Option(name: .long, help: "Size of the synthetic database as a multiple of the real one (default: 1).")
  var scale: String?

  @Option(
    name: .long,
    help: "Share of the rows to keep from training, by whole root groups, for privacy figures and ceilings.")
  var holdout: String?

  @Option(name: .long, help: "Set any configuration key, for example --set denoiser.steps=2000. May be repeated.")
  var set: [String] = []

  /// The configuration: defaults, then the file, then the options.
  ///
  /// - Parameter defaults: keys with values of a command, which the file and the options can change.
  /// - Returns: the configuration and sentences the user should read.
  func resolve(defaults: [String] = []) throws -> (Configuration, [String]) {
    var reader = ConfigurationReader()
    for value in defaults { try reader.read(override: value) }
    if let file {
      if FileSystem.isFolder(file) {
        throw ClavaError(
          .configuration, "this is a folder, a configuration file was expected", at: .init(file: file),
          remedy: "to name the data folder write --data \(file)")
      }
      try reader.read(file: file)
    }
    // Options are configuration keys by another name, so they are checked alike.
    let options = [
      ("data.path", data), ("data.format", format), ("output", out), ("recipe", recipe),
      ("compatibility", compatibility), ("seed", seed), ("workers", workers), ("structure.scale", scale),
      ("evaluation.holdout", holdout),
    ]
    for (key, value) in options {
      guard let value else { continue }
      let isText = key == "data.path" || key == "output"
      let quoted = "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
      try reader.read(override: "\(key)=\(isText ? quoted : value)")
    }
    for override in set { try reader.read(override: override) }
    return (try reader.finish(), reader.notices)
  }
}
