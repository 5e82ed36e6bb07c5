import ArgumentParser
import Essentials
import Fleet
import Storage

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how far a run is, from another terminal or after a crash.",
    discussion: "EXAMPLE\n  clava status RUN")

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    guard FileSystem.exists("\(directory)/plan.json") else {
      throw ClavaError(
        .input, FileSystem.isFolder(directory) ? "the folder holds no run" : "there is no such folder",
        at: .init(file: directory),
        remedy: "name the folder given to `clava run` with --out")
    }
    let status = try RunStatus.read(directory: RunDirectory(path: directory, create: false))
    if json {
      JSONLines.print(status)
    } else {
      for line in StatusText.lines(status) { print(line) }
    }
  }
}
