extension PlanExport {
  /// A bash script with an Indexed Job for each level, for a cluster whose pods share the run directory through a
  /// volume: claim `clava-run`, mounted where the run directory is here.
  public func kubernetesScript(_ placement: KubernetesPlacement) -> String {
    let calls = levels.map { level in
      "level \(level.number) \(level.width) \(Self.mebibytes(level.memory))Mi  # \(level.tasks) tasks: \(level.stages)"
    }
    return """
      #!/bin/bash
      # \(title)
      #   bash FILE
      # Needs a PersistentVolumeClaim `\(Self.claim)` (ReadWriteMany) in namespace \(placement.namespace) that shows, under
      # $MOUNT, the folder that holds the run directory and the data under the same paths as here. Tasks that are done
      # are not repeated, so the command can be given again after a failure.
      set -eu
      NAMESPACE=${NAMESPACE:-\(placement.namespace)}
      IMAGE=${IMAGE:-\(ShellText.word(placement.image))}
      RUN=${RUN:-\(ShellText.word(run))}
      MOUNT=${MOUNT:-\(ShellText.word(Self.folder(of: run)))}
      CLAIM=${CLAIM:-\(Self.claim)}
      KUBECTL=${KUBECTL:-kubectl}

      job() {  # NAME COMPLETIONS MEMORY ARGUMENTS
      cat <<MANIFEST
      apiVersion: batch/v1
      kind: Job
      metadata: { name: $1, namespace: $NAMESPACE, labels: { app: clava } }
      spec:
        completionMode: Indexed
        completions: $2
        parallelism: $2
        backoffLimitPerIndex: 5
        podReplacementPolicy: Failed
        podFailurePolicy:
          rules:
          - { action: Ignore, onPodConditions: [{ type: DisruptionTarget, status: "True" }] }
          - { action: Ignore, onExitCodes: { operator: In, values: [99] } }
        template:
          metadata: { labels: { app: clava } }
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: 120
            securityContext: { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 }
            containers:
            - name: task
              image: $IMAGE
              command: [clava]
              args: [$4]
              resources: { requests: { cpu: "\(placement.cpus)", memory: $3 }, limits: { memory: $3 } }
              volumeMounts: [{ name: run, mountPath: $MOUNT }]
            volumes: [{ name: run, persistentVolumeClaim: { claimName: $CLAIM } }]
      MANIFEST
      }
      execute() {  # NAME COMPLETIONS MEMORY ARGUMENTS
        if [ "${DRY_RUN:-}" = 1 ]; then job "$@"; echo ---; return; fi
        $KUBECTL delete job "$1" --namespace "$NAMESPACE" --ignore-not-found
        job "$@" | $KUBECTL apply -f -
        # A Job ends as Complete or as Failed; waiting for one of them alone could take for ever.
        until $KUBECTL wait --for=condition=Complete --timeout=10s --namespace "$NAMESPACE" "job/$1" 2>/dev/null; do
          if $KUBECTL wait --for=condition=Failed --timeout=0s --namespace "$NAMESPACE" "job/$1" 2>/dev/null; then
            echo "$1 failed: $KUBECTL logs --namespace $NAMESPACE --selector job-name=$1" >&2
            exit 1
          fi
        done
      }
      level() {  # LEVEL WIDTH MEMORY
        execute "clava-level-$1" "$2" "$3" \\
          "run-task, --run, \\"$RUN\\", --level, \\"$1\\", --index, \\"\\$(JOB_COMPLETION_INDEX)\\", --width, \\"$2\\""
      }
      \(calls.joined(separator: "\n"))
      execute clava-publish 1 \(Self.mebibytes(0))Mi "run, \\"$RUN/config.yaml\\", --out, \\"$RUN\\", --quiet"

      """
  }

  private static let claim = "clava-run"

  private static func folder(of path: String) -> String {
    let parts = path.split(separator: "/").dropLast()
    return "/" + parts.joined(separator: "/")
  }
}
