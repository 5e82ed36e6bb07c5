import ArgumentParser
import Configuration

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print or check a configuration.",
    discussion: """
      EXAMPLES
        clava config --defaults > config.yaml     start a configuration file
        clava config --defaults --recipe clavaddpm --compatibility reference
        clava config config.yaml                  check a file and print it with every key filled in
        clava config berka.json                   the same for a file of the published method
        clava config --table                      every key under each recipe, as in docs/configuration.md
      """)

  @Flag(name: .long, help: "Print every key with its default, that of the recipe, and its meaning.")
  var defaults = false

  @Flag(name: .long, help: "Print a table of every key with its default under each recipe (Markdown).")
  var table = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    if table {
      print(ConfigurationTable.markdown, terminator: "")
      return
    }
    let (configuration, notices) = try options.resolve()
    for notice in notices { print("# \(notice)") }
    print(ConfigurationWriter.text(configuration, explained: defaults), terminator: "")
  }
}
