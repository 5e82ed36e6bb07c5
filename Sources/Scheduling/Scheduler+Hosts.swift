internal import TaskGraph

extension Scheduler {
  mutating func host(_ name: String) -> Int {
    if let known = hostIndexes[name] { return known }
    hosts.append(HostRecord(name: name))
    hostIndexes[name] = hosts.count - 1
    return hosts.count - 1
  }

  /// Counts a lost worker against its machine.
  mutating func noteLoss(_ host: Int, _ cause: String) {
    hosts[host].losses.removeAll { (now - $0).inSeconds > settings.hostLossWindowSeconds }
    hosts[host].losses.append(now)
    guard !hosts[host].isDrained, hosts[host].losses.count >= settings.hostLosses else { return }
    hosts[host].isDrained = true
    guard hasOtherHost(than: host) else { return }
    let sentence = "\(hosts[host].name) lost \(hosts[host].losses.count) workers; the last: \(cause)"
    effects.append(.hostDrained(host: hosts[host].name, cause: sentence))
    for index in workers.indices where workers[index].isHere && workers[index].host == host {
      drain(workers[index].name)
    }
  }

  /// Workers of drained machines get work only while there are no others: a bad machine is better than none.
  ///
  /// Those that come later from a drained machine stay as a reserve. Sent away, their launcher would start them again
  /// and again.
  mutating func reviewHosts() {
    for host in hosts.indices where hosts[host].isDrained || hosts[host].isAvoided {
      if hosts[host].isDrained, let last = hosts[host].losses.last,
        (now - last).inSeconds > settings.hostLossWindowSeconds
      {
        hosts[host].isDrained = false
        hosts[host].losses = []
      }
      let isAvoided = hosts[host].isDrained && hasOtherHost(than: host)
      guard isAvoided != hosts[host].isAvoided else { continue }
      hosts[host].isAvoided = isAvoided
      for index in workers.indices where workers[index].host == host { offer(index) }
    }
  }

  /// Whether a worker is there that is on no drained machine.
  private func hasOtherHost(than host: Int) -> Bool {
    workers.contains { worker in
      worker.isHere && !worker.isLeaving && worker.host != host && !(worker.host.map { hosts[$0].isDrained } ?? false)
    }
  }
}
