import ArgumentParser
import Configuration

struct CoordinatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coordinator", abstract: "Run a plan with workers that join from this and other machines.",
    discussion: """
      The same as 'clava run' with fleet.listen set and, unless the configuration names a launcher, with
      fleet.launcher=external: it starts no worker itself but waits for those that are started with 'clava worker'.
      Everything that crosses the network is encrypted; only keys that 'clava keygen' made for the run get in. Killed
      at any moment and started again, it goes on, with the workers that are still there.

      EXAMPLES
        clava coordinator --data DIR --out RUN --listen tcp://0.0.0.0:5570
        clava coordinator config.yaml --listen tcp://10.9.0.1:0 --advertise head.example.org

        on a machine that sees RUN:        clava worker --run RUN --slots 4
        elsewhere, with a key of keygen:   clava worker --connect tcp://head.example.org:5570 --key worker-0.json

      EXIT CODES
        0 done, 1 failed tasks or disk errors, 2 bad input or configuration, 64 wrong usage, 130 interrupted
        (give the same command again to go on).
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(
    name: .long, help: "Address to listen at, tcp://ADDRESS:PORT; port 0 takes a free one (default: all, a free one).")
  var listen: String?

  @Option(name: .long, help: "Name or address under which workers find this machine (default: its name).")
  var advertise: String?

  @Flag(name: .long, help: "Print events and the summary as JSON lines on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  func run() throws {
    var options = options
    if let listen { options.set.append("fleet.listen=\(listen)") }
    if let advertise { options.set.append("fleet.advertise=\(advertise)") }
    let (configuration, notices) = try options.resolve(defaults: ["fleet.launcher=external"])
    Interruption.install()
    let session = try RunSession(configuration: configuration)
    try RunExecution(session: session, notices: notices, printsJSON: json, isQuiet: quiet).run()
  }
}
