import Foundation
import Messaging

/// One valid message of every kind, as frames.
enum MessageSamples {
  private static let attempt = AttemptName(task: "train-denoiser/trans", number: 3)

  static let control: [Message] = {
    let digest = String(repeating: "0f", count: 32)
    let output = DeliveredOutput(name: "model", digest: digest, contentDigest: digest, size: 5)
    return [
      .hello(
        Hello(
          worker: "44114a1c-c7ab-468b-a328-193c7e8bc60e", name: "worker 1", features: ["files"], kinds: ["encode": 2],
          numericProfile: "x86_64 Haswell", held: [attempt],
          labels: ["machine": "vm", "memory": "8589934592", "process": "71", "launch": "a-0"])),
      .heartbeat(
        Heartbeat(
          held: [HeldAttempt(attempt: attempt, isRunning: true, fraction: 0.5, step: 7, loss: 0.25, slots: 2)],
          residentMemory: 9_000_000, troubles: ["the disk is full"])),
      .started(AttemptNotice(attempt: attempt)),
      .commit(Commit(attempt: attempt, outputs: [output, output], seconds: 1.5, peakMemory: 8)),
      .commit(Commit(attempt: attempt, outputs: [output], seconds: 1.5, peakMemory: 8, borrowedSeconds: 0.75)),
      .failed(
        Failure(
          attempt: attempt, kind: "lostWorker", sentence: "ö \"x\"\n", log: "tasks/t/a3/log", lastLines: ["a", "b"])),
      .release(AttemptNotice(attempt: attempt)), .leaving,
      .welcome(
        Welcome(
          heartbeatSeconds: 2, checkpointSeconds: 120, orphanSeconds: 1800, keepCheckpoints: false,
          environment: ["OPENBLAS_NUM_THREADS": "1"], store: StoreProbe(path: "/run", token: "t"),
          dataEndpoint: "tcp://vm:5571", numericProfile: "x", lendsSlots: true)),
      .reject(Reject(code: "version", sentence: "no")), .rehello, .alive,
      .grant(Grant(attempt: attempt, folder: "tasks/t"), work: Data(RecordSamples.workOrder.utf8)),
      .revoke(Revoke(attempt: attempt, evenIfRunning: true)), .committed(AttemptNotice(attempt: attempt)), .drain,
      .dismiss, .unsupported(Unsupported(kind: 999)),
    ]
  }()

  static let transfer: [TransferMessage] = {
    let origin = TransferOrigin(transfer: 7, worker: "44114a1c", attempt: attempt)
    let digest = String(repeating: "0f", count: 32)
    return [
      .findCheckpoint(origin),
      .readChunk(ChunkRequest(origin: origin, item: .input(digest: digest), offset: 0, length: 1 << 20)),
      .readChunk(ChunkRequest(origin: origin, item: .checkpoint(attempt: 2, step: 100), offset: 0, length: 10)),
      .offer(UploadOffer(origin: origin, item: .output(name: "model"), digest: digest, size: 99)),
      .offer(UploadOffer(origin: origin, item: .checkpoint(step: 5), digest: digest, size: 99)),
      .offer(UploadOffer(origin: origin, item: .log, digest: digest, size: 99)),
      .sentChunk(Chunk(transfer: 7, offset: 0, bytes: Data([1, 2, 3])), bytes: Data([1, 2, 3])),
      .foundCheckpoint(
        FoundCheckpoint(transfer: 7, checkpoint: CheckpointName(attempt: 2, step: 100, digest: digest))),
      .foundCheckpoint(FoundCheckpoint(transfer: 7, checkpoint: nil)),
      .chunk(Chunk(transfer: 7, offset: 0, bytes: Data([1, 2]), total: 2, window: 16), bytes: Data([1, 2])),
      .granted(UploadGrant(transfer: 7, offset: 0, limit: 16 << 20, rewinds: true)), .stored(transfer: 7),
      .refused(TransferRefusal(transfer: 7, code: "missing", sentence: "gone")),
    ]
  }()
}

/// Damages the frames of a message. Checksums are made right again as a rule, so that the damage gets past them.
struct FrameMutator {
  private let samples: [[Data]]
  private let bodies: Mutator

  init(_ samples: [[Data]]) {
    self.samples = samples
    bodies = Mutator(
      samples: samples.map { TextSample([UInt8]($0[1])) }, words: ["\"attempt\":", "\"held\":[]", "\"size\":-1"],
      nests: [("[", "]"), ("{\"attempt\":", "}")])
  }

  func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    let number = random.below(samples.count)
    var frames = samples[number].map { [UInt8]($0) }
    if random.once(in: 32) { return frames }
    if random.once(in: 8) {
      // Any damage anywhere: the checksums must see it.
      bodies.damage(&frames[random.below(frames.count)], &random)
      return frames
    }
    frames[1] = bodies.input(&random, sample: number)
    if frames.count > 2, random.once(in: 3) {
      bodies.damage(&frames[2], &random)
      // The body says how long the third frame is and what its checksum is.
      if random.once(in: 2), let text = String(validating: samples[number][1], as: UTF8.self) {
        frames[1] = Array(Self.describing(frames[2], in: text, old: samples[number][2]).utf8)
      }
    }
    guard let sample = try? FrameHeader(decoding: samples[number][0]) else { return frames }
    let kind = random.once(in: 8) ? MessageKind(rawValue: UInt16(random.below(112))) : sample.kind
    var header = FrameHeader(kind: kind, epoch: random.next(), sequence: random.next(), body: Data(frames[1]))
    switch random.below(24) {
    case 0: header.bodyLength = UInt32(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
    case 1: header.bodyChecksum ^= 1 << UInt32(random.below(32))
    case 2: header.flags = .max
    case 3: frames.append(frames[random.below(frames.count)])
    case 4: frames.removeLast()
    case 5: frames.swapAt(0, 1)
    default: break
    }
    let bytes = [UInt8](header.encoded)
    if frames.isEmpty { return [] }
    frames[frames.count > 1 && frames[0].count != FrameHeader.length ? 1 : 0] = bytes
    return frames
  }

  private static func describing(_ bytes: [UInt8], in text: String, old: Data) -> String {
    func number(_ key: String, _ value: Int, _ text: String) -> String {
      guard let range = text.range(of: "\"\(key)\":") else { return text }
      let rest = text[range.upperBound...].drop { $0.isNumber }
      return text[..<range.upperBound] + "\(value)" + rest
    }
    let checksum = Int(Chunk(transfer: 0, offset: 0, bytes: Data(bytes)).checksum)
    return number("checksum", checksum, number("workChecksum", checksum, number("workLength", bytes.count, text)))
  }
}
