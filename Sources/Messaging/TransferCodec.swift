public import Foundation

/// Turns messages of the socket for files into frames and back. Pure; anything may come in, faults are values.
///
/// The bytes of a chunk are not checked here: a damaged one is an event of its transfer, which asks for it again.
public struct TransferCodec {
  private struct Notice: Codable { var transfer: UInt64 }

  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()
  private var sequence: UInt64 = 0

  /// Creates a codec.
  public init() { encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes] }

  /// The frames of a message: header, body, and the bytes of a chunk.
  ///
  /// - Throws: `FrameFault` if it is longer than any receiver accepts.
  public mutating func encode(_ message: TransferMessage) throws(FrameFault) -> [Data] {
    sequence += 1
    var payload: [Data] = []
    let kind: MessageKind, body: Data
    do {
      switch message {
      case .findCheckpoint(let value): (kind, body) = (.findCheckpoint, try encoder.encode(value))
      case .readChunk(let value): (kind, body) = (.readChunk, try encoder.encode(value))
      case .offer(let value): (kind, body) = (.offer, try encoder.encode(value))
      case .sentChunk(let value, let bytes):
        (kind, body) = (.sentChunk, try encoder.encode(value))
        payload = [bytes]
      case .foundCheckpoint(let value): (kind, body) = (.foundCheckpoint, try encoder.encode(value))
      case .chunk(let value, let bytes):
        (kind, body) = (.chunk, try encoder.encode(value))
        payload = [bytes]
      case .granted(let value): (kind, body) = (.granted, try encoder.encode(value))
      case .stored(let transfer): (kind, body) = (.stored, try encoder.encode(Notice(transfer: transfer)))
      case .refused(let value): (kind, body) = (.refused, try encoder.encode(value))
      case .unknown(let value): (kind, body) = (value, Data("{}".utf8))
      }
    } catch {
      throw .body("\(error)")
    }
    for frame in [body] + payload where frame.count > TransferLimits.chunkBytes { throw .tooLarge(frame.count) }
    return [FrameHeader(kind: kind, epoch: 0, sequence: sequence, body: body).encoded, body] + payload
  }

  /// The message in some frames.
  public func decode(_ frames: [Data]) throws(FrameFault) -> TransferMessage {
    guard let first = frames.first else { throw .frameCount(0) }
    let header = try FrameHeader(decoding: first)
    guard (2...3).contains(frames.count) else { throw .frameCount(frames.count) }
    for frame in frames where frame.count > TransferLimits.chunkBytes { throw .tooLarge(frame.count) }
    let body = frames[1]
    guard body.count == Int(header.bodyLength) else {
      throw .bodyLength(said: Int(header.bodyLength), found: body.count)
    }
    guard Checksum.crc32c(body) == header.bodyChecksum else { throw .bodyChecksum }
    switch header.kind {
    case .findCheckpoint: return .findCheckpoint(try value(body))
    case .readChunk: return .readChunk(try value(body))
    case .offer: return .offer(try value(body))
    case .sentChunk: return .sentChunk(try value(body), bytes: try payload(frames))
    case .foundCheckpoint: return .foundCheckpoint(try value(body))
    case .chunk: return .chunk(try value(body), bytes: try payload(frames))
    case .granted: return .granted(try value(body))
    case .stored:
      let notice: Notice = try value(body)
      return .stored(transfer: notice.transfer)
    case .refused: return .refused(try value(body))
    default: return .unknown(header.kind)
    }
  }

  private func payload(_ frames: [Data]) throws(FrameFault) -> Data {
    guard frames.count == 3 else { throw .frameCount(frames.count) }
    return frames[2]
  }

  private func value<Value: Decodable>(_ body: Data) throws(FrameFault) -> Value {
    do {
      return try decoder.decode(Value.self, from: body)
    } catch {
      throw .body("\(error)")
    }
  }
}
