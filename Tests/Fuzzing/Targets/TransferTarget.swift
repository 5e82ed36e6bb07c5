import Fleet
import Foundation
import Messaging

/// Messages about files, through the codec and the state machines of both ends.
package struct TransferTarget: FuzzTarget {
  package static let name = "transfer"
  package static let fullCount = 10_000_000

  private var codec = TransferCodec()
  private let frames: FrameMutator
  private var received = Download()
  private var handedIn = Upload(size: 5 << 20)
  private var taken = Reception(size: 5 << 20, offset: 0)

  package init() {
    var codec = TransferCodec()
    frames = FrameMutator(MessageSamples.transfer.compactMap { try? codec.encode($0) })
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] { frames.input(&random) }

  package mutating func accepts(_ parts: [[UInt8]]) throws -> Bool {
    let message: TransferMessage
    do {
      message = try codec.decode(parts.map { Data($0) })
    } catch {
      guard !error.sentence.isEmpty else { throw FuzzFailure("a fault without a sentence") }
      return false
    }
    let again = try codec.decode(try codec.encode(message))
    guard again == message else { throw FuzzFailure("a message does not survive a round trip: \(message)") }
    try take(message)
    return true
  }

  /// Lets fresh state machines take the message, so that an input's verdict does not depend on those before it.
  private mutating func take(_ message: TransferMessage) throws {
    switch message {
    case .chunk(let chunk, let bytes):
      received = Download()
      _ = received.handle(.begin, now: .zero)
      _ = received.handle(
        .arrived(
          offset: chunk.offset, bytes: bytes, isSound: chunk.describes(bytes), total: chunk.total, window: chunk.window),
        now: .zero)
      guard received.outstandingCount <= TransferLimits.maximumWindow else {
        throw FuzzFailure("\(received.outstandingCount) chunks are asked for at a time")
      }
    case .granted(let grant):
      handedIn = Upload(size: 5 << 20)
      _ = handedIn.handle(.begin, now: .zero)
      let effects = handedIn.handle(
        .granted(offset: grant.offset, limit: grant.limit, rewinds: grant.rewinds), now: .zero)
      guard effects.count <= 6 else { throw FuzzFailure("\(effects.count) chunks of five are sent") }
    case .sentChunk(let chunk, let bytes):
      taken = Reception(size: 5 << 20, offset: 0)
      _ = taken.offered(window: 4)
      _ = taken.arrived(
        offset: chunk.offset, count: bytes.count, isSound: chunk.describes(bytes), window: chunk.window)
      guard (0...5 << 20).contains(taken.offset) else { throw FuzzFailure("\(taken.offset) of 5 MiB have come") }
    default: break
    }
  }
}
