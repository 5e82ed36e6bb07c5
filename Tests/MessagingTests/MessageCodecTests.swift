import Foundation
import Messaging
import Testing

/// One message of every kind.
let everyMessage: [Message] = {
  let attempt = AttemptName(task: "train/trans", number: 3)
  let output = DeliveredOutput(name: "model", digest: "ab", contentDigest: "cd", size: 5)
  return [
    .hello(Hello(worker: "u", name: "worker 1", kinds: ["k": 1], held: [attempt], labels: ["a": "b"])),
    .heartbeat(
      Heartbeat(
        held: [HeldAttempt(attempt: attempt, isRunning: true, fraction: 0.5, step: 7, loss: 0.25)], residentMemory: 9)),
    .heartbeat(
      Heartbeat(held: [HeldAttempt(attempt: attempt, isRunning: true, fraction: 0.5, slots: 2)], residentMemory: 9)),
    .started(AttemptNotice(attempt: attempt)),
    .commit(Commit(attempt: attempt, outputs: [output], seconds: 1.5, peakMemory: 8)),
    .commit(Commit(attempt: attempt, outputs: [output], seconds: 1.5, peakMemory: 8, borrowedSeconds: 0.75)),
    .failed(Failure(attempt: attempt, kind: "lostWorker", sentence: "ö \"x\"\n", log: nil, lastLines: ["a", "b"])),
    .release(AttemptNotice(attempt: attempt)), .leaving,
    .welcome(
      Welcome(
        heartbeatSeconds: 2, checkpointSeconds: 120, orphanSeconds: 1800, keepCheckpoints: false,
        environment: ["OPENBLAS_NUM_THREADS": "1"], lendsSlots: true)),
    .reject(Reject(code: "version", sentence: "no")), .rehello, .alive,
    .grant(Grant(attempt: attempt, folder: "tasks/t"), work: Data([0, 1, 2, 255])),
    .revoke(Revoke(attempt: attempt, evenIfRunning: true)), .committed(AttemptNotice(attempt: attempt)), .drain,
    .dismiss, .unsupported(Unsupported(kind: 999)),
  ]
}()

@Suite("Frames and messages")
struct MessageCodecTests {
  private let codec = MessageCodec()

  private func fault(_ frames: [Data]) -> FrameFault? {
    do {
      _ = try codec.decode(frames)
      return nil
    } catch {
      return error
    }
  }

  @Test("every message comes back as it went", arguments: everyMessage.indices)
  func roundTrip(index: Int) throws {
    let envelope = Envelope(epoch: .max - 1, sequence: 1 << 40, message: everyMessage[index])
    let frames = try codec.encode(envelope)
    #expect(frames[0].count == FrameHeader.length)
    #expect(try codec.decode(frames) == envelope)
  }

  @Test("the header has the documented layout")
  func layout() throws {
    let frames = try codec.encode(Envelope(epoch: 0x0102, sequence: 0x0304, message: .drain))
    let bytes = [UInt8](frames[0])
    #expect(Array(bytes[0..<4]) == Array("CLV1".utf8))
    #expect(bytes[4] == 1 && bytes[5] == 0)
    #expect(bytes[6] == 39 && bytes[7] == 0)
    #expect(bytes[12] == 2 && bytes[13] == 1 && bytes[20] == 4 && bytes[21] == 3)
    #expect(bytes[28] == 2 && frames[1] == Data("{}".utf8))
  }

  @Test("any changed, missing or added byte is noticed and nothing crashes")
  func corruption() throws {
    for message in everyMessage {
      let frames = try codec.encode(Envelope(epoch: 5, sequence: 6, message: message))
      for frame in frames.indices {
        for place in stride(from: 0, to: frames[frame].count, by: 1) {
          var broken = frames
          broken[frame][place] ^= UInt8(1 << (place % 8))
          #expect(fault(broken) != nil, "byte \(place) of frame \(frame) of \(message.kind)")
        }
        var short = frames
        short[frame] = Data(frames[frame].dropLast())
        #expect(fault(short) != nil || frames[frame].isEmpty)
        var long = frames
        long[frame].append(0)
        #expect(fault(long) != nil)
      }
    }
  }

  @Test("random bytes are refused with a sentence")
  func noise() {
    var generator = SystemRandomNumberGenerator()
    for count in 0..<200 {
      let frames = (0...(count % 4)).map { _ in
        Data((0..<(count % 60)).map { _ in UInt8.random(in: 0...255, using: &generator) })
      }
      #expect(fault(frames)?.sentence.isEmpty == false)
    }
    #expect(fault([]) == .frameCount(0))
  }

  @Test("a body that is not the JSON of its kind is refused")
  func wrongBody() {
    let body = Data("{\"attempt\":5}".utf8)
    let header = FrameHeader(kind: .commit, epoch: 1, sequence: 1, body: body)
    guard case .body = fault([header.encoded, body]) else {
      Issue.record("expected a fault of the body")
      return
    }
  }

  @Test("fields that a newer peer adds are ignored, and kinds that it adds are named")
  func newerPeer() throws {
    let body = Data("{\"attempt\":{\"task\":\"t\",\"number\":1,\"colour\":\"red\"},\"more\":[1,2]}".utf8)
    let header = FrameHeader(kind: .started, epoch: 1, sequence: 1, body: body)
    let message = try codec.decode([header.encoded, body]).message
    #expect(message == .started(AttemptNotice(attempt: AttemptName(task: "t", number: 1))))
    let unknown = FrameHeader(kind: MessageKind(rawValue: 4711), epoch: 1, sequence: 1, body: body)
    #expect(try codec.decode([unknown.encoded, body]).message == .unknown(MessageKind(rawValue: 4711)))
  }

  @Test("a message that is too long is refused before it is sent and when it comes")
  func tooLong() throws {
    let long = String(repeating: "x", count: MessageCodec.maximumBodyLength)
    let envelope = Envelope(epoch: 1, sequence: 1, message: .reject(Reject(code: "c", sentence: long)))
    #expect(throws: FrameFault.self) { _ = try codec.encode(envelope) }
    let body = Data(long.utf8) + Data([1])
    let header = FrameHeader(kind: .reject, epoch: 1, sequence: 1, body: body)
    #expect(fault([header.encoded, body]) == .tooLarge(body.count))
  }

  @Test("another major version is refused, another minor version is not")
  func versions() throws {
    let frames = try codec.encode(Envelope(epoch: 1, sequence: 1, message: .drain))
    var other = [UInt8](frames[0])
    other[4] = 2
    #expect(fault([Data(other), frames[1]]) == .headerChecksum)
  }
}
