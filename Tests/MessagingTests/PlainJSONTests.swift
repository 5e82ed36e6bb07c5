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
}
