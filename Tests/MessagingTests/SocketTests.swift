import Foundation
import Messaging
import TestSupport
import Testing

@Suite("Sockets over ipc")
struct SocketTests {
  private func wait(_ socket: Socket) -> [Data]? {
    for _ in 0..<200 {
      if let frames = socket.receive() { return frames }
      _ = socket.poll(milliseconds: 10)
    }
    return nil
  }

  private func send(_ frames: [Data], on socket: Socket) -> Bool {
    for _ in 0..<400 {
      if socket.send(frames) == .accepted { return true }
      usleep(5000)
    }
    return false
  }

  @Test("messages go both ways, and the router knows who spoke")
  func bothWays() throws {
    let folder = try TemporaryFolder()
    let context = try MessagingContext()
    let router = try Socket(context, .router)
    let address = try router.bind("ipc://\(folder.path)/s")
    let first = try Socket(context, .dealer), second = try Socket(context, .dealer)
    try first.connect(address)
    try second.connect(address)
    #expect(send([Data("one".utf8)], on: first))
    let heard = try #require(wait(router))
    #expect(heard.last == Data("one".utf8))
    #expect(send([Data("two".utf8), Data()], on: second))
    let other = try #require(wait(router))
    #expect(other.count == 3 && other[0] != heard[0])
    #expect(router.send([heard[0], Data("reply".utf8)]) == .accepted)
    #expect(wait(first) == [Data("reply".utf8)])
    #expect(second.receive() == nil)
  }

  @Test("a router says at once that a peer is not there")
  func unreachable() throws {
    let folder = try TemporaryFolder()
    let context = try MessagingContext()
    let router = try Socket(context, .router)
    _ = try router.bind("ipc://\(folder.path)/s")
    #expect(router.send([Data([1, 2, 3]), Data("x".utf8)]) == .unreachable)
  }

  @Test("nothing is queued for a coordinator that is not there")
  func absent() throws {
    let folder = try TemporaryFolder()
    let context = try MessagingContext()
    let dealer = try Socket(context, .dealer)
    try dealer.connect("ipc://\(folder.path)/nobody")
    #expect(dealer.send([Data("x".utf8)]) == .full)
  }

  @Test("a message of too many frames comes back empty, and the next one is whole")
  func tooManyFrames() throws {
    let folder = try TemporaryFolder()
    let context = try MessagingContext()
    let router = try Socket(context, .router)
    let address = try router.bind("ipc://\(folder.path)/s")
    let dealer = try Socket(context, .dealer)
    try dealer.connect(address)
    #expect(send((0..<50).map { Data([UInt8($0)]) }, on: dealer))
    #expect(send([Data("next".utf8)], on: dealer))
    #expect(wait(router) == [])
    #expect(wait(router)?.last == Data("next".utf8))
  }

  @Test("five thousand grants and commits cross the wire in a second or less")
  func rate() throws {
    let folder = try TemporaryFolder()
    let context = try MessagingContext()
    let router = try Socket(context, .router)
    let address = try router.bind("ipc://\(folder.path)/s")
    let dealer = try Socket(context, .dealer)
    try dealer.connect(address)
    let codec = MessageCodec()
    let attempt = AttemptName(task: "train/trans", number: 1)
    #expect(send(try codec.encode(Envelope(epoch: 1, sequence: 0, message: .rehello)), on: dealer))
    let peer = try #require(wait(router)?.first)
    let work = Data(repeating: 0x7b, count: 600)
    let count = 5000
    let began = ContinuousClock.now
    for number in 0..<count {
      let grant = Message.grant(Grant(attempt: attempt, folder: "tasks/t"), work: work)
      #expect(router.send([peer] + (try codec.encode(Envelope(epoch: 1, sequence: 1, message: grant)))) == .accepted)
      let frames = try #require(wait(dealer))
      let received = try codec.decode(frames)
      #expect(received.message.kind == .grant)
      let commit = Message.commit(Commit(attempt: attempt, outputs: [], seconds: 1, peakMemory: 1))
      let sequence = UInt64(number)
      #expect(dealer.send(try codec.encode(Envelope(epoch: 1, sequence: sequence, message: commit))) == .accepted)
      let answer = try #require(wait(router))
      #expect(try codec.decode(Array(answer.dropFirst())).sequence == sequence)
    }
    let seconds = ContinuousClock.now - began
    print("grants and commits, one after the other, both ends in one thread: \(count) in \(seconds)")
    #expect(seconds < .seconds(10))
  }
}
