import ArgumentParser
import Configuration
import Essentials
import Storage

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Generate another synthetic database from the models of a run.",
    discussion: """
      Takes configuration and trained models of RUN and draws again, into a run folder of its own; nothing is trained,
      and RUN is left as it is. The data that RUN learned is read again to check that it is still the same. The same
      seed gives the same rows.

      EXAMPLES
        clava sample RUN                          other rows, as many as RUN has
        clava sample RUN --seed 7 --scale 10      ten times the rows
        clava sample RUN --out MORE --data DIR    where the data has been moved to DIR
        clava sample RUN --set classifier.scale=2 --out GUIDED
      """)

  @Argument(help: ArgumentHelp("Folder of a trained run.", valueName: "run"), completion: .directory)
  var directory: String

  @Option(name: .long, help: "Size of the synthetic database as a multiple of the real one (default: that of RUN).")
  var scale: String?

  @Option(name: .long, help: "Seed of structure and rows (default: one more than that of RUN).")
  var seed: String?

  @Option(name: .long, help: "Folder of the new run (default: RUN-seed-N).", completion: .directory)
  var out: String?

  @Option(name: .long, help: "Folder with the data of RUN, if it was moved.", completion: .directory)
  var data: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Another choice for drawing rows, such as sampling.steps=100; what is trained cannot change.",
      valueName: "key=value"))
  var set: [String] = []

  @Option(name: .long, help: "Worker processes (default: those of RUN).")
  var workers: String?

  @Flag(name: .long, help: "Print events and the summary as JSON lines on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  func run() throws {
    let trained = try TrainedRun(path: directory)
    let configuration = try resolve(trained)
    Interruption.install()
    let session = try RunSession(configuration: configuration, models: trained)
    var notices = ["seed of the draws \(configuration.samplingSeed), scale \(configuration.structure.scale)"]
    if let reuse = session.reuse { notices.append("nothing is trained: \(reuse.text) from \(directory)") }
    try RunExecution(session: session, notices: notices, printsJSON: json, isQuiet: quiet).run()
  }

  /// Keys, or beginnings of keys, that no training reads.
  private static let drawingKeys = ["sampling.", "classifier.scale", "matching.", "calibration.", "evaluation."]

  /// The configuration of the run with the options over it.
  private func resolve(_ trained: TrainedRun) throws -> Configuration {
    var reader = ConfigurationReader()
    try reader.read(file: trained.directory.configuration)
    let old = try reader.finish()
    try reader.read(override: "sampling.seed=\(seed ?? String(old.samplingSeed + 1))")
    for override in set {
      guard Self.drawingKeys.contains(where: { override.hasPrefix($0) }) else {
        throw ClavaError(
          .configuration, "the key does not only concern the drawing of rows", at: .init(file: "--set \(override)"),
          remedy: "set one of \(Self.drawingKeys.joined(separator: ", ")), or learn again with clava run")
      }
      try reader.read(override: override)
    }
    if let scale { try reader.read(override: "structure.scale=\(scale)") }
    if let workers { try reader.read(override: "workers=\(workers)") }
    var configuration = try reader.finish()
    if let data { configuration.data.path = data }
    if data == nil, let learned = configuration.data.path, !FileSystem.isFolder(learned) {
      throw ClavaError(
        .input, "the data that the run learned is no longer here", at: .init(file: learned),
        remedy:
          "say where it is now with --data DIR; if this path is relative, it is so to the folder of that run's command")
    }
    var path = directory
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    configuration.output =
      out ?? "\(path)-seed-\(configuration.samplingSeed)" + (scale.map { "-scale-\($0)" } ?? "")
    return configuration
  }
}
