import Fleet
import Foundation
import Messaging

/// Messages between coordinator and worker, through the codec, the bounds and the form of a work order.
package struct WireTarget: FuzzTarget {
  package static let name = "wire"
  package static let fullCount = 10_000_000

  private let codec = MessageCodec()
  private let decoder = JSONDecoder()
  private let frames: FrameMutator

  package init() {
    let codec = codec
    frames = FrameMutator(
      MessageSamples.control.compactMap { try? codec.encode(Envelope(epoch: 3, sequence: 9, message: $0)) })
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] { frames.input(&random) }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    let envelope: Envelope
    do {
      envelope = try codec.decode(parts.map { Data($0) })
    } catch {
      guard !error.sentence.isEmpty else { throw FuzzFailure("a fault without a sentence") }
      return false
    }
    let again = try codec.encode(envelope)
    // Of an unknown kind only the kind is kept.
    guard try codec.decode(again) == envelope || Self.holdsNaN(envelope) else {
      throw FuzzFailure("a message does not survive a round trip: \(envelope)")
    }
    try check(envelope.message, parts)
    let bounded = RecordForm.bounded(envelope.message)
    if case .commit(let commit) = bounded {
      guard commit.seconds.isFinite, commit.seconds >= 0, commit.peakMemory >= 0,
        commit.borrowedSeconds.map({ $0.isFinite && $0 >= 0 }) ?? true,
        commit.outputs.allSatisfy({ (0...1 << 50).contains($0.size) })
      else { throw FuzzFailure("a commit is out of bounds: \(commit)") }
    }
    if case .heartbeat(let beat) = bounded {
      guard beat.held.allSatisfy({ $0.fraction.map((0...1).contains) ?? true && $0.loss?.isFinite ?? true }) else {
        throw FuzzFailure("a heartbeat is out of bounds: \(beat)")
      }
    }
    return true
  }

  /// The short way of reading a notice must understand what the long way does; a grant's work is read as well.
  private func check(_ message: Message, _ parts: [[UInt8]]) throws {
    switch message {
    case .started(let notice), .release(let notice), .committed(let notice):
      guard try decoder.decode(AttemptNotice.self, from: Data(parts[1])) == notice else {
        throw FuzzFailure("two readers of a notice differ: \(notice)")
      }
    case .grant(_, let work): _ = try Self.isAccepted { _ = try RecordForm.workOrder.canonical(work) }
    default: break
    }
  }

  /// Not-a-number is unequal to itself.
  private static func holdsNaN(_ envelope: Envelope) -> Bool {
    switch envelope.message {
    case .commit(let commit): commit.seconds.isNaN || commit.borrowedSeconds?.isNaN == true
    case .heartbeat(let beat): beat.held.contains { $0.fraction?.isNaN == true || $0.loss?.isNaN == true }
    case .welcome(let welcome):
      welcome.heartbeatSeconds.isNaN || welcome.checkpointSeconds.isNaN || welcome.orphanSeconds.isNaN
    default: false
    }
  }
}
