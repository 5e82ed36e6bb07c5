public import Foundation

/// Every message of the protocol.
public enum Message: Sendable, Hashable {
  // Worker to coordinator.
  case hello(Hello)
  case heartbeat(Heartbeat)
  case started(AttemptNotice)
  case commit(Commit)
  case failed(Failure)
  case release(AttemptNotice)
  case leaving
  // Coordinator to worker.
  case welcome(Welcome)
  case reject(Reject)
  case rehello
  case alive
  case grant(Grant, work: Data)
  case revoke(Revoke)
  case committed(AttemptNotice)
  case drain
  case dismiss
  // Either way.
  case unsupported(Unsupported)
  /// A kind this release does not know; answered with `unsupported`, never fatal.
  case unknown(MessageKind)

  /// Its kind.
  public var kind: MessageKind {
    switch self {
    case .hello: return .hello
    case .heartbeat: return .heartbeat
    case .started: return .started
    case .commit: return .commit
    case .failed: return .failed
    case .release: return .release
    case .leaving: return .leaving
    case .welcome: return .welcome
    case .reject: return .reject
    case .rehello: return .rehello
    case .alive: return .alive
    case .grant: return .grant
    case .revoke: return .revoke
    case .committed: return .committed
    case .drain: return .drain
    case .dismiss: return .dismiss
    case .unsupported: return .unsupported
    case .unknown(let kind): return kind
    }
  }
}

/// A message with what its header says about the sender.
public struct Envelope: Sendable, Hashable {
  /// Number of the coordinator that sent it, or that the sender obeys.
  public var epoch: UInt64
  /// Counts the messages of one sender.
  public var sequence: UInt64
  /// The message.
  public var message: Message

  /// Creates an envelope.
  public init(epoch: UInt64, sequence: UInt64, message: Message) {
    self.epoch = epoch
    self.sequence = sequence
    self.message = message
  }
}

/// Turns messages into frames and back. Pure; anything may come in, faults are values.
public struct MessageCodec {
  /// Most bytes in a body.
  public static let maximumBodyLength = 2 << 20

  private struct Payload: Codable {
    var grant: Grant
    var workLength: Int
    var workChecksum: UInt32
  }

  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()
  private let empty = Data("{}".utf8)

  /// Creates a codec.
  public init() {
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  }

  /// The frames of a message: header, body, and the work of a grant.
  ///
  /// - Throws: `FrameFault.tooLarge` if it is longer than any receiver accepts.
  public func encode(_ envelope: Envelope) throws(FrameFault) -> [Data] {
    var payload: [Data] = []
    let body: Data
    do {
      switch envelope.message {
      case .hello(let value): body = try encoder.encode(value)
      case .heartbeat(let value): body = try encoder.encode(value)
      case .started(let value), .release(let value), .committed(let value):
        body = try PlainJSON.encode(value) ?? encoder.encode(value)
      case .commit(let value): body = try PlainJSON.encode(value) ?? encoder.encode(value)
      case .failed(let value): body = try encoder.encode(value)
      case .welcome(let value): body = try encoder.encode(value)
      case .reject(let value): body = try encoder.encode(value)
      case .revoke(let value): body = try encoder.encode(value)
      case .unsupported(let value): body = try encoder.encode(value)
      case .grant(let value, let work):
        payload = [work]
        let payload = Payload(grant: value, workLength: work.count, workChecksum: Checksum.crc32c(work))
        body =
          try PlainJSON.encode(value, workLength: payload.workLength, workChecksum: payload.workChecksum)
          ?? encoder.encode(payload)
      case .leaving, .rehello, .alive, .drain, .dismiss, .unknown: body = empty
      }
    } catch {
      throw .body("\(error)")
    }
    for frame in [body] + payload where frame.count > Self.maximumBodyLength { throw .tooLarge(frame.count) }
    let header = FrameHeader(
      kind: envelope.message.kind, epoch: envelope.epoch, sequence: envelope.sequence, body: body)
    return [header.encoded, body] + payload
  }

  /// The message in some frames.
  public func decode(_ frames: [Data]) throws(FrameFault) -> Envelope {
    guard let first = frames.first else { throw .frameCount(0) }
    let header = try FrameHeader(decoding: first)
    guard (2...3).contains(frames.count) else { throw .frameCount(frames.count) }
    for frame in frames where frame.count > Self.maximumBodyLength { throw .tooLarge(frame.count) }
    let body = frames[1]
    guard body.count == Int(header.bodyLength) else {
      throw .bodyLength(said: Int(header.bodyLength), found: body.count)
    }
    guard Checksum.crc32c(body) == header.bodyChecksum else { throw .bodyChecksum }
    let message = try message(header.kind, body, frames.count > 2 ? frames[2] : nil)
    return Envelope(epoch: header.epoch, sequence: header.sequence, message: message)
  }

  private func message(_ kind: MessageKind, _ body: Data, _ work: Data?) throws(FrameFault) -> Message {
    switch kind {
    case .hello: return .hello(try value(body))
    case .heartbeat: return .heartbeat(try value(body))
    case .started: return .started(try notice(body))
    case .commit: return .commit(try commit(body))
    case .failed: return .failed(try value(body))
    case .release: return .release(try notice(body))
    case .leaving: return .leaving
    case .welcome: return .welcome(try value(body))
    case .reject: return .reject(try value(body))
    case .rehello: return .rehello
    case .alive: return .alive
    case .grant:
      let payload = try payload(body)
      guard let work else { throw .frameCount(2) }
      guard work.count == payload.workLength else {
        throw .bodyLength(said: payload.workLength, found: work.count)
      }
      guard Checksum.crc32c(work) == payload.workChecksum else { throw .bodyChecksum }
      return .grant(payload.grant, work: work)
    case .revoke: return .revoke(try value(body))
    case .committed: return .committed(try notice(body))
    case .drain: return .drain
    case .dismiss: return .dismiss
    case .unsupported: return .unsupported(try value(body))
    default: return .unknown(kind)
    }
  }

  private func notice(_ body: Data) throws(FrameFault) -> AttemptNotice {
    if let plain = PlainJSON.notice(body) { return plain }
    return try value(body)
  }

  private func commit(_ body: Data) throws(FrameFault) -> Commit {
    if let plain = PlainJSON.commit(body) { return plain }
    return try value(body)
  }

  private func payload(_ body: Data) throws(FrameFault) -> Payload {
    if let plain = PlainJSON.grant(body) {
      return Payload(grant: plain.grant, workLength: plain.workLength, workChecksum: plain.workChecksum)
    }
    return try value(body)
  }

  private func value<Value: Decodable>(_ body: Data) throws(FrameFault) -> Value {
    do {
      return try decoder.decode(Value.self, from: body)
    } catch {
      throw .body("\(error)")
    }
  }
}
