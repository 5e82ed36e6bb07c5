import Foundation
import Messaging
import Testing

@Suite("Messages that every task needs")
struct PlainJSONTests {
  private func body(_ message: Message) throws -> Data {
    try MessageCodec().encode(Envelope(epoch: 1, sequence: 1, message: message))[1]
  }

  @Test("their bodies are what the encoder would have written", arguments: ["train/trans", "ä \"b\" \\ c\n", "", "€"])
  func sameBytes(task: String) throws {
    let notice = AttemptNotice(attempt: AttemptName(task: task, number: 12))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for message in [Message.started(notice), .release(notice), .committed(notice)] {
      #expect(try body(message) == encoder.encode(notice))
      let frames = try MessageCodec().encode(Envelope(epoch: 1, sequence: 1, message: message))
      #expect(try MessageCodec().decode(frames).message == message)
    }
    let grant = Message.grant(Grant(attempt: notice.attempt, folder: "tasks/\(task)"), work: Data([1, 2]))
    let frames = try MessageCodec().encode(Envelope(epoch: 1, sequence: 1, message: grant))
    #expect(try MessageCodec().decode(frames).message == grant)
  }

  @Test("other forms of the same JSON are read as well")
  func otherForms() throws {
    let texts = [
      "{ \"attempt\" : {\"task\":\"a\",\"number\":3} }", "{\"attempt\":{\"number\":3,\"task\":\"\\u0061\"}}",
      "{\"attempt\":{\"number\":3,\"task\":\"a\"},\"more\":1}",
    ]
    for text in texts {
      let body = Data(text.utf8)
      let header = FrameHeader(kind: .started, epoch: 1, sequence: 1, body: body)
      let found = try MessageCodec().decode([header.encoded, body])
      #expect(found.message == .started(AttemptNotice(attempt: AttemptName(task: "a", number: 3))), "\(text)")
    }
  }

  @Test("a commit's body is what the encoder would have written", arguments: ["scores", "é", "a\"b"])
  func commits(name: String) throws {
    for seconds in [0, 0.001, 1, 12.5, 1e-7, 123_456_789.25, 3e20] {
      for count in 0...2 {
        let digest = String(repeating: "0a", count: 32)
        let outputs = (0..<count).map {
          DeliveredOutput(name: "\(name)\($0)", digest: digest, contentDigest: digest, size: $0 * 1_000_000_007)
        }
        let commit = Commit(
          attempt: AttemptName(task: "sample/\(name)", number: 3), outputs: outputs, seconds: seconds,
          peakMemory: 1 << 40)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let found = try body(.commit(commit))
        #expect(try found == encoder.encode(commit))
        let header = FrameHeader(kind: .commit, epoch: 1, sequence: 1, body: found)
        #expect(try MessageCodec().decode([header.encoded, found]).message == .commit(commit))
      }
    }
  }

  @Test("of a damaged commit or grant the decoder, not the short cut, decides")
  func damagedBodies() throws {
    let commit = Message.commit(
      Commit(
        attempt: AttemptName(task: "a", number: 1),
        outputs: [DeliveredOutput(name: "b", digest: "0a", contentDigest: "0b", size: 5)], seconds: 1.5, peakMemory: 7))
    let grant = Message.grant(Grant(attempt: AttemptName(task: "a", number: 1), folder: "tasks/a"), work: Data())
    for message in [commit, grant] {
      let sound = try body(message)
      for place in sound.indices {
        for byte: UInt8 in [0x22, 0x30, 0x2e, 0x65, 0x7d, 0x00, 0xff] {
          var damaged = sound
          damaged[place] = byte
          let header = FrameHeader(kind: message.kind, epoch: 1, sequence: 1, body: damaged)
          let frames = [header.encoded, damaged] + (message.kind == .grant ? [Data()] : [])
          let isJSON = (try? JSONSerialization.jsonObject(with: damaged)) != nil
          let isRead = (try? MessageCodec().decode(frames)) != nil
          #expect(!isRead || isJSON, "\(String(decoding: damaged, as: UTF8.self))")
        }
      }
      for length in 0..<sound.count {
        let part = Data(sound.prefix(length))
        let header = FrameHeader(kind: message.kind, epoch: 1, sequence: 1, body: part)
        #expect((try? MessageCodec().decode([header.encoded, part, Data()])) == nil)
      }
    }
  }
}
