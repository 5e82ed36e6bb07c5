internal import CSystemShims
public import Foundation

/// What a message is about. Unknown numbers are kept: a newer peer may send them.
public struct MessageKind: RawRepresentable, Sendable, Hashable, Codable {
  /// Its number on the wire.
  public let rawValue: UInt16

  /// Creates a kind from its number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  // Worker to coordinator.
  public static let hello = MessageKind(rawValue: 1)
  public static let heartbeat = MessageKind(rawValue: 2)
  public static let started = MessageKind(rawValue: 3)
  public static let commit = MessageKind(rawValue: 4)
  public static let failed = MessageKind(rawValue: 5)
  public static let release = MessageKind(rawValue: 6)
  public static let leaving = MessageKind(rawValue: 7)
  // Coordinator to worker.
  public static let welcome = MessageKind(rawValue: 32)
  public static let reject = MessageKind(rawValue: 33)
  public static let rehello = MessageKind(rawValue: 34)
  public static let alive = MessageKind(rawValue: 35)
  public static let grant = MessageKind(rawValue: 36)
  public static let revoke = MessageKind(rawValue: 37)
  public static let committed = MessageKind(rawValue: 38)
  public static let drain = MessageKind(rawValue: 39)
  public static let dismiss = MessageKind(rawValue: 40)
  // Either way.
  public static let unsupported = MessageKind(rawValue: 64)
}

/// Why bytes from a peer are not a message. Never fatal: the message is dropped and logged.
public enum FrameFault: Error, Sendable, Hashable {
  /// The first frame is not 40 bytes long.
  case headerLength(Int)
  /// It does not begin with `CLV1`.
  case magic
  /// Its own check sum does not match.
  case headerChecksum
  /// The peer speaks another major version.
  case version(UInt8)
  /// The body is not as long as the header says.
  case bodyLength(said: Int, found: Int)
  /// The body is longer than allowed.
  case tooLarge(Int)
  /// The body's check sum does not match.
  case bodyChecksum
  /// There are too few or too many frames.
  case frameCount(Int)
  /// The body is not the JSON of its kind.
  case body(String)

  /// One sentence for the log.
  public var sentence: String {
    switch self {
    case .headerLength(let length): return "its header has \(length) bytes, expected \(FrameHeader.length)"
    case .magic: return "it does not begin with CLV1: not a message of this program"
    case .headerChecksum: return "the check sum of its header is wrong"
    case .version(let version): return "it speaks protocol version \(version), expected \(FrameHeader.majorVersion)"
    case .bodyLength(let said, let found): return "its body has \(found) bytes, the header says \(said)"
    case .tooLarge(let length): return "it has \(length) bytes, at most \(MessageCodec.maximumBodyLength) are allowed"
    case .bodyChecksum: return "the check sum of its body is wrong"
    case .frameCount(let count): return "it has \(count) frames, expected 2 or 3"
    case .body(let reason): return "its body cannot be read: \(reason)"
    }
  }
}

/// Frame 0 of every message: 40 bytes, little-endian.
///
/// Layout: magic `CLV1`, major, minor, kind (2), flags (4), epoch (8), sequence (8), body length (4), crc32c of the
/// body (4), crc32c of bytes 0–35 (4).
public struct FrameHeader: Sendable, Hashable {
  /// Bytes of a header.
  public static let length = 40
  /// A different major version is refused.
  public static let majorVersion: UInt8 = 1
  /// Minor versions only add.
  public static let minorVersion: UInt8 = 0
  static let magic: [UInt8] = Array("CLV1".utf8)

  /// What the message is about.
  public var kind: MessageKind
  /// None are defined yet; unknown ones are ignored.
  public var flags: UInt32 = 0
  /// Number of the coordinator that sent it, or that the worker obeys.
  public var epoch: UInt64
  /// Counts the messages of one sender.
  public var sequence: UInt64
  /// Bytes of the body.
  public var bodyLength: UInt32
  /// CRC-32C of the body.
  public var bodyChecksum: UInt32

  /// Creates the header of a body.
  public init(kind: MessageKind, epoch: UInt64, sequence: UInt64, body: Data) {
    self.kind = kind
    self.epoch = epoch
    self.sequence = sequence
    bodyLength = UInt32(body.count)
    bodyChecksum = Checksum.crc32c(body)
  }

  /// The 40 bytes.
  public var encoded: Data {
    var bytes = Data(capacity: Self.length)
    bytes.append(contentsOf: Self.magic)
    bytes.append(Self.majorVersion)
    bytes.append(Self.minorVersion)
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(kind.rawValue)
    append(flags)
    append(epoch)
    append(sequence)
    append(bodyLength)
    append(bodyChecksum)
    append(Checksum.crc32c(bytes))
    return bytes
  }

  /// Reads a header.
  public init(decoding bytes: Data) throws(FrameFault) {
    guard bytes.count == Self.length else { throw .headerLength(bytes.count) }
    let bytes = [UInt8](bytes)
    guard Array(bytes[0..<4]) == Self.magic else { throw .magic }
    func number<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type) -> Value {
      var value: Value = 0
      for place in (0..<MemoryLayout<Value>.size).reversed() { value = value << 8 | Value(bytes[offset + place]) }
      return value
    }
    guard number(36, as: UInt32.self) == Checksum.crc32c(Data(bytes[0..<36])) else { throw .headerChecksum }
    guard bytes[4] == Self.majorVersion else { throw .version(bytes[4]) }
    kind = MessageKind(rawValue: number(6, as: UInt16.self))
    flags = number(8, as: UInt32.self)
    epoch = number(12, as: UInt64.self)
    sequence = number(20, as: UInt64.self)
    bodyLength = number(28, as: UInt32.self)
    bodyChecksum = number(32, as: UInt32.self)
  }
}

/// Check sums on the wire.
enum Checksum {
  static func crc32c(_ data: Data) -> UInt32 {
    data.withUnsafeBytes { clava_crc32c(0, $0.baseAddress, $0.count) }
  }
}
