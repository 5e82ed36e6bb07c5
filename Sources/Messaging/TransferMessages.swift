public import Foundation

extension MessageKind {
  // Worker to coordinator, on the socket for files.
  public static let findCheckpoint = MessageKind(rawValue: 80)
  public static let readChunk = MessageKind(rawValue: 81)
  public static let offer = MessageKind(rawValue: 82)
  public static let sentChunk = MessageKind(rawValue: 83)
  // Coordinator to worker.
  public static let foundCheckpoint = MessageKind(rawValue: 96)
  public static let chunk = MessageKind(rawValue: 97)
  public static let granted = MessageKind(rawValue: 98)
  public static let stored = MessageKind(rawValue: 99)
  public static let refused = MessageKind(rawValue: 100)
}

/// Numbers both ends of a transfer agree on.
public enum TransferLimits {
  /// Bytes of a chunk; the last one of a file is shorter.
  public static let chunkBytes = 1 << 20
  /// Most chunks on their way to a receiver at a time.
  public static let maximumWindow = 16
  /// Most chunks that all peers of a server together have on their way, apart from the one each may always have.
  public static let serverChunks = 128
}

/// Who wants something, and on behalf of which attempt.
public struct TransferOrigin: Sendable, Hashable, Codable {
  /// Number of the transfer, chosen by the worker; unique on its connection.
  public var transfer: UInt64
  /// Identity of the worker, as in its `Hello`.
  public var worker: String
  /// The attempt that needs or made the file; the worker must hold it.
  public var attempt: AttemptName

  /// Creates an origin.
  public init(transfer: UInt64, worker: String, attempt: AttemptName) {
    self.transfer = transfer
    self.worker = worker
    self.attempt = attempt
  }
}

/// A file that a worker may read. Never a path: what can be named is what the attempt needs.
public enum ReadableItem: Sendable, Hashable, Codable {
  /// An input or a source file of the attempt's task, by its SHA-256.
  case input(digest: String)
  /// A checkpoint of the attempt's task.
  case checkpoint(attempt: Int, step: Int)
}

/// A file that a worker hands in.
public enum WritableItem: Sendable, Hashable, Codable {
  /// An output of the attempt's task, by the name the plan gives it.
  case output(name: String)
  /// A checkpoint the attempt made.
  case checkpoint(step: Int)
  /// The log of the attempt.
  case log
}

/// A request for one chunk: answered by `chunk` or `refused`.
public struct ChunkRequest: Sendable, Hashable, Codable {
  /// Who asks.
  public var origin: TransferOrigin
  /// For what.
  public var item: ReadableItem
  /// First byte.
  public var offset: Int
  /// At most so many bytes.
  public var length: Int

  /// Creates a request.
  public init(origin: TransferOrigin, item: ReadableItem, offset: Int, length: Int) {
    self.origin = origin
    self.item = item
    self.offset = offset
    self.length = length
  }
}

/// One piece of a file; its bytes travel in the third frame.
public struct Chunk: Sendable, Hashable, Codable {
  /// The transfer it belongs to.
  public var transfer: UInt64
  /// Place of its first byte in the file.
  public var offset: Int
  /// CRC-32C of the bytes.
  public var checksum: UInt32
  /// Size of the file; 0 in what a worker sends, which said it before.
  public var total: Int
  /// Chunks the worker may have on their way from now on; 0 in what a worker sends.
  public var window: Int

  /// Describes some bytes.
  public init(transfer: UInt64, offset: Int, bytes: Data, total: Int = 0, window: Int = 0) {
    self.transfer = transfer
    self.offset = offset
    checksum = Checksum.crc32c(bytes)
    self.total = total
    self.window = window
  }

  /// Whether these are the bytes that were sent.
  public func describes(_ bytes: Data) -> Bool { Checksum.crc32c(bytes) == checksum }
}

/// A worker wants to hand in a file: answered by `granted`, `stored` or `refused`.
public struct UploadOffer: Sendable, Hashable, Codable {
  /// Who offers.
  public var origin: TransferOrigin
  /// What.
  public var item: WritableItem
  /// SHA-256 of the file, hexadecimal.
  public var digest: String
  /// Bytes.
  public var size: Int

  /// Creates an offer.
  public init(origin: TransferOrigin, item: WritableItem, digest: String, size: Int) {
    self.origin = origin
    self.item = item
    self.digest = digest
    self.size = size
  }
}

/// How much of an upload has arrived, and how much more may be sent.
public struct UploadGrant: Sendable, Hashable, Codable {
  /// The transfer.
  public var transfer: UInt64
  /// Every byte before this one is written.
  public var offset: Int
  /// Bytes before this one may be sent.
  public var limit: Int
  /// Whether sending must go on at `offset`, because something was lost or damaged.
  public var rewinds: Bool

  /// Creates a grant.
  public init(transfer: UInt64, offset: Int, limit: Int, rewinds: Bool) {
    self.transfer = transfer
    self.offset = offset
    self.limit = limit
    self.rewinds = rewinds
  }
}

/// A checkpoint that can be read.
public struct CheckpointName: Sendable, Hashable, Codable {
  /// The attempt that made it.
  public var attempt: Int
  /// Its step.
  public var step: Int
  /// SHA-256 of the file, hexadecimal.
  public var digest: String

  /// Creates a name.
  public init(attempt: Int, step: Int, digest: String) {
    self.attempt = attempt
    self.step = step
    self.digest = digest
  }
}

/// The newest checkpoint of a task, if there is one.
public struct FoundCheckpoint: Sendable, Hashable, Codable {
  /// The transfer.
  public var transfer: UInt64
  /// The checkpoint; nil: there is none.
  public var checkpoint: CheckpointName?

  /// Creates an answer.
  public init(transfer: UInt64, checkpoint: CheckpointName?) {
    self.transfer = transfer
    self.checkpoint = checkpoint
  }
}

/// Why the coordinator does not do what a worker asks.
public struct TransferRefusal: Sendable, Hashable, Codable {
  /// The worker does not hold the attempt, or not yet again: it asks again later.
  public static let notHeld = "not-held"
  /// The file is not there or cannot be read.
  public static let missing = "missing"
  /// The attempt has no business with this file.
  public static let forbidden = "forbidden"
  /// The coordinator's disk refuses.
  public static let storage = "storage"
  /// What arrived is not what was offered.
  public static let damaged = "damaged"

  /// The transfer.
  public var transfer: UInt64
  /// One of the names above, or a newer one.
  public var code: String
  /// The reason, for people.
  public var sentence: String

  /// Creates a refusal.
  public init(transfer: UInt64, code: String, sentence: String) {
    self.transfer = transfer
    self.code = code
    self.sentence = sentence
  }
}

/// Every message of the socket for files.
public enum TransferMessage: Sendable, Hashable {
  // Worker to coordinator.
  case findCheckpoint(TransferOrigin)
  case readChunk(ChunkRequest)
  case offer(UploadOffer)
  case sentChunk(Chunk, bytes: Data)
  // Coordinator to worker.
  case foundCheckpoint(FoundCheckpoint)
  case chunk(Chunk, bytes: Data)
  case granted(UploadGrant)
  case stored(transfer: UInt64)
  case refused(TransferRefusal)
  /// A kind this release does not know: ignored.
  case unknown(MessageKind)
}
