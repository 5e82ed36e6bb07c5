internal import Essentials
internal import Foundation

/// Slurm, spoken to through its own commands.
final class SlurmEngine: PlacementEngine {
  /// A controller that takes longer is as good as silent.
  private static let patience = 30.0

  let pollSeconds: Double
  private let script: SlurmScript

  init(_ placement: SlurmPlacement, site: LaunchSite) {
    pollSeconds = placement.pollSeconds
    script = SlurmScript(placement: placement, site: site)
  }

  func submit(launch: String, slots: [Int]) throws -> String? {
    let site = script.site
    // The worker of a slot whose key is revoked ends by itself; it must not keep the others waiting.
    for slot in slots { _ = try? site.keyFile(slot) }
    let path = "\(site.launchFolder)/\(launch).sbatch"
    try FileSystem.writeAtomically(Data(script.text(launch: launch, slots: slots).utf8), to: path)
    let answer = try ProgramCall.run(["sbatch", "--parsable", path], seconds: Self.patience)
    switch answer.exitCode {
    case 0?:
      // `ID`, or `ID;CLUSTER`.
      let job = answer.output.split(whereSeparator: { $0 == ";" || $0.isWhitespace }).first.map(String.init)
      site.report("Slurm job \(job ?? "?") holds \(slots.count) \(slots.count == 1 ? "worker" : "workers")")
      return job
    case nil: return nil
    case let code?:
      throw ClavaError(
        .internal, "sbatch refused the job (exit code \(code)): \(answer.lastWords)", at: .init(file: path),
        remedy: "mend fleet.slurm in the configuration; to try by hand: sbatch \(ShellText.word(path))")
    }
  }

  func status(of launches: [LaunchRecord]) throws -> [String: [Int: SlotState]] {
    let answer = try ProgramCall.run(SlurmQueue.question(launches.map(\.launch)), seconds: Self.patience)
    guard answer.exitCode == 0 else {
      throw ClavaError(
        .messaging, "squeue does not answer: \(answer.exitCode == nil ? "no reply in 30 s" : answer.lastWords)",
        remedy: "workers that run go on; Slurm is asked again")
    }
    return SlurmQueue.states(answer.output)
  }

  func cancel(_ launches: [LaunchRecord]) {
    for record in launches {
      let name = SlurmScript.jobName(record.launch)
      _ = try? ProgramCall.run(["scancel", "--me", "--name=\(name)"], seconds: Self.patience)
    }
  }

  func log(of identity: LaunchIdentity, job: String?) -> String? {
    job.map { "\(script.site.run)/logs/slurm-\($0)_\(identity.slot).log" }
  }
}
