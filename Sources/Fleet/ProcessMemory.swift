internal import Essentials
internal import Foundation

/// Memory of processes, as the kernel counts it.
enum ProcessMemory {
  /// Begins to measure the peak anew; where the kernel refuses, the peak is that of the whole process.
  static func resetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = write(descriptor, "5", 1)
  }

  /// Largest resident memory of this process since `resetPeak`, in bytes.
  static var peak: Int { kilobytes("VmHWM:", in: text("/proc/self/status")) * 1024 }

  /// Resident memory of a process now, in bytes; 0 if it is gone.
  static func resident(_ identifier: pid_t) -> Int {
    kilobytes("VmRSS:", in: text("/proc/\(identifier)/status")) * 1024
  }

  static func kilobytes(_ key: String, in text: String) -> Int {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return 0 }
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first ?? 0
  }

  fileprivate static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

/// What memory the processes here may use: that of the control group if it is limited, otherwise that of the machine.
package struct MemoryRoom: Sendable, Hashable {
  /// Bytes in all.
  package var total: Int
  /// Bytes that are free, or can be freed without writing anything out.
  package var available: Int
  /// Processes that the kernel has ended in this control group for want of memory.
  package var outOfMemoryKills: Int
  /// Whether a control group sets the limit.
  package var isGroup: Bool

  package init(total: Int, available: Int, outOfMemoryKills: Int, isGroup: Bool) {
    self.total = total
    self.available = available
    self.outOfMemoryKills = outOfMemoryKills
    self.isGroup = isGroup
  }

  /// As it is now.
  static var current: MemoryRoom {
    read(
      meminfo: ProcessMemory.text("/proc/meminfo"), membership: ProcessMemory.text("/proc/self/cgroup"),
      groups: "/sys/fs/cgroup")
  }

  /// Reads the kernel's files.
  ///
  /// - Parameters:
  ///   - meminfo: content of `/proc/meminfo`.
  ///   - membership: content of `/proc/self/cgroup`.
  ///   - groups: where control groups are mounted.
  package static func read(meminfo: String, membership: String, groups: String) -> MemoryRoom {
    let total = ProcessMemory.kilobytes("MemTotal:", in: meminfo) * 1024
    let available = ProcessMemory.kilobytes("MemAvailable:", in: meminfo) * 1024
    var room = MemoryRoom(total: total, available: available, outOfMemoryKills: 0, isGroup: false)
    let lines = membership.split(separator: "\n")
    if let path = lines.first(where: { $0.hasPrefix("0::") })?.dropFirst(3) {
      room.take(
        folder: folder(groups, String(path)), limit: "memory.max", used: "memory.current", cache: "inactive_file",
        events: "memory.events")
    }
    // The older form, one hierarchy for each resource.
    if let line = lines.first(where: { $0.contains(":memory:") }), let path = line.split(separator: ":").last {
      room.take(
        folder: folder("\(groups)/memory", String(path)), limit: "memory.limit_in_bytes",
        used: "memory.usage_in_bytes", cache: "total_inactive_file", events: "memory.oom_control")
    }
    return room
  }

  /// Inside a container the path of the group is that of the host; its files are at the top.
  private static func folder(_ groups: String, _ path: String) -> String {
    let full = path == "/" ? groups : groups + path
    return FileSystem.isFolder(full) ? full : groups
  }

  private mutating func take(folder: String, limit: String, used: String, cache: String, events: String) {
    func number(_ name: String) -> Int? {
      Int(ProcessMemory.text("\(folder)/\(name)").trimmingCharacters(in: .whitespacesAndNewlines))
    }
    func entry(_ key: String, _ name: String) -> Int? {
      ProcessMemory.text("\(folder)/\(name)").split(separator: "\n").first { $0.hasPrefix(key + " ") }
        .flatMap { Int($0.dropFirst(key.count + 1)) }
    }
    outOfMemoryKills += entry("oom_kill", events) ?? 0
    guard let most = number(limit), most > 0, most < total, let now = number(used) else { return }
    total = most
    available = min(available, max(0, most - now + (entry(cache, "memory.stat") ?? 0)))
    isGroup = true
  }
}
