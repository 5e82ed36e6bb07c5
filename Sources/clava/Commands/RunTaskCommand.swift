import ArgumentParser
import Configuration
import Essentials
import Fleet
import Foundation
import Storage
import Synthesis
import TaskGraph
import Tensors

struct RunTaskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-task", abstract: "Run tasks of a written plan in this process, without a coordinator.",
    discussion: """
      For engines that place tasks themselves; `clava export` writes the scripts that call it. The results of the tasks
      it reads from must be there. A task that is done already is not repeated; of two copies of a task the first
      counts. On SIGTERM, SIGINT or SIGUSR1 the work is saved in a checkpoint and the exit code is 99; another attempt
      goes on from there.

      EXAMPLES
        clava plan --data DIR --write RUN
        clava run-task --run RUN --task encode/album
        clava run-task --run RUN --level 2                      all tasks of a level, one after the other
        clava run-task --run RUN --level 2 --index 3 --width 8  tasks 3, 11, 19, … of it
      """)

  @Option(name: .customLong("run"), help: "Run directory.", completion: .directory)
  var directory: String

  @Option(name: .long, help: "Name of the task.")
  var task: String?

  @Option(name: .long, help: "Number of a level of the plan, from 0.")
  var level: Int?

  @Option(name: .long, help: "First task of the level to run, from 0.")
  var index = 0

  @Option(name: .long, help: "Run every so many-th task of the level.")
  var width = 1

  func validate() throws {
    guard (task == nil) != (level == nil) else { throw ValidationError("Give either --task or --level.") }
    guard width >= 1, (0..<width).contains(index) else {
      throw ValidationError("--index must be from 0 to --width less 1.")
    }
  }

  func run() throws {
    let run = try RunDirectory(path: directory, create: false)
    let plan = try CanonicalJSON.decode(
      Plan.self, from: FileSystem.read(run.plan, code: .input), source: run.plan)
    try KernelEnvironment.require(plan.numericProfile)
    Interruption.install(also: [SIGUSR1])
    let checkpoint = try checkpoint(run)
    let runner = try TaskRunner(
      plan: plan, directory: run, registry: SynthesisTasks.registry, checkpointSeconds: checkpoint.every,
      retention: CheckpointRetention(checkpoint), stop: Interruption.flag)
    for id in try tasks(plan) {
      do {
        let outcome = try runner.run(id)
        switch outcome {
        case .wasDone: print("\(id): was done")
        case .done(let seconds): print("\(id): \(String(format: "%.1f", seconds)) s")
        case .wasSecond(let seconds):
          print("\(id): \(String(format: "%.1f", seconds)) s, another attempt was first with the same result")
        }
      } catch let error as ClavaError where error.code == .interrupted {
        print("\(id): saved and left")
        throw ExitCode(99)
      }
    }
  }

  private func tasks(_ plan: Plan) throws -> [TaskIdentifier] {
    if let task { return [TaskIdentifier(task)] }
    let levels = plan.levels
    guard let level, levels.indices.contains(level) else {
      throw ClavaError(
        .input, "the plan has levels 0 to \(levels.count - 1), not \(level ?? 0)", at: .init(file: directory),
        remedy: "export the script again after the plan has changed")
    }
    return stride(from: index, to: levels[level].count, by: width).map { levels[level][$0].id }
  }

  /// Checkpoints as the run was configured.
  private func checkpoint(_ run: RunDirectory) throws -> Configuration.Checkpoint {
    var reader = ConfigurationReader()
    try reader.read(file: run.configuration)
    return try reader.finish().checkpoint
  }
}

/// Which kernels OpenBLAS uses in this process; it reads the environment when it is loaded.
enum KernelEnvironment {
  /// Sees to it that this process computes with a numeric profile. To be called before the first product.
  ///
  /// - Throws: `ClavaError.internal` if this machine cannot.
  static func require(_ profile: String) throws {
    let parts = profile.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
    if parts.count > 1 { setenv("OPENBLAS_CORETYPE", parts[1], 1) }
    try BLAS.load()
    guard NumericProfile.current.text == profile else {
      throw ClavaError(
        .internal, "this process computes with '\(NumericProfile.current.text)', the run wants '\(profile)'",
        remedy: "set fleet.core_type to a kernel set that every machine has, for example Haswell")
    }
  }
}
