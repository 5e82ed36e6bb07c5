import ArgumentParser
import Essentials
import Foundation

/// The command line: parses, calls, prints, and turns errors into exit codes.
struct Clava: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clava",
    abstract: "Learn a relational database and generate a synthetic one.",
    discussion: """
      Clava learns tables joined by foreign keys and writes synthetic ones with the same schema, keys that hold, and
      the same distributions within and between tables.

      EXAMPLES
        clava run --data DIR                      learn DIR and write ./clava-run/synthetic
        clava run --data DIR --out RUN --seed 1   the same, elsewhere, with other random draws
        clava run config.yaml --set denoiser.steps=2000
        clava sample RUN --scale 10               more data from the models of a run
        clava plan --data DIR                     show the work before doing it
        clava status RUN --watch                  how far a run is, from another terminal
        clava logs RUN                            what happened in it; retry, cancel and drain steer it
        clava sweep run sweep.yaml                search for better options
        clava config --defaults                   every option with its default and meaning

      EXIT CODES
        0 done, 1 failed tasks or disk errors, 2 bad input or configuration, 64 wrong usage, 130 interrupted
        (give the same command again to go on).
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, SampleCommand.self, PlanCommand.self, StatusCommand.self, LogsCommand.self,
      RetryCommand.self, CancelCommand.self, DrainCommand.self, InspectCommand.self,
      EvaluateCommand.self, SweepCommand.self,
      ConfigCommand.self, DoctorCommand.self, BenchCommand.self, CoordinatorCommand.self, WorkerCommand.self,
      KeygenCommand.self, ComputeCommand.self,
      RunTaskCommand.self, ExportCommand.self,
    ])
}

@main
enum Program {
  static func main() {
    do {
      var command = try Clava.parseAsRoot()
      try command.run()
    } catch let error as ClavaError {
      report(error)
      Foundation.exit(error.code.exitCode)
    } catch {
      Clava.exit(withError: error)
    }
  }

  /// One line for each problem on standard error.
  static func report(_ error: ClavaError) {
    var lines: [String] = []
    if error.problems.count > 1 { lines.append("error: \(error.problems.count) problems were found") }
    for problem in error.problems {
      lines.append(error.problems.count > 1 ? "  \(problem)" : "error: \(problem)")
    }
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
  }
}
