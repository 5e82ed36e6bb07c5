import ArgumentParser
import Configuration

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print or check a configuration.",
    discussion: """
      EXAMPLES
        clava config --defaults > config.yaml     start a configuration file
        clava config config.yaml                  check a file and print it with every key filled in
      """)

  @Flag(name: .long, help: "Print every key with its default and its meaning.")
  var defaults = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let (configuration, notices) = defaults ? (Configuration(), []) : try options.resolve()
    for notice in notices { print("# \(notice)") }
    print(ConfigurationWriter.text(configuration, explained: defaults), terminator: "")
  }
}
