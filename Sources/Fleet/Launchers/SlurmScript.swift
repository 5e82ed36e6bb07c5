/// The batch script of a launch.
///
/// Source: spec/distributed.md §10. `exec` lets the signal before the end of the wall time reach the worker itself.
package struct SlurmScript: Sendable {
  let placement: SlurmPlacement
  let site: LaunchSite

  package init(placement: SlurmPlacement, site: LaunchSite) {
    self.placement = placement
    self.site = site
  }

  /// Name of the job of a launch, by which Slurm is asked for it: job ids are given away twice.
  static func jobName(_ launch: String) -> String { "clava-\(launch)" }

  /// Elements of an array, ranges joined: `0-3,6`.
  package static func array(_ slots: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for slot in slots.sorted() {
      if let last = ranges.last, slot == last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...slot
      } else {
        ranges.append(slot...slot)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// Whole minutes, at least one.
  static func minutes(_ seconds: Double) -> Int { max(1, Int((seconds / 60).rounded(.up))) }

  package func text(launch: String, slots: [Int]) -> String {
    var options = [
      "--job-name=\(Self.jobName(launch))",
      "--array=\(Self.array(slots))",
      "--ntasks=1 --cpus-per-task=\(placement.cpus)",
    ]
    if let memory = placement.memory { options.append("--mem=\((memory + (1 << 20) - 1) >> 20)M") }
    if let time = placement.timeSeconds { options.append("--time=\(Self.minutes(time))") }
    if let partition = placement.partition { options.append("--partition=\(partition)") }
    if let account = placement.account { options.append("--account=\(account)") }
    options += [
      "--requeue --open-mode=append",
      "--signal=B:USR1@120",
      "--chdir=\(quoted(site.workingFolder))",
      "--output=\(quoted("\(site.run)/logs/slurm-%A_%a.log", escapesPercent: false))",
    ]
    options += placement.extra
    let program = placement.program ?? site.program
    let command = [program, "worker", "--run", site.run] + site.lifetimeOptions
    return """
      #!/bin/bash
      \(options.map { "#SBATCH \($0)" }.joined(separator: "\n"))
      export CLAVA_LAUNCH=\(launch)/$SLURM_ARRAY_TASK_ID
      exec \(ShellText.command(command))

      """
  }

  /// A path in an option; the run's own per cent signs are none of Slurm's.
  private func quoted(_ text: String, escapesPercent: Bool = true) -> String {
    var value = text
    if !escapesPercent { value = text.replacing(site.run, with: site.run.replacing("%", with: "%%")) }
    let isPlain = !value.contains(" ") && !value.contains("'") && !value.contains("\"")
    return isPlain ? value : "\"\(value.replacing("\"", with: "\\\""))\""
  }
}
