internal import Essentials
package import Foundation

/// The records of one coordinator start, or of a part of it.
public struct JournalSegment<Record: Decodable> {
  /// Number of the coordinator start.
  public var epoch: Int
  /// The records, in their order.
  public var records: [Record]
  /// Bytes at the end that a killed writer left incomplete; they were never acknowledged to anyone.
  public var tornByteCount: Int
}

extension JournalSegment: Sendable where Record: Sendable {}

/// Reads the journal of a run.
public enum JournalReader {
  /// All segments of a journal folder in the order they were begun.
  ///
  /// - Throws: `ClavaError.damaged`, naming file and line, if a line other than the last is not sound.
  public static func read<Record: Decodable>(folder: String, as type: Record.Type) throws -> [JournalSegment<Record>] {
    try files(of: folder).map { name in
      try read(path: "\(folder)/\(name)", epoch: place(of: name)?.epoch ?? 0, as: type)
    }
  }

  /// One segment.
  ///
  /// - Throws: as `read(folder:as:)`.
  public static func read<Record: Decodable>(
    path: String, epoch: Int, as type: Record.Type
  ) throws -> JournalSegment<Record> {
    try read(FileSystem.read(path), path: path, epoch: epoch, as: type)
  }

  /// The segment with this content; `path` names it in messages.
  package static func read<Record: Decodable>(
    _ data: Data, path: String, epoch: Int, as type: Record.Type
  ) throws -> JournalSegment<Record> {
    var segment = JournalSegment<Record>(epoch: epoch, records: [], tornByteCount: 0)
    var start = data.startIndex
    while start < data.endIndex {
      let number = segment.records.count + 1
      let end = data[start...].firstIndex(of: 0x0a)
      guard let end, let json = JournalFraming.json(of: data[start..<end]) else {
        // A kill or power cut tears the end of a file. Sound lines behind a bad one mean damage of another kind.
        guard !holdsSoundLine(data[start...]) else {
          throw ClavaError(
            .damaged, "the checksum of this journal line is wrong", at: .init(file: path, line: number),
            remedy: "the file was changed or the disk is failing; move the file away to go on without its history")
        }
        segment.tornByteCount = data.endIndex - start
        return segment
      }
      let place = "\(path):\(number)"
      let line = try CanonicalJSON.decode(JournalLine<Record>.self, from: json, source: place)
      guard line.number == number else {
        throw ClavaError(
          .damaged, "this journal line has number \(line.number), expected \(number)",
          at: .init(file: path, line: number), remedy: "lines are missing; the file was changed")
      }
      segment.records.append(line.record)
      start = end + 1
    }
    return segment
  }

  /// Epochs that have a file in a journal folder, ascending.
  public static func epochs(of folder: String) -> [Int] {
    var epochs: [Int] = []
    for name in files(of: folder) {
      if let epoch = place(of: name)?.epoch, epochs.last != epoch { epochs.append(epoch) }
    }
    return epochs
  }

  /// Names of the files of a journal folder in the order they were begun.
  static func files(of folder: String) -> [String] {
    FileSystem.list(folder).compactMap { name in place(of: name).map { (name, $0) } }
      .sorted { ($0.1.epoch, $0.1.segment) < ($1.1.epoch, $1.1.segment) }
      .map(\.0)
  }

  /// Epoch and segment of a file, from its name: `<epoch>.log` or `<epoch>.<segment>.log`.
  private static func place(of name: String) -> (epoch: Int, segment: Int)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.last == "log", parts.count == 2 || parts.count == 3, let epoch = Int(parts[0]) else { return nil }
    guard parts.count == 3 else { return (epoch, 0) }
    return Int(parts[1]).map { (epoch, $0) }
  }

  static func path(of epoch: Int, in folder: String) -> String { "\(folder)/\(epoch).log" }

  private static func holdsSoundLine(_ data: Data) -> Bool {
    var start = data.startIndex
    while let end = data[start...].firstIndex(of: 0x0a) {
      if JournalFraming.json(of: data[start..<end]) != nil { return true }
      start = end + 1
    }
    return false
  }
}
