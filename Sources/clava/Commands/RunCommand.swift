import ArgumentParser
import Configuration

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Learn a database and generate a synthetic one.",
    discussion: """
      Reads and checks the data, trains, samples, writes RUN/synthetic/TABLE.csv and RUN/summary.json, and compares
      the result with the input. A run that was interrupted, or killed, goes on when the same command is given again.

      EXAMPLES
        clava run --data DIR
        clava run --data DIR --out RUN --seed 1 --workers 2
        clava run --data DIR --scale 0.1 --set tables.district.kind=lookup
        clava run config.yaml --json
        clava run --data DIR --recipe clavaddpm --set denoiser.steps=20000
        clava run berka.json --compatibility reference   the published method's own configuration file
      """)

  @OptionGroup var options: ConfigurationOptions

  @Flag(name: .long, help: "Print events and the summary as JSON lines on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  func run() throws {
    let (configuration, notices) = try options.resolve()
    Interruption.install()
    let session = try RunSession(configuration: configuration)
    try RunExecution(session: session, notices: notices, printsJSON: json, isQuiet: quiet).run()
  }
}
