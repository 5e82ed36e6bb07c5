internal import Messaging

/// The sending end of a file that a worker hands in: a pure state machine.
///
/// It offers the file until it is told where to begin, sends as far as the receiver's credit goes, and goes back when
/// told so. When nothing is heard any more it offers again: the answer says how much has arrived.
package struct Upload {
  package enum Event: Sendable, Hashable {
    /// Offer the file.
    case begin
    /// The receiver has all before `offset` and takes what lies before `limit`.
    case granted(offset: Int, limit: Int, rewinds: Bool)
    /// The receiver has verified and kept all of it.
    case stored
    /// The receiver does not know the attempt (any more, or again): ask later.
    case notHeld
    /// What arrived is not what was offered.
    case damaged(String)
    /// The receiver will never take it.
    case refused(TransferFailure)
    /// The connection was made anew.
    case broken
    /// Time has passed.
    case tick
  }

  package enum Effect: Sendable, Hashable {
    case offer
    case send(offset: Int, length: Int)
    case finished
    case failed(TransferFailure)
  }

  /// Time without a word after which the file is offered again.
  package static let patience: Duration = .seconds(30)
  /// Time between offers to a receiver that does not know the attempt.
  package static let pause: Duration = .seconds(2)

  /// Bytes the receiver has.
  package private(set) var acknowledged = 0
  package private(set) var isOver = false

  private let size: Int
  private let chunkBytes: Int
  private var next = 0
  private var limit = 0
  private var isOffering = true
  private var due: Duration = .zero
  private var hasBeenDamaged = false

  package init(size: Int, chunkBytes: Int = TransferLimits.chunkBytes) {
    self.size = size
    self.chunkBytes = chunkBytes
  }

  package mutating func handle(_ event: Event, now: Duration) -> [Effect] {
    guard !isOver else { return [] }
    switch event {
    case .begin, .broken: return offer(now)
    case .tick: return now >= due ? offer(now) : []
    case .notHeld:
      isOffering = true
      due = now + Self.pause
      return []
    case .granted(let offset, let limit, let rewinds): return granted(offset, limit, rewinds, now)
    case .stored: return end(.finished)
    case .damaged(let sentence):
      // A part from an earlier try may have been spoilt by a crash; twice is no accident.
      guard !hasBeenDamaged else { return end(.failed(TransferFailure(.damaged, sentence))) }
      hasBeenDamaged = true
      return offer(now)
    case .refused(let failure): return end(.failed(failure))
    }
  }

  private mutating func offer(_ now: Duration) -> [Effect] {
    isOffering = true
    due = now + Self.patience
    return [.offer]
  }

  private mutating func granted(_ offset: Int, _ limit: Int, _ rewinds: Bool, _ now: Duration) -> [Effect] {
    guard (0...size).contains(offset) else {
      return end(.failed(TransferFailure(.damaged, "the receiver claims to have more of a file than there is")))
    }
    due = now + Self.patience
    if isOffering || rewinds {
      isOffering = false
      next = offset
      acknowledged = offset
      self.limit = limit
    } else {
      // Grants may overtake each other.
      acknowledged = max(acknowledged, offset)
      self.limit = max(self.limit, limit)
      next = max(next, acknowledged)
    }
    var effects: [Effect] = []
    while next < min(size, self.limit) {
      let length = min(chunkBytes, size - next)
      guard next + length <= self.limit else { break }
      effects.append(.send(offset: next, length: length))
      next += length
    }
    return effects
  }

  private mutating func end(_ effect: Effect) -> [Effect] {
    isOver = true
    return [effect]
  }
}

/// The receiving end of a file that a worker hands in: a pure state machine.
///
/// Chunks are taken in order only. One that is missing or damaged is asked for once by going back to it; if that word
/// is lost too, the sender offers the file again.
package struct Reception {
  package enum Effect: Sendable, Hashable {
    /// Append the bytes that came.
    case append
    case grant(offset: Int, limit: Int, rewinds: Bool)
    /// All has arrived: compare the digest.
    case verify
    /// It is damaged again and again.
    case giveUp
  }

  /// So many damaged chunks are no accident.
  package static let maximumDamaged = 32

  /// Bytes that were appended, or were there before.
  package private(set) var offset: Int

  private let size: Int
  private let chunkBytes: Int
  private var damaged = 0
  private var rewoundAt: Int?
  private var isVerifying = false

  /// Whether all has arrived.
  package var isComplete: Bool { isVerifying }

  /// - Parameters:
  ///   - size: of the whole file.
  ///   - offset: bytes that are there from an earlier try.
  package init(size: Int, offset: Int, chunkBytes: Int = TransferLimits.chunkBytes) {
    precondition((0...size).contains(offset), "more is there than the file has")
    self.size = size
    self.offset = offset
    self.chunkBytes = chunkBytes
  }

  /// The file was offered (again). `window`: chunks that may be on their way.
  package mutating func offered(window: Int) -> [Effect] {
    guard !isVerifying else { return [] }
    if offset == size { return verify() }
    rewoundAt = nil
    return [.grant(offset: offset, limit: limit(window), rewinds: true)]
  }

  /// A chunk has come.
  package mutating func arrived(offset place: Int, count: Int, isSound: Bool, window: Int) -> [Effect] {
    guard !isVerifying else { return [] }
    if !isSound {
      damaged += 1
      if damaged > Self.maximumDamaged { return [.giveUp] }
    }
    // Behind: a double, which needs no answer.
    guard place >= offset else { return [] }
    guard isSound, place == offset, count > 0, count <= chunkBytes, place + count <= size else {
      guard rewoundAt != offset else { return [] }
      rewoundAt = offset
      return [.grant(offset: offset, limit: limit(window), rewinds: true)]
    }
    offset += count
    rewoundAt = nil
    if offset == size { return [.append] + verify() }
    return [.append, .grant(offset: offset, limit: limit(window), rewinds: false)]
  }

  private mutating func verify() -> [Effect] {
    isVerifying = true
    return [.verify]
  }

  private func limit(_ window: Int) -> Int {
    min(size, offset + min(max(1, window), TransferLimits.maximumWindow) * chunkBytes)
  }
}
