internal import Dispatch
internal import Essentials
internal import Foundation
internal import Synchronization

/// Workers as an Indexed Job: writes its manifests and prints the commands; calls kubectl only if told to.
///
/// The Job replaces pods that end, so nothing is watched from here; a worker is lost when its lease ends.
final class KubernetesLauncher: Launcher {
  private let placement: KubernetesPlacement
  private let site: LaunchSite
  private let queue = DispatchQueue(label: "kubernetes")
  private let launch: String
  private var written = 0

  init(_ placement: KubernetesPlacement, site: LaunchSite) throws {
    self.placement = placement
    self.site = site
    // A coordinator that is started again finds its own Job.
    let path = "\(site.launchFolder)/kubernetes/launch"
    try FileSystem.createFolder("\(site.launchFolder)/kubernetes")
    let known = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    launch = UUID(uuidString: known) == nil ? UUID().uuidString : known
    try FileSystem.writeAtomically(Data(launch.utf8), to: path)
  }

  func keep(_ count: Int) throws {
    guard count > written else { return }
    written = count
    let files = try write(count)
    let commands = KubernetesManifests.commands(files)
    guard placement.apply else {
      site.report("manifests of \(count) workers are written; to start them: \(commands.joined(separator: " && "))")
      return
    }
    let report = site.report
    queue.async {
      for file in files { Self.call(["kubectl", "apply", "-f", file], report) }
    }
  }

  func confirm(launch: String?, process: Int) {}

  func poll(now: Duration) -> [LaunchEnding] { [] }

  func startNoMore() {}

  /// The Job counts its pods; the coordinator those that joined.
  var runningCount: Int { 0 }

  func endAll() {
    guard written > 0 else { return }
    written = 0
    let command = [
      "kubectl", "delete", "--ignore-not-found", "--wait=false", "--namespace", placement.namespace,
      "job/clava-workers", "secret/clava-curve",
    ]
    guard placement.apply else {
      return site.report("to remove the workers' Job: \(ShellText.command(command))")
    }
    let report = site.report
    queue.sync { Self.call(command, report) }
  }

  private func write(_ count: Int) throws -> [String] {
    let manifests = KubernetesManifests(
      placement: placement, workers: count, endpoint: site.endpoint, lifetimeOptions: site.lifetimeOptions,
      launch: launch)
    let keys = (0..<count).compactMap(key)
    let folder = "\(site.launchFolder)/kubernetes"
    let texts = [
      ("\(folder)/secret.yaml", manifests.secret("clava-curve", files: keys)),
      ("\(folder)/workers.yaml", manifests.job),
    ]
    for (path, text) in texts {
      try FileSystem.writeAtomically(Data(text.utf8), to: path)
      // Secrets are for their owner only.
      chmod(path, 0o600)
    }
    return texts.map(\.0)
  }

  /// The key file of a slot. Of one that cannot be had, for instance because it was revoked, the others know nothing:
  /// its pod finds no key and ends, and the Job gives up that index and no other.
  private func key(_ slot: Int) -> (name: String, base64: String)? {
    do {
      return (name: "slot-\(slot).json", base64: try FileSystem.read(site.keyFile(slot)).base64EncodedString())
    } catch {
      site.report("slot \(slot) gets no key and will do no work: \(ClavaError.wrapping(error))")
      return nil
    }
  }

  private static func call(_ command: [String], _ report: @Sendable (String) -> Void) {
    do {
      let answer = try ProgramCall.run(command, seconds: 60)
      report(
        answer.exitCode == 0
          ? "\(ShellText.command(command)): \(answer.lastWords)"
          : "\(ShellText.command(command)) failed: \(answer.lastWords); give it by hand")
    } catch {
      report("\(ClavaError.wrapping(error)); give it by hand: \(ShellText.command(command))")
    }
  }
}
