extension PlanExport {
  /// A bash script that submits an array for each level; its elements are calls of the same script.
  ///
  /// Source: spec/distributed.md §10 (engine-native levels).
  public func slurmScript(_ placement: SlurmPlacement) -> String {
    var options = ["--ntasks=1", "--cpus-per-task=\(placement.cpus)"]
    if let partition = placement.partition { options.append("--partition=\(partition)") }
    if let account = placement.account { options.append("--account=\(account)") }
    options += placement.extra
    let memory = { (level: Level) in placement.memory.map { $0 >> 20 } ?? Self.mebibytes(level.memory) }
    let minutes = { (level: Level) in
      placement.timeSeconds.map(SlurmScript.minutes) ?? Self.minutes(level.seconds)
    }
    let calls = levels.map { level in
      "submit \(level.number) \(level.width) \(memory(level)) \(minutes(level))  # \(level.tasks) tasks: \(level.stages)"
    }
    return """
      #!/bin/bash
      # \(title)
      #   bash FILE          submits everything and returns
      #   bash FILE --wait   also waits for the end
      # Tasks that are done are not repeated, so the script can be submitted again after a failure. An element that runs
      # out of time saves its work and is put back into the queue.
      set -u
      export CLAVA=${CLAVA:-\(ShellText.word(program))}
      export RUN=${RUN:-\(ShellText.word(run))}
      export WORK=${WORK:-\(ShellText.word(workingFolder))}

      if [ "${1:-}" = element ]; then  # LEVEL WIDTH, on a node
        trap 'kill -USR1 "$child" 2>/dev/null' USR1 TERM
        "$CLAVA" run-task --run "$RUN" --level "$2" --index "$SLURM_ARRAY_TASK_ID" --width "$3" &
        child=$!
        # A signal ends `wait`, not the child.
        while wait "$child"; code=$?; kill -0 "$child" 2>/dev/null; do :; done
        [ "$code" = 99 ] && scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
        exit "$code"
      elif [ "${1:-}" = publish ]; then
        cd "$WORK" && exec "$CLAVA" run "$RUN/config.yaml" --out "$RUN" --quiet
      fi

      self=$(readlink -f "$0")
      options=(\(options.map(ShellText.word).joined(separator: " ")))
      previous=
      submit() {  # LEVEL WIDTH MEBIBYTES MINUTES
        local array=(--array="0-$(($2 - 1))")
        previous=$(sbatch --parsable --job-name="clava-level-$1" "${array[@]}" --mem="$3M" --time="$4" \\
          --requeue --open-mode=append --signal=B:USR1@120 --output="$RUN/logs/level-$1-%A_%a.log" \\
          ${previous:+--dependency=afterok:$previous --kill-on-invalid-dep=yes} "${options[@]}" \\
          "$self" element "$1" "$2") || exit 1
        previous=${previous%%;*}
        echo "level $1: $2 elements, job $previous"
      }
      \(calls.joined(separator: "\n"))

      wait=()
      [ "${1:-}" = --wait ] && wait=(--wait)
      echo "publishing after job $previous"
      sbatch --parsable "${wait[@]}" --job-name=clava-publish --mem=\(Self.mebibytes(0))M --time=30 --requeue --open-mode=append \\
        --output="$RUN/logs/publish-%j.log" --dependency="afterok:$previous" --kill-on-invalid-dep=yes \\
        "${options[@]}" "$self" publish

      """
  }
}
