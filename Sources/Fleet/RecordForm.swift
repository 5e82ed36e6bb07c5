internal import Essentials
package import Foundation
package import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

/// The forms in which a run is written down or handed from process to process, to be read from bytes.
///
/// Every one comes from outside this process: a disk, another process or another release. Reading gives a value or
/// throws, whatever the bytes are.
package enum RecordForm: String, CaseIterable, Sendable {
  case plan, workOrder, command, report, cacheEntry, join, status

  /// Reads bytes.
  ///
  /// - Returns: what was understood, written canonically.
  /// - Throws: `ClavaError.damaged`.
  package func canonical(_ bytes: Data) throws -> Data {
    switch self {
    case .plan: try Self.canonical(Plan.self, bytes)
    case .workOrder: try Self.canonical(WorkOrder.self, bytes)
    case .command: try Self.canonical(ComputeCommand.self, bytes)
    case .report: try Self.canonical(ComputeReport.self, bytes)
    case .cacheEntry: try Self.canonical(CacheEntry.self, bytes)
    case .join: try Self.canonical(JoinFile.self, bytes)
    case .status: try Self.canonical(StatusSnapshot.self, bytes)
    }
  }

  /// Takes every record of a journal file, as a coordinator that starts does.
  ///
  /// - Returns: how many records it holds.
  /// - Throws: `ClavaError.damaged`.
  package static func takeJournal(_ bytes: Data) throws -> Int {
    let segment = try JournalReader.read(bytes, path: "journal", epoch: 1, as: JournalRecord.self)
    var history = RunHistory()
    for record in segment.records { history.take(record) }
    return segment.records.count
  }

  /// A message as the coordinator uses it.
  package static func bounded(_ message: Message) -> Message { PeerText.bounded(message) }

  private static func canonical<Value: Codable>(_ type: Value.Type, _ bytes: Data) throws -> Data {
    try CanonicalJSON.encode(CanonicalJSON.decode(type, from: bytes, source: "a record"))
  }
}
