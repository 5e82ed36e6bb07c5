internal import Essentials
package import Foundation

/// How a worker is started on another machine.
///
/// Source: spec/distributed.md §10. Secrets go over standard input, never into arguments or environment.
package struct SSHCommand: Sendable {
  let placement: SSHPlacement
  let site: LaunchSite

  package init(placement: SSHPlacement, site: LaunchSite) {
    self.placement = placement
    self.site = site
  }

  /// The local command for a worker of a host.
  package func arguments(_ host: SSHHost, _ identity: LaunchIdentity) -> [String] {
    let destination = host.user.map { "\($0)@\(host.address)" } ?? host.address
    let port = host.port.map { ["-p", "\($0)"] } ?? []
    let fixed = [
      "ssh", "-T", "-o", "BatchMode=yes", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-o",
      "ConnectTimeout=10",
    ]
    return fixed + port + placement.options + ["--", destination, remote(host, identity)]
  }

  /// What the shell there is given: one line, every word quoted. A shell stays above the worker, so that its end by a
  /// signal (128 and more) can be told from that of the connection (255).
  private func remote(_ host: SSHHost, _ identity: LaunchIdentity) -> String {
    var words = [
      "env", "CLAVA_LAUNCH=\(identity.text)", host.program ?? placement.program, "worker", "--connect", "-", "--key",
      "-",
    ]
    if let workdir = host.workdir { words += ["--workdir", workdir] }
    // The scheduler is told what each slot has; the machine itself may have more, for others.
    if let memory = host.memory { words += ["--memory", "\(memory / max(1, host.slots))"] }
    return ShellText.command(["sh", "-c", ShellText.command(words + site.lifetimeOptions) + "; exit $?"])
  }

  /// The line for standard input: the worker's key file with the endpoint.
  package func greeting(slot: Int) throws -> Data {
    let path = try site.keyFile(slot)
    var fields = try CanonicalJSON.decode([String: JSONValue].self, from: FileSystem.read(path), source: path)
    fields["endpoint"] = .string(site.endpoint)
    var line = try CanonicalJSON.encode(fields)
    line.append(10)
    return line
  }
}
