internal import Essentials
internal import Foundation

/// Workers on machines that are reached over ssh, one connection for each slot.
///
/// The connection carries the log and tells of the end; the worker itself speaks to the coordinator. When the
/// coordinator dies the connections stay, and a new coordinator finds them by their records.
final class SSHLauncher: Launcher {
  private struct Slot {
    var host: Int
    var process: SystemProcess?
    /// A connection that an earlier coordinator made: it can be watched, not waited for.
    var adopted: Int?
    var input: Int32 = -1
    var identity: LaunchIdentity?
    var began: Duration = .zero
    var isConfirmed = false
    var failures = 0
    var due: Duration = .zero
    var isGivenUp = false
    /// The connection broke while the worker did its work: it may still be there.
    var isOutOfSight = false

    var isFilled: Bool { process != nil || adopted != nil || isOutOfSight }
  }

  /// A machine that does not answer is left alone for a while, all its slots together.
  private struct Host {
    var failures = 0
    var due: Duration = .zero
    /// Whether a worker of it ever said hello; a machine that once worked is not given up.
    var isProven = false
  }

  private static let maximumFailures = 5
  private static let longestPause = 60.0
  /// A connection that has neither said hello nor ended by then no longer counts as being made.
  private static let connecting = Duration.seconds(15)

  private let command: SSHCommand
  private let store: LaunchRecords
  private var slots: [Slot] = []
  private var hosts: [Host]
  private var wanted = 0
  private var isClosing = false

  init(_ placement: SSHPlacement, site: LaunchSite) throws {
    command = SSHCommand(placement: placement, site: site)
    store = try LaunchRecords(folder: site.launchFolder)
    hosts = Array(repeating: Host(), count: placement.hosts.count)
    // The first slots go to different machines.
    let most = placement.hosts.map(\.slots).max() ?? 0
    for round in 0..<most {
      for index in placement.hosts.indices where placement.hosts[index].slots > round {
        slots.append(Slot(host: index))
      }
    }
    adopt()
  }

  deinit { endAll() }

  func keep(_ count: Int) throws {
    wanted = max(wanted, min(count, slots.count))
    startDue(MonotonicClock.now)
  }

  func confirm(launch: String?, process: Int) {
    guard let identity = launch.flatMap({ LaunchIdentity($0) }) else { return }
    for index in slots.indices where slots[index].identity == identity {
      slots[index].isConfirmed = true
      slots[index].failures = 0
      hosts[slots[index].host] = Host(isProven: true)
    }
  }

  func noteLoss(launch: String?) {
    guard let identity = launch.flatMap({ LaunchIdentity($0) }) else { return }
    for index in slots.indices where slots[index].isOutOfSight && slots[index].identity == identity { clear(index) }
  }

  func poll(now: Duration) -> [LaunchEnding] {
    var endings: [LaunchEnding] = []
    for index in slots.indices {
      if let adopted = slots[index].adopted, !Self.holds(adopted, slots[index].identity) {
        endings.append(ended(index, "is gone from \(address(index))", exitCode: nil, now))
      } else if let process = slots[index].process, let ending = process.ending(wait: false) {
        if ending.exitCode ?? 255 == 255, slots[index].isConfirmed {
          // The worker does not depend on the connection; its silence, if it falls silent, will tell.
          slots[index].process = nil
          slots[index].isOutOfSight = true
          command.site.report(
            "the ssh connection to \(address(index)) broke; its worker goes on as long as it is heard")
          continue
        }
        endings.append(ended(index, sentence(ending, index), exitCode: ending.exitCode, now))
      }
    }
    startDue(now)
    return endings
  }

  func startNoMore() { isClosing = true }

  var runningCount: Int {
    isClosing
      ? slots.count { $0.process != nil || $0.adopted != nil } : slots.prefix(wanted).count { !$0.isGivenUp }
  }

  func endAll() {
    isClosing = true
    for index in slots.indices where slots[index].isFilled {
      if let process = slots[index].process {
        process.signalGroup(SIGKILL)
        _ = process.ending(wait: true)
      } else if let adopted = slots[index].adopted, Self.holds(adopted, slots[index].identity) {
        kill(pid_t(adopted), SIGKILL)
      }
      clear(index)
    }
  }

  // MARK: Slots

  private func ended(_ index: Int, _ sentence: String, exitCode: Int32?, _ now: Duration) -> LaunchEnding {
    let identity = slots[index].identity
    let host = slots[index].host
    let isUnreachable = exitCode == 255 && !slots[index].isConfirmed
    if !slots[index].isConfirmed && exitCode != 0 && exitCode != 99 { slots[index].failures += 1 }
    slots[index].isGivenUp =
      exitCode == 42 || (slots[index].failures >= Self.maximumFailures && !hosts[host].isProven)
    let pause = min(Double(1 << min(slots[index].failures, 10)), Self.longestPause)
    slots[index].due = slots[index].failures == 0 ? now : now + .seconds(pause)
    let log = logPath(index)
    if isUnreachable, hosts[host].due <= now {
      hosts[host].failures += 1
      let pause = min(Double(1 << min(hosts[host].failures, 10)), Self.longestPause)
      hosts[host].due = now + .seconds(pause)
      let said = lastLines(log, 1).last.map { ": \($0)" } ?? ""
      command.site.report("\(address(index)) is not reached over ssh\(said); tried again in \(Int(pause)) s")
    }
    clear(index)
    return LaunchEnding(
      slot: index, process: 0, launch: identity?.text, sentence: sentence, isGivenUp: slots[index].isGivenUp,
      lastLines: lastLines(log, 5))
  }

  private func sentence(_ ending: SystemProcess.Ending, _ index: Int) -> String {
    let place = "on \(address(index))"
    switch ending.exitCode {
    case 255?: return "was not reached \(place)"
    case let code? where code > 128 && code < 160:
      return "was ended by signal \(code - 128) (\(SystemProcess.name(ofSignal: code - 128))) \(place)"
    default: return "\(ending.sentence) \(place)"
    }
  }

  /// ssh ends its own lines with carriage return and line feed.
  private func lastLines(_ log: String, _ count: Int) -> [String] {
    Array(
      LogTail.lines(of: log, count: count).flatMap { $0.split(whereSeparator: \.isNewline) }.suffix(count).map(
        String.init))
  }

  private func clear(_ index: Int) {
    if slots[index].input >= 0 { close(slots[index].input) }
    if let identity = slots[index].identity { store.remove(identity.launch) }
    slots[index].process = nil
    slots[index].adopted = nil
    slots[index].isOutOfSight = false
    slots[index].input = -1
    slots[index].identity = nil
    slots[index].isConfirmed = false
  }

  private func startDue(_ now: Duration) {
    guard !isClosing else { return }
    var connecting = slots.count {
      $0.process != nil && !$0.isConfirmed && now - $0.began < Self.connecting
    }
    for index in slots.indices.prefix(wanted) {
      guard connecting < command.placement.connections else { return }
      guard !slots[index].isFilled, !slots[index].isGivenUp, slots[index].due <= now,
        hosts[slots[index].host].due <= now
      else { continue }
      do {
        try start(index, now)
        connecting += 1
      } catch {
        slots[index].failures += 1
        slots[index].due = now + .seconds(min(Double(1 << min(slots[index].failures, 10)), Self.longestPause))
        command.site.report("a worker on \(address(index)) cannot be started: \(ClavaError.wrapping(error))")
      }
    }
  }

  private func start(_ index: Int, _ now: Duration) throws {
    let greeting = try command.greeting(slot: index)
    let identity = LaunchIdentity(launch: UUID().uuidString, slot: index)
    let path = logPath(index)
    let output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw FileSystem.writeError(path) }
    defer { close(output) }
    let (here, there) = try SystemProcess.socketPair()
    defer { close(there) }
    do {
      let process = try SystemProcess.start(
        command.arguments(command.placement.hosts[slots[index].host], identity),
        descriptors: [(STDIN_FILENO, there), (STDOUT_FILENO, output), (STDERR_FILENO, output)], ownGroup: true)
      slots[index].process = process
      slots[index].input = here
      slots[index].identity = identity
      slots[index].began = now
      // A line is far smaller than the buffer of a socket, so this does not wait.
      _ = greeting.withUnsafeBytes { send(here, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      try store.write(
        LaunchRecord(
          launch: identity.launch, slots: [index], process: Int(process.identifier), host: address(index)))
    } catch {
      if slots[index].process == nil { close(here) }
      throw error
    }
  }

  // MARK: Connections of earlier coordinators

  private func adopt() {
    for record in store.all() {
      guard let process = record.process, let index = record.slots.first, slots.indices.contains(index),
        record.host == address(index), !slots[index].isFilled
      else {
        store.remove(record.launch)
        continue
      }
      let identity = LaunchIdentity(launch: record.launch, slot: index)
      guard Self.holds(process, identity) else {
        store.remove(record.launch)
        continue
      }
      slots[index].adopted = process
      slots[index].identity = identity
      slots[index].isConfirmed = true
    }
  }

  /// Whether a process is still the connection of a launch; numbers of processes are used again.
  private static func holds(_ process: Int, _ identity: LaunchIdentity?) -> Bool {
    guard let identity, let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
      return false
    }
    return String(decoding: data, as: UTF8.self).contains(identity.launch)
  }

  private func address(_ index: Int) -> String { command.placement.hosts[slots[index].host].address }

  private func logPath(_ index: Int) -> String { "\(command.site.run)/logs/worker-\(index + 1).log" }
}
