/// Manifests of a run on Kubernetes, one YAML document a piece.
///
/// Source: spec/distributed.md §10, from the manual of Kubernetes. Secrets are base64 as the API wants them.
public struct KubernetesManifests: Sendable {
  /// Port on which the coordinator listens.
  public static let port = 5570
  /// Workers of one Job, at most: a Secret holds a megabyte.
  public static let mostWorkers = 256

  /// How and where.
  public var placement: KubernetesPlacement
  /// Number of workers.
  public var workers: Int
  /// Address workers connect to.
  public var endpoint: String
  /// Options of `clava worker` that limit its life.
  public var lifetimeOptions: [String]
  /// Identity of the launch.
  public var launch: String

  /// Describes the manifests.
  ///
  /// - Parameters:
  ///   - endpoint: nil is the coordinator's Service.
  ///   - launch: a UUID, new for each Job.
  public init(
    placement: KubernetesPlacement, workers: Int, endpoint: String? = nil, lifetimeOptions: [String] = [],
    launch: String
  ) {
    self.placement = placement
    self.workers = workers
    self.endpoint = endpoint ?? "tcp://clava-coordinator.\(placement.namespace).svc:\(Self.port)"
    self.lifetimeOptions = lifetimeOptions
    self.launch = launch
  }

  /// The headless Service under which workers find the coordinator.
  public var service: String {
    """
    # The coordinator's name in the cluster. Headless: it leads to the pod itself, CURVE does the rest.
    apiVersion: v1
    kind: Service
    metadata:
      name: clava-coordinator
      namespace: \(placement.namespace)
      labels: { app: clava }
    spec:
      clusterIP: None
      # A restarted coordinator is found at once; workers redial until it answers.
      publishNotReadyAddresses: true
      selector: { app: clava, role: coordinator }
      ports:
      - { name: control, port: \(Self.port), targetPort: \(Self.port) }
      - { name: data, port: \(Self.port + 1), targetPort: \(Self.port + 1) }

    """
  }

  /// The coordinator: one pod with a volume that holds data and run.
  public var coordinator: String {
    let storage = placement.storageClass.map { "\n      storageClassName: \($0)" } ?? ""
    return """
      # One coordinator with one volume. A second one at the same time could waste work, never change a result.
      apiVersion: apps/v1
      kind: StatefulSet
      metadata:
        name: clava-coordinator
        namespace: \(placement.namespace)
        labels: { app: clava }
      spec:
        serviceName: clava-coordinator
        replicas: 1
        selector: { matchLabels: { app: clava, role: coordinator } }
        template:
          metadata: { labels: { app: clava, role: coordinator } }
          spec:
            terminationGracePeriodSeconds: 60
            securityContext: { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 }
            initContainers:
            # Waits for the data: kubectl cp DATA NAMESPACE/clava-coordinator-0:/clava/data -c data, then touch READY.
            - name: data
              image: \(placement.image)
              command: [sh, -c]
              args:
              - |
                until [ -e /clava/data/READY ]; do sleep 2; done
                mkdir -p /clava/run/keys/allowed
                [ -e /clava/run/keys/server.json ] || cp /secret/server.json /clava/run/keys/
                cp /secret/slot-*.json /clava/run/keys/allowed/
                chmod -R go= /clava/run/keys
              volumeMounts:
              - { name: run, mountPath: /clava }
              - { name: secret, mountPath: /secret, readOnly: true }
            containers:
            - name: coordinator
              image: \(placement.image)
              command: [sh, -c]
              # Killed, it goes on where it was; finished, it stays until the results are fetched.
              args:
              - |
                clava coordinator /config/config.yaml --listen tcp://0.0.0.0:\(Self.port) || exit $?
                echo finished; while true; do sleep 3600; done
              ports:
              - { name: control, containerPort: \(Self.port) }
              - { name: data, containerPort: \(Self.port + 1) }
              resources: { requests: { cpu: "1", memory: 1Gi }, limits: { memory: 2Gi } }
              volumeMounts:
              - { name: run, mountPath: /clava }
              - { name: config, mountPath: /config, readOnly: true }
            volumes:
            - name: config
              configMap: { name: clava-config }
            - name: secret
              secret: { secretName: clava-server, defaultMode: 0440 }
        volumeClaimTemplates:
        - metadata: { name: run }
          spec:
            accessModes: [ReadWriteOnce]\(storage)
            resources: { requests: { storage: \(Self.quantity(placement.volume)) } }

      """
  }

  /// The workers: an Indexed Job whose indexes are the slots.
  public var job: String {
    let arguments =
      ["worker", "--connect", endpoint, "--key", "/keys/slot-$(JOB_COMPLETION_INDEX).json"] + lifetimeOptions
    let memory = Self.quantity(placement.memory)
    return """
      # Long-lived workers. A pod that dies is made again under the same index and takes up work where it was saved.
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: clava-workers
        namespace: \(placement.namespace)
        labels: { app: clava }
      spec:
        completionMode: Indexed
        completions: \(workers)
        parallelism: \(workers)
        backoffLimitPerIndex: 20
        # Never two pods of one index: the next one starts when the last one has gone.
        podReplacementPolicy: Failed
        podFailurePolicy:
          rules:
          # Evicted, preempted or drained: not the worker's fault.
          - { action: Ignore, onPodConditions: [{ type: DisruptionTarget, status: "True" }] }
          - { action: Ignore, onExitCodes: { operator: In, values: [99] } }
          # Key, version or plan are wrong: another attempt would end the same way.
          - { action: FailIndex, onExitCodes: { operator: In, values: [42] } }
        template:
          metadata: { labels: { app: clava, role: worker } }
          spec:
            restartPolicy: Never
            # Time for a checkpoint after SIGTERM.
            terminationGracePeriodSeconds: 120
            securityContext: { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 }
            containers:
            - name: worker
              image: \(placement.image)
              command: [clava]
              args: [\(arguments.map(Self.text).joined(separator: ", "))]
              env:
              # Named first, because only earlier variables can be used in later ones.
              - name: JOB_COMPLETION_INDEX
                valueFrom:
                  fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" }
              - { name: CLAVA_LAUNCH, value: "\(launch)/$(JOB_COMPLETION_INDEX)" }
              - { name: TMPDIR, value: /scratch }
              resources: { requests: { cpu: "\(placement.cpus)", memory: \(memory) }, limits: { memory: \(memory) } }
              volumeMounts:
              - { name: curve, mountPath: /keys, readOnly: true }
              - { name: scratch, mountPath: /scratch }
            volumes:
            # With fsGroup the files become 0440 whatever stands here.
            - name: curve
              secret: { secretName: clava-curve, defaultMode: 0400 }
            - { name: scratch, emptyDir: {} }

      """
  }

  /// The configuration the coordinator reads.
  public func configuration(_ text: String) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: clava-config
      namespace: \(placement.namespace)
      labels: { app: clava }
    data:
      config.yaml: |
    \(Self.indented(text, by: 4))

    """
  }

  /// A Secret of files; no name may hold a slash.
  public func secret(_ name: String, files: [(name: String, base64: String)]) -> String {
    """
    apiVersion: v1
    kind: Secret
    metadata:
      name: \(name)
      namespace: \(placement.namespace)
      labels: { app: clava }
    type: Opaque
    data:
    \(files.map { "  \($0.name): \($0.base64)" }.joined(separator: "\n"))

    """
  }

  /// Commands that bring the manifests of a folder into a cluster, in their order.
  public static func commands(_ files: [String]) -> [String] { files.map { "kubectl apply -f \(ShellText.word($0))" } }

  /// Bytes as Kubernetes writes them.
  static func quantity(_ bytes: Int) -> String {
    for (unit, size) in [("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)] where bytes % size == 0 {
      return "\(bytes / size)\(unit)"
    }
    return "\(bytes)"
  }

  private static func text(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  private static func indented(_ text: String, by count: Int) -> String {
    let space = String(repeating: " ", count: count)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : space + $0 }
      .joined(separator: "\n")
  }
}
