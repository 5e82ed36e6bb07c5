import ArgumentParser
import Essentials
import Fleet
import Storage
import TaskGraph

struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Give tasks that were given up a fresh start.",
    discussion: """
      A coordinator at work takes them up at once. Otherwise the next `clava run` of the same configuration does; what
      is finished stays finished.

      EXAMPLES
        clava retry RUN
        clava retry RUN train-denoiser/district
      """)

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Argument(help: "The task; all that were given up if left out.")
  var task: String?

  func run() throws {
    let run = try RunFolder.open(directory)
    let id = task.map { TaskIdentifier($0) }
    if try RunStatusReader(directory: run).read().isAlive {
      return print(try RunFolder.ask(ControlRequest(.retry, task: id), of: run))
    }
    let names = try RunRetry.forgetFailures(of: id, in: run).map(\.name)
    print("fresh start for \(names.count) tasks: \(names.prefix(5).joined(separator: ", "))")
    print("give the same `clava run` command again to go on")
  }
}
