import ArgumentParser
import Configuration
import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph

struct ExportCommand: ParsableCommand {
  /// An engine that can execute a plan.
  enum Engine: String, ExpressibleByArgument, CaseIterable {
    case make, slurm, k8s, nextflow
    case kubernetesPool = "k8s-pool"
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a script that lets another engine execute the plan of a run.",
    discussion: """
      make, slurm, k8s and nextflow call `clava run-task` level by level: no coordinator, no ports, but the run
      directory must be on a file system that all machines share. k8s-pool writes manifests of a coordinator with
      workers instead, which share nothing.

      EXAMPLES
        clava plan config.yaml --write RUN
        clava export make RUN --out plan.mk && make -f plan.mk -j 8
        clava export slurm RUN --out plan.sh && bash plan.sh --wait
        clava export k8s-pool RUN --out manifests
      """)

  @Argument(help: "make, slurm, k8s, nextflow or k8s-pool.")
  var engine: Engine

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Option(name: .long, help: "File to write (k8s-pool: folder); standard output by default.")
  var out: String?

  @Option(name: .long, help: "Processes of one level at the same time, at most.")
  var width = PlanExport.greatestWidth

  func validate() throws {
    guard (1...PlanExport.greatestWidth).contains(width) else {
      throw ValidationError("--width must be from 1 to \(PlanExport.greatestWidth).")
    }
  }

  func run() throws {
    let run = try RunDirectory(path: directory, create: false)
    let plan = try CanonicalJSON.decode(Plan.self, from: FileSystem.read(run.plan, code: .input), source: run.plan)
    var reader = ConfigurationReader()
    try reader.read(file: run.configuration)
    let configuration = try reader.finish()
    let path = RunSession.absolute(directory)
    let export = PlanExport(
      plan: plan, run: path, program: configuration.fleet.program ?? ProgramPath.current,
      workingFolder: FileManager.default.currentDirectoryPath, width: width)
    switch engine {
    case .make: try write(export.makefile)
    case .slurm:
      guard case .slurm(let placement) = try LauncherChoice(slurm(configuration.fleet)) else { return }
      try write(export.slurmScript(placement))
    case .k8s: try write(export.kubernetesScript(LauncherChoice.kubernetes(configuration.fleet)))
    case .nextflow: try write(export.nextflowScript)
    case .kubernetesPool:
      guard let out else {
        throw ValidationError("k8s-pool writes several files; name a folder with --out.")
      }
      try KubernetesPool(configuration: configuration, run: path).write(to: out)
    }
  }

  /// The options of Slurm, whatever launcher the run itself uses.
  private func slurm(_ fleet: Configuration.Fleet) -> Configuration.Fleet {
    var fleet = fleet
    fleet.launcher = "slurm"
    return fleet
  }

  private func write(_ text: String) throws {
    guard let out else { return print(text, terminator: "") }
    try FileSystem.writeAtomically(Data(text.utf8), to: out)
    if text.hasPrefix("#!") { chmod(out, 0o755) }
  }
}
