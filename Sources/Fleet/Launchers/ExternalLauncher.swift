/// Starts nothing: prints what to start, and waits for workers to join.
final class ExternalLauncher: Launcher {
  private let site: LaunchSite
  private var isAnnounced = false

  init(site: LaunchSite) { self.site = site }

  func keep(_ count: Int) throws {
    guard !isAnnounced else { return }
    isAnnounced = true
    for line in try Self.instructions(site) { site.report(line) }
  }

  func confirm(launch: String?, process: Int) {}

  func poll(now: Duration) -> [LaunchEnding] { [] }

  func startNoMore() {}

  /// Others know; the coordinator counts those that joined.
  var runningCount: Int { 0 }

  func endAll() {}

  /// What to give on machines that see the run directory, and on those that do not.
  static func instructions(_ site: LaunchSite) throws -> [String] {
    // The first slot's key may be revoked.
    let key = (try? site.keyFile(0)) ?? "\(site.run)/keys/workers/NAME.json"
    return [
      "workers are started by others; on a machine that sees \(site.run): "
        + ShellText.command(["clava", "worker", "--run", site.run]),
      "elsewhere, with a copy of \(key): "
        + ShellText.command(["clava", "worker", "--connect", site.endpoint, "--key", "slot-0.json"])
        + " (a key for each worker: clava keygen --run \(ShellText.word(site.run)) --count N)",
    ]
  }
}
