import Configuration
import Essentials
import Fleet
import Foundation

/// The manifests of a whole run on Kubernetes: coordinator, workers, keys and configuration.
struct KubernetesPool {
  let configuration: Configuration
  /// Absolute path of the run directory, which holds the keys.
  let run: String

  /// Writes the manifests into a folder and prints what to do with them.
  ///
  /// - Throws: `ClavaError.input` if the run has no keys yet.
  func write(to folder: String) throws {
    let placement = LauncherChoice.kubernetes(configuration.fleet)
    let workers = min(configuration.workers ?? 4, KubernetesManifests.mostWorkers)
    let lifetime = configuration.fleet.lifetime.map { ["--lifetime", "\(Int($0))s"] } ?? []
    let stagger = configuration.fleet.lifetimeStagger
    let manifests = KubernetesManifests(
      placement: placement, workers: workers,
      lifetimeOptions: lifetime + (stagger > 0 ? ["--lifetime-stagger", "\(Int(stagger))s"] : []),
      launch: UUID().uuidString)
    let files = [
      ("10-service.yaml", manifests.service),
      ("11-config.yaml", manifests.configuration(inCluster)),
      ("12-server.yaml", manifests.secret("clava-server", files: try serverFiles(workers))),
      ("13-curve.yaml", manifests.secret("clava-curve", files: try keys("workers", workers))),
      ("20-coordinator.yaml", manifests.coordinator),
      ("30-workers.yaml", manifests.job),
    ]
    try FileSystem.createFolder(folder)
    for (name, text) in files {
      try FileSystem.writeAtomically(Data(text.utf8), to: "\(folder)/\(name)")
      // The Secrets are for their owner only.
      chmod("\(folder)/\(name)", 0o600)
    }
    let pod = "\(placement.namespace)/clava-coordinator-0"
    let data = configuration.data.path ?? "DATA"
    print(
      """
      manifests of a coordinator and \(workers) workers are in \(folder); bring them into the cluster:
        kubectl apply -f \(folder)
        kubectl cp \(data)/. \(pod):/clava/data -c data
        kubectl exec --namespace \(placement.namespace) clava-coordinator-0 -c data -- touch /clava/data/READY
        kubectl logs --namespace \(placement.namespace) --follow clava-coordinator-0
        kubectl cp \(pod):/clava/run/synthetic synthetic
        kubectl delete -f \(folder)
      """)
  }

  /// The configuration as the coordinator's pod sees it.
  private var inCluster: String {
    var inner = configuration
    inner.data.path = "/clava/data"
    inner.output = "/clava/run"
    inner.evaluation.data = nil
    inner.fleet.launcher = "external"
    inner.fleet.listen = "tcp://0.0.0.0:\(KubernetesManifests.port)"
    inner.fleet.advertise = "clava-coordinator.\(configuration.fleet.kubernetes.namespace).svc"
    return ConfigurationWriter.text(inner, explained: false)
  }

  private func serverFiles(_ workers: Int) throws -> [(name: String, base64: String)] {
    [("server.json", try file("\(run)/keys/server.json"))] + (try keys("allowed", workers))
  }

  private func keys(_ folder: String, _ workers: Int) throws -> [(name: String, base64: String)] {
    try (0..<workers).map { ("slot-\($0).json", try file("\(run)/keys/\(folder)/slot-\($0).json")) }
  }

  private func file(_ path: String) throws -> String {
    guard FileSystem.exists(path) else {
      throw ClavaError(
        .input, "the run has no key for each worker", at: .init(file: path),
        remedy: "make them first: clava keygen --run \(run) --count \(min(configuration.workers ?? 4, 256)) --name slot"
      )
    }
    return try FileSystem.read(path).base64EncodedString()
  }
}
