import Essentials
import Fleet
import Foundation

/// Where a worker's key comes from: a file, a folder with one for each slot, standard input, or the run directory.
struct WorkerKeySource {
  let directory: String?
  /// Number of the slot, if it is known.
  let slot: Int?

  /// Slot that an engine gave this process: `CLAVA_LAUNCH=UUID/SLOT`, or its own number of an indexed job.
  static var launchedSlot: Int? {
    let environment = ProcessInfo.processInfo.environment
    if let launch = environment["CLAVA_LAUNCH"]?.split(separator: "/").last { return Int(launch) }
    return environment["JOB_COMPLETION_INDEX"].flatMap { Int($0) }
  }

  /// One line of standard input, at most 64 KiB.
  static func readInput() throws -> Data {
    var line = Data()
    var byte: UInt8 = 0
    while line.count < 65_536 {
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1, byte != 10 else { break }
      line.append(byte)
    }
    return line
  }

  /// The key.
  ///
  /// - Parameters:
  ///   - path: file, folder, `-`, or nil for the key that the run directory holds for the slot.
  ///   - input: what came on standard input.
  /// - Throws: `ClavaError.input` if there is none.
  func key(_ path: String?, input: Data?) throws -> WorkerKey {
    if let input { return try WorkerKey(json: input, source: "standard input") }
    let place = try path.map { FileSystem.isFolder($0) ? try file(in: $0) : $0 } ?? own()
    return try WorkerKey(json: FileSystem.read(place, code: .input), source: place)
  }

  /// In a folder of keys: that of the slot, or the only one.
  private func file(in folder: String) throws -> String {
    let number = slot.map { "\($0)" } ?? ""
    let names = slot == nil ? [] : ["slot-\(number).json", "worker-\(number).json", "\(number).json", number]
    if let name = names.first(where: { FileSystem.exists("\(folder)/\($0)") }) { return "\(folder)/\(name)" }
    let all = FileSystem.list(folder).filter { $0.hasSuffix(".json") }
    if slot == nil, all.count == 1 { return "\(folder)/\(all[0])" }
    throw ClavaError(
      .input, slot == nil ? "the folder holds \(all.count) keys" : "there is no key slot-\(number).json",
      at: .init(file: folder), remedy: "name a key file, or give the slot with --slot")
  }

  private func own() throws -> String {
    let keys = KeyFolder(runPath: directory ?? "")
    let names = (slot.map { ["slot-\($0)"] } ?? []) + ["pool"]
    // The coordinator makes them when it starts; whoever may write there may make them as well.
    if let name = names.first(where: { FileSystem.exists(keys.file(of: $0)) }) { return keys.file(of: name) }
    throw ClavaError(
      .input, "the run has no key for this worker", at: .init(file: keys.path),
      remedy: "start the coordinator first, or make one with 'clava keygen --run RUN --name pool'")
  }
}
