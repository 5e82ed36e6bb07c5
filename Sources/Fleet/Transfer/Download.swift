package import Foundation
internal import Messaging

/// Why a file could not be moved.
package struct TransferFailure: Error, Sendable, Hashable {
  /// Whose fault it is; decides what becomes of the attempt.
  package enum Kind: Sendable, Hashable {
    /// The coordinator does not have it, or does not want it.
    case refused
    /// What arrived is not what was asked for, again and again.
    case damaged
    /// The disk of the worker's machine.
    case workerStorage
    /// The disk of the coordinator's machine.
    case coordinatorStorage
    /// The local file that was to be sent is gone.
    case gone
  }

  package var kind: Kind
  /// One sentence without a final full stop.
  package var sentence: String

  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}

/// The receiving end of a file that a worker fetches: a pure state machine.
///
/// It asks for chunks, at most `window` at a time, and hands them on in order, so that the length of the file on disk
/// says where to go on after any break. Each request and each answer may be lost, doubled, late or damaged.
package struct Download {
  package enum Event: Sendable {
    /// Ask for the first chunks.
    case begin
    /// A chunk has come. `total` and `window` are what the sender said with it.
    case arrived(offset: Int, bytes: Data, isSound: Bool, total: Int, window: Int)
    /// The connection was made anew: what was asked for may never come.
    case broken
    /// Time has passed.
    case tick
  }

  package enum Effect: Sendable, Hashable {
    case request(offset: Int, length: Int)
    /// Append to the file.
    case append(Data)
    /// All of it has been appended.
    case finished
    case failed(TransferFailure)
  }

  /// So many damaged chunks are no accident.
  package static let maximumDamaged = 32
  /// Seconds after which a chunk is asked for again.
  package static let patience: Duration = .seconds(30)

  /// Bytes that were appended, or were there before.
  package private(set) var offset: Int
  /// Size of the file; nil before the first chunk.
  package private(set) var total: Int?
  /// Chunks that were asked for and have not come.
  package var outstandingCount: Int { outstanding.count }
  package private(set) var isOver = false

  private let chunkBytes: Int
  private let largestWindow: Int
  private var window = 1
  private var next: Int
  private var outstanding: [Int: Duration] = [:]
  private var early: [Int: Data] = [:]
  private var damaged = 0

  /// - Parameters:
  ///   - offset: bytes of the file that are there from an earlier try.
  ///   - window: most chunks on their way or waiting for an earlier one.
  package init(
    offset: Int = 0, window: Int = TransferLimits.maximumWindow, chunkBytes: Int = TransferLimits.chunkBytes
  ) {
    self.offset = offset
    next = offset
    largestWindow = max(1, window)
    self.chunkBytes = chunkBytes
  }

  package mutating func handle(_ event: Event, now: Duration) -> [Effect] {
    guard !isOver else { return [] }
    switch event {
    case .begin: return fill(now)
    case .arrived(let offset, let bytes, let isSound, let total, let window):
      return arrived(offset, bytes, isSound, total, window, now)
    case .broken: return outstanding.keys.sorted().map { request($0, now) }
    case .tick:
      return outstanding.filter { now - $0.value >= Self.patience }.keys.sorted().map { request($0, now) }
    }
  }

  private mutating func arrived(
    _ place: Int, _ bytes: Data, _ isSound: Bool, _ size: Int, _ window: Int, _ now: Duration
  ) -> [Effect] {
    guard isSound else {
      damaged += 1
      if damaged > Self.maximumDamaged {
        return end(.failed(TransferFailure(.damaged, "chunks of a file arrived damaged \(damaged) times")))
      }
      return outstanding[place] == nil ? [] : [request(place, now)]
    }
    // Not asked for, or here already.
    guard outstanding.removeValue(forKey: place) != nil else { return [] }
    guard size >= offset, total == nil || total == size, bytes.count == min(chunkBytes, max(0, size - place)) else {
      return end(.failed(TransferFailure(.damaged, "the file changed its size while it was read")))
    }
    total = size
    self.window = min(largestWindow, max(1, window))
    early[place] = bytes
    var effects: [Effect] = []
    while let bytes = early.removeValue(forKey: offset) {
      if !bytes.isEmpty { effects.append(.append(bytes)) }
      offset += bytes.count
      if bytes.isEmpty { break }
    }
    if offset == size { return effects + end(.finished) }
    return effects + fill(now)
  }

  /// Asks for as much as the credit allows; before the size is known for one chunk only.
  private mutating func fill(_ now: Duration) -> [Effect] {
    var effects: [Effect] = []
    while outstanding.count + early.count < window, total.map({ next < $0 }) ?? outstanding.isEmpty {
      effects.append(request(next, now))
      next += chunkBytes
    }
    return effects
  }

  private mutating func request(_ place: Int, _ now: Duration) -> Effect {
    outstanding[place] = now
    return .request(offset: place, length: chunkBytes)
  }

  private mutating func end(_ effect: Effect) -> [Effect] {
    isOver = true
    outstanding = [:]
    early = [:]
    return [effect]
  }
}
