internal import Essentials
internal import Foundation

/// A launch as it was asked for: written before the engine hears of it, removed when nothing of it is left. A
/// coordinator that is started again finds in it what may still run.
package struct LaunchRecord: Codable, Sendable, Hashable {
  /// Identity of the launch.
  package var launch: String
  /// Slots it fills.
  package var slots: [Int]
  /// What the engine calls it, for people and for ending it; nil if that was never heard.
  package var job: String?
  /// Process number of what holds it on this machine, if something does.
  package var process: Int?
  /// Machine it was placed on, if the launcher chose it.
  package var host: String?
  /// Seconds since 1970.
  package var time: Double

  package init(launch: String, slots: [Int], job: String? = nil, process: Int? = nil, host: String? = nil) {
    self.launch = launch
    self.slots = slots
    self.job = job
    self.process = process
    self.host = host
    time = Date().timeIntervalSince1970
  }
}

/// Records of launches in `RUN/launch`.
struct LaunchRecords: Sendable {
  let folder: String

  init(folder: String) throws {
    self.folder = folder
    try FileSystem.createFolder(folder)
  }

  /// All of them, oldest first. A damaged one is put aside: what it spoke of ends as an orphan.
  func all() -> [LaunchRecord] {
    FileSystem.list(folder).filter { $0.hasSuffix(".launch.json") }.compactMap { name -> LaunchRecord? in
      let path = "\(folder)/\(name)"
      guard let data = try? FileSystem.read(path),
        let record = try? CanonicalJSON.decode(LaunchRecord.self, from: data, source: path)
      else {
        rename(path, "\(path).bad")
        return nil
      }
      return record
    }
    .sorted { ($0.time, $0.launch) < ($1.time, $1.launch) }
  }

  func write(_ record: LaunchRecord) throws {
    try FileSystem.writeAtomically(CanonicalJSON.encode(record), to: path(record.launch))
  }

  func remove(_ launch: String) { unlink(path(launch)) }

  private func path(_ launch: String) -> String { "\(folder)/\(launch).launch.json" }
}
