import Essentials
import Fleet
import Foundation
import Testing

/// A link that loses, doubles, delays, reorders and damages what is sent over it.
private struct BadLink<Item> {
  var generator: SplitMix
  var underway: [(due: Double, order: Int, item: Item, isSound: Bool)] = []
  var count = 0
  /// Shares in thousandths.
  var loss = 0, doubles = 0, damage = 0
  var isOrderly = true

  mutating func send(_ item: Item, at time: Double) {
    guard generator.below(1000) >= loss else { return }
    for _ in 0..<(generator.below(1000) < doubles ? 2 : 1) {
      count += 1
      let due = time + (isOrderly ? 0.05 : 0.01 + Double(generator.below(100)) / 1000)
      underway.append((due, count, item, generator.below(1000) >= damage))
    }
  }

  mutating func arrived(by time: Double) -> [(item: Item, isSound: Bool)] {
    let here = underway.filter { $0.due <= time }.sorted { ($0.due, $0.order) < ($1.due, $1.order) }
    underway.removeAll { $0.due <= time }
    return here.map { ($0.item, $0.isSound) }
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

private let chunk = 100

private func content(_ size: Int) -> Data { Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 / 97) }) }

/// What a simulated transfer came to.
private struct Outcome {
  var isFinished = false
  var failure: TransferFailure?
  var bytes = Data()
  var seconds = 0.0
  var mostUnderway = 0
}

private func download(seed: UInt64, size: Int, harsh: Bool, resumedAt: Int = 0) -> Outcome {
  var choice = SplitMix(state: seed)
  func link<Item>() -> BadLink<Item> {
    var link = BadLink<Item>(generator: SplitMix(state: choice.next()))
    link.isOrderly = !harsh
    if harsh { (link.loss, link.doubles, link.damage) = (100, 100, 60) }
    return link
  }
  let file = content(size)
  var requests: BadLink<(Int, Int)> = link(), chunks: BadLink<(Int, Data)> = link()
  var outcome = Outcome(bytes: file.prefix(resumedAt))
  var machine = Download(offset: resumedAt, window: 8, chunkBytes: chunk)
  var effects = machine.handle(.begin, now: .zero)
  var time = 0.0
  while !outcome.isFinished, outcome.failure == nil, time < 4000 {
    let now = Duration.milliseconds(Int(time * 1000))
    for effect in effects {
      switch effect {
      case .request(let offset, let length): requests.send((offset, length), at: time)
      case .append(let bytes): outcome.bytes.append(bytes)
      case .finished: outcome.isFinished = true
      case .failed(let failure): outcome.failure = failure
      }
    }
    effects = []
    time += 0.05
    if harsh, choice.below(200) == 0 {
      // A break: nothing that is under way arrives, and the connection is made anew.
      requests.underway = []
      chunks.underway = []
      effects += machine.handle(.broken, now: now)
    }
    for (request, isSound) in requests.arrived(by: time) where isSound {
      let end = min(file.count, request.0 + request.1)
      chunks.send((request.0, request.0 < end ? file[request.0..<end] : Data()), at: time)
    }
    for (piece, isSound) in chunks.arrived(by: time) {
      effects += machine.handle(
        .arrived(offset: piece.0, bytes: Data(piece.1), isSound: isSound, total: file.count, window: 8), now: now)
    }
    outcome.mostUnderway = max(outcome.mostUnderway, machine.outstandingCount)
    effects += machine.handle(.tick, now: now)
  }
  outcome.seconds = time
  #expect(outcome.failure != nil || outcome.bytes == file, "seed \(seed)")
  return outcome
}

private func upload(seed: UInt64, size: Int, harsh: Bool) -> Outcome {
  var choice = SplitMix(state: seed)
  func link<Item>() -> BadLink<Item> {
    var link = BadLink<Item>(generator: SplitMix(state: choice.next()))
    link.isOrderly = !harsh
    if harsh { (link.loss, link.doubles, link.damage) = (50, 100, 30) }
    return link
  }
  enum Up { case offer, piece(Int, Data) }
  enum Down { case grant(Int, Int, Bool), stored }
  let file = content(size)
  var up: BadLink<Up> = link(), down: BadLink<Down> = link()
  var outcome = Outcome()
  var sender = Upload(size: size, chunkBytes: chunk)
  var receiver: Reception?
  var isStored = false
  var effects = sender.handle(.begin, now: .zero)
  var time = 0.0
  func answer(_ effects: [Reception.Effect], _ bytes: Data, _ outcome: inout Outcome) {
    for effect in effects {
      switch effect {
      case .append: outcome.bytes.append(bytes)
      case .grant(let offset, let limit, let rewinds): down.send(.grant(offset, limit, rewinds), at: time)
      case .verify:
        isStored = true
        down.send(.stored, at: time)
      case .giveUp: outcome.failure = TransferFailure(.damaged, "gave up")
      }
    }
  }
  while !outcome.isFinished, outcome.failure == nil, time < 8000 {
    let now = Duration.milliseconds(Int(time * 1000))
    for effect in effects {
      switch effect {
      case .offer: up.send(.offer, at: time)
      case .send(let offset, let length):
        #expect(length <= chunk)
        up.send(.piece(offset, Data(file[offset..<offset + length])), at: time)
      case .finished: outcome.isFinished = true
      case .failed(let failure): outcome.failure = failure
      }
    }
    effects = []
    time += 0.05
    outcome.mostUnderway = max(outcome.mostUnderway, up.underway.count)
    if harsh, choice.below(200) == 0 {
      up.underway = []
      down.underway = []
      // The receiver is a new one that finds what the old one wrote.
      if !isStored { receiver = nil }
      effects += sender.handle(.broken, now: now)
    }
    for (message, isSound) in up.arrived(by: time) {
      switch message {
      case .offer where isSound:
        if isStored {
          down.send(.stored, at: time)
          continue
        }
        if receiver == nil { receiver = Reception(size: size, offset: outcome.bytes.count, chunkBytes: chunk) }
        answer(receiver?.offered(window: 8) ?? [], Data(), &outcome)
      case .piece(let offset, let bytes):
        answer(
          receiver?.arrived(offset: offset, count: bytes.count, isSound: isSound, window: 8) ?? [], bytes, &outcome)
      default: break
      }
    }
    for (message, isSound) in down.arrived(by: time) where isSound {
      switch message {
      case .grant(let offset, let limit, let rewinds):
        effects += sender.handle(.granted(offset: offset, limit: limit, rewinds: rewinds), now: now)
      case .stored: effects += sender.handle(.stored, now: now)
      }
    }
    effects += sender.handle(.tick, now: now)
  }
  outcome.seconds = time
  #expect(outcome.failure != nil || outcome.bytes == file, "seed \(seed)")
  return outcome
}

@Suite("Transfers over bad links, simulated")
struct TransferMachineTests {
  @Test("a download is whole whatever the link loses, doubles, reorders or damages", arguments: 0..<8)
  func downloads(part: Int) {
    for seed in 0..<40 {
      var choice = SplitMix(state: UInt64(part * 1000 + seed))
      let size = choice.below(5000)
      let outcome = download(seed: choice.next(), size: size, harsh: true, resumedAt: choice.below(size + 1))
      #expect(outcome.isFinished, "seed \(part * 1000 + seed): \(String(describing: outcome.failure))")
      #expect(outcome.mostUnderway <= 8)
    }
  }

  @Test("an upload is whole whatever the link loses, doubles, reorders or damages", arguments: 0..<8)
  func uploads(part: Int) {
    for seed in 0..<40 {
      var choice = SplitMix(state: UInt64(part * 1000 + seed))
      let outcome = upload(seed: choice.next(), size: choice.below(5000), harsh: true)
      #expect(outcome.isFinished, "seed \(part * 1000 + seed): \(String(describing: outcome.failure))")
    }
  }

  @Test("over a good link nothing is sent twice, and the credit is used and never exceeded")
  func goodLink() {
    let sizes = [0, 1, chunk - 1, chunk, chunk + 1, 50 * chunk, 50 * chunk + 7]
    for size in sizes {
      let down = download(seed: 1, size: size, harsh: false)
      #expect(down.isFinished && down.mostUnderway <= 8)
      let up = upload(seed: 1, size: size, harsh: false)
      #expect(up.isFinished && up.mostUnderway <= 8)
      if size >= 50 * chunk { #expect(down.mostUnderway >= 7) }
    }
  }

  @Test("a download from the last byte on asks once and is done")
  func resumedAtEnd() {
    var machine = Download(offset: 250, chunkBytes: chunk)
    #expect(machine.handle(.begin, now: .zero) == [.request(offset: 250, length: chunk)])
    let end = machine.handle(.arrived(offset: 250, bytes: Data(), isSound: true, total: 250, window: 8), now: .zero)
    #expect(end == [.finished])
  }

  @Test("a file that is shorter than what is there already is refused")
  func shrunk() {
    var machine = Download(offset: 250, chunkBytes: chunk)
    _ = machine.handle(.begin, now: .zero)
    let end = machine.handle(.arrived(offset: 250, bytes: Data(), isSound: true, total: 100, window: 8), now: .zero)
    guard end.count == 1, case .failed(let failure)? = end.first else {
      Issue.record("expected a failure, found \(end)")
      return
    }
    #expect(failure.kind == .damaged)
  }

  @Test("chunks that are always damaged end a transfer instead of going on for ever")
  func alwaysDamaged() {
    var machine = Download(chunkBytes: chunk)
    var effects = machine.handle(.begin, now: .zero)
    for _ in 0...Download.maximumDamaged {
      #expect(effects == [.request(offset: 0, length: chunk)])
      effects = machine.handle(
        .arrived(offset: 0, bytes: Data(count: chunk), isSound: false, total: 500, window: 8), now: .zero)
    }
    guard effects.count == 1, case .failed(let failure)? = effects.first else {
      Issue.record("expected a failure, found \(effects)")
      return
    }
    #expect(failure.kind == .damaged)
    var reception = Reception(size: 500, offset: 0, chunkBytes: chunk)
    var answers: [Reception.Effect] = []
    for _ in 0...Reception.maximumDamaged {
      answers = reception.arrived(offset: 0, count: chunk, isSound: false, window: 8)
    }
    #expect(answers == [.giveUp])
  }

  @Test("an upload that arrived damaged is sent once more, not twice")
  func damagedUpload() {
    var machine = Upload(size: 10)
    #expect(machine.handle(.begin, now: .zero) == [.offer])
    #expect(machine.handle(.damaged("it differs"), now: .zero) == [.offer])
    #expect(machine.handle(.granted(offset: 0, limit: 10, rewinds: true), now: .zero) == [.send(offset: 0, length: 10)])
    #expect(machine.handle(.damaged("it differs"), now: .zero) == [.failed(TransferFailure(.damaged, "it differs"))])
  }

  @Test("an attempt starts when its files are there, and is reported when its outputs are")
  func attemptMoves() {
    var moves = AttemptMoves(missing: ["a", "b"])
    #expect(moves.handle(.fetched("a")) == [])
    #expect(moves.handle(.wanted) == [])
    #expect(moves.handle(.fetched("b")) == [.start])
    #expect(moves.handle(.ended(handIn: ["out", "log"])) == [])
    #expect(moves.handle(.handedIn("log")) == [])
    #expect(moves.handle(.stalled) == [], "nobody wants it back: it waits as long as it takes")
    #expect(moves.handle(.handedIn("out")) == [.report])
    #expect(moves.handle(.handedIn("out")) == [])
  }

  @Test("an attempt that is wanted back before its files came leaves at once; later when nothing moves any more")
  func attemptStops() {
    var early = AttemptMoves(missing: ["a"])
    #expect(early.handle(.wanted) == [])
    #expect(early.handle(.stopped) == [.leave])
    var late = AttemptMoves(missing: [])
    #expect(late.handle(.wanted) == [.start])
    #expect(late.handle(.stopped) == [])
    #expect(late.handle(.ended(handIn: ["checkpoint 5"])) == [])
    #expect(late.handle(.stalled) == [.leave])
    var failing = AttemptMoves(missing: ["a"])
    let failure = TransferFailure(.refused, "it is not there")
    #expect(failing.handle(.failed(failure)) == [], "it waits for its turn: a queued attempt cannot fail")
    #expect(failing.handle(.wanted) == [.fail(failure)])
  }
}
