import Essentials
import Foundation
import Storage
import Sweeps

/// The history of a sweep on disk, and the state that follows from it.
final class SweepJournal {
  /// A record with the time it was written, for reports.
  private struct Stamped: Codable {
    var time: Double
    var record: SweepRecord
  }

  /// What follows from all records.
  private(set) var state = SweepState()
  /// All records in order; a record's place is its sequence number.
  private(set) var records: [SweepRecord] = []
  /// Seconds that processes have been at work on the sweep before this one.
  private let spentBefore: Double
  private let began = Date()
  private let folder: String
  private var journal: Journal?

  /// Reads the history.
  ///
  /// - Throws: `ClavaError.damaged`, naming file and line, if it is not sound.
  init(folder: String) throws {
    self.folder = folder
    var spent = 0.0
    for segment in try JournalReader.read(folder: folder, as: Stamped.self) {
      for entry in segment.records {
        try state.apply(entry.record, sequence: records.count, time: entry.time)
        records.append(entry.record)
      }
      if let first = segment.records.first, let last = segment.records.last { spent += last.time - first.time }
    }
    spentBefore = spent
  }

  /// Whether the sweep has been opened.
  var isOpen: Bool { state.sequence >= 0 }
  /// Seconds of work on the sweep so far.
  var elapsed: Double { spentBefore + Date().timeIntervalSince(began) }

  /// Adds a record, which counts once `sync` has returned.
  ///
  /// - Throws: `ClavaError.damaged` if it does not fit what came before, `.storage` if it cannot be written.
  func append(_ record: SweepRecord) throws {
    let time = Date().timeIntervalSince1970
    try state.apply(record, sequence: records.count, time: time)
    records.append(record)
    if journal == nil { journal = try Journal(folder: folder) }
    try journal?.append(Stamped(time: time, record: record))
  }

  /// Forces what was added to disk.
  func sync() throws { try journal?.sync() }
}
