extension PlanExport {
  /// A Nextflow script (DSL 2) with a process for each level: `nextflow run FILE`.
  public var nextflowScript: String {
    let processes = levels.map { level in
      """
      // \(level.tasks) tasks: \(level.stages)
      process level_\(level.number) {
        tag "$index"
        cpus 1
        memory '\(Self.mebibytes(level.memory)) MB'
        errorStrategy 'retry'
        maxRetries 5
        input:
        tuple val(index), val(before)
        output:
        val index
        script:
        \"\"\"
        ${params.clava} run-task --run '${params.run}' --level \(level.number) --index $index --width \(level.width)
        \"\"\"
      }
      """
    }
    var steps: [String] = []
    for level in levels {
      let range = "Channel.of(0..\(level.width - 1))"
      // An item for each element, once the level before is complete.
      let input =
        level.number == 0 ? "\(range).map { [it, 0] }" : "\(range).combine(level_\(level.number - 1).out.count())"
      steps.append("  level_\(level.number)(\(input))")
    }
    let last = levels.count - 1
    return """
      // \(title)
      //   nextflow run FILE
      // Tasks that are done are not repeated, so the command can be given again after a failure.
      nextflow.enable.dsl = 2
      params.clava = '\(Self.quoted(program))'
      params.run = '\(Self.quoted(run))'
      params.work = '\(Self.quoted(workingFolder))'

      \(processes.joined(separator: "\n\n"))

      process publish {
        input:
        val before
        script:
        \"\"\"
        cd '${params.work}' && ${params.clava} run '${params.run}/config.yaml' --out '${params.run}' --quiet
        \"\"\"
      }

      workflow {
      \(steps.joined(separator: "\n"))
        publish(level_\(last).out.count())
      }

      """
  }

  private static func quoted(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
  }
}
