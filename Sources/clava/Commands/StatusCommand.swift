import ArgumentParser
import Essentials
import Fleet
import Storage

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how far a run is, from another terminal or after a crash.",
    discussion: "EXAMPLE\n  clava status RUN")

  @Argument(help: "Run directory.", completion: .directory)
  var run: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    guard FileSystem.exists("\(run)/plan.json") else {
      throw ClavaError(
        .input, FileSystem.isFolder(run) ? "the folder holds no run" : "there is no such folder", at: .init(file: run),
        remedy: "name the folder given to `clava run` with --out")
    }
    let status = try RunStatus.read(directory: RunDirectory(path: run, create: false))
    if json {
      JSONLines.print(status)
    } else {
      for line in StatusText.lines(status) { print(line) }
    }
  }
}
