import ArgumentParser
import Essentials
import Fleet
import Foundation
import Synthesis
import Tensors

/// Started by the coordinator, not by people.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Supervise one compute process (started by the coordinator).", shouldDisplay: false
  )

  @Option(name: .long, help: "Endpoint of the coordinator.")
  var connect: String

  @Option(name: .customLong("run"), help: "Run directory.")
  var directory: String

  @Option(name: .long, help: "Number of the slot.")
  var slot: Int

  @Option(name: .long, help: "Numeric profile of the run.")
  var profile: String

  @OptionGroup var files: WorkerFilesArguments

  func run() throws {
    let compute = [
      ProgramPath.current, "compute", "--run", WorkerProgram.folderPlaceholder, "--profile", profile,
    ]
    throw ExitCode(
      WorkerProgram.run(
        endpoint: connect, runPath: directory, slot: slot, computeCommand: compute, files: try files.options))
  }
}

/// Started by a worker, not by people.
struct ComputeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compute", abstract: "Run task bodies (started by a worker).", shouldDisplay: false)

  @Option(name: .customLong("run"), help: "Run directory.")
  var directory: String

  @Option(name: .long, help: "Numeric profile of the run.")
  var profile: String

  func run() throws {
    BLAS.useOneThread()
    let own = NumericProfile.current.text
    guard own == profile else {
      throw ClavaError(
        .internal, "this process computes with '\(own)', the run wants '\(profile)'",
        remedy: "set fleet.core_type to a kernel set that every machine has, for example Haswell")
    }
    throw ExitCode(ComputeProgram.run(registry: SynthesisTasks.registry, runPath: directory))
  }
}

/// The path of this program, to start it again.
enum ProgramPath {
  static var current: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}
