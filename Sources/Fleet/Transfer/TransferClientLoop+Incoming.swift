internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage

/// What the coordinator answers to a `TransferClientLoop`.
extension TransferClientLoop {
  func receive() {
    for _ in 0..<64 {
      guard let frames = socket?.receive() else { return }
      lastHeard = MonotonicClock.now
      patience = Self.quietSeconds
      // A damaged message is a lost one: it is asked for again.
      guard let message = try? codec.decode(frames) else { continue }
      take(message)
    }
  }

  private func take(_ message: TransferMessage) {
    let now = MonotonicClock.now
    switch message {
    case .chunk(let chunk, let bytes):
      guard let fetch = fetches[chunk.transfer] else { return }
      count(bytes.count)
      let event = Download.Event.arrived(
        offset: chunk.offset, bytes: bytes, isSound: chunk.describes(bytes), total: chunk.total, window: chunk.window)
      perform(fetch.machine.handle(event, now: now), chunk.transfer)
    case .foundCheckpoint(let found): take(found)
    case .granted(let grant):
      guard let sending = sendings[grant.transfer] else { return }
      count(max(0, grant.offset - sending.machine.acknowledged))
      let event = Upload.Event.granted(offset: grant.offset, limit: grant.limit, rewinds: grant.rewinds)
      if grant.rewinds { dropUnsentChunks(of: grant.transfer) }
      perform(sending.machine.handle(event, now: now), grant.transfer)
    case .stored(let transfer):
      guard let sending = sendings[transfer] else { return }
      perform(sending.machine.handle(.stored, now: now), transfer)
    case .refused(let refusal): take(refusal, now)
    default: break
    }
  }

  private func take(_ found: FoundCheckpoint) {
    guard let find = finds.removeValue(forKey: found.transfer) else { return }
    let store = CheckpointStore(taskFolder: find.taskFolder)
    let own = (try? store.newestManifest())??.step ?? -1
    guard let name = found.checkpoint, name.step > own, let digest = Digest(hexadecimal: name.digest) else {
      return exchange.add(TransferResult(attempt: find.attempt, job: .checkpoint))
    }
    let target = FileFetch.Target.checkpoint(taskFolder: find.taskFolder, attempt: name.attempt, step: name.step)
    begin(
      FileFetch(
        attempt: find.attempt, target: target, item: .checkpoint(attempt: name.attempt, step: name.step),
        digest: digest))
  }

  private func take(_ refusal: TransferRefusal, _ now: Duration) {
    let transfer = refusal.transfer
    if refusal.code == TransferRefusal.notHeld {
      finds[transfer]?.due = now + .seconds(Self.pauseSeconds)
      fetches[transfer]?.pausedUntil = now + .seconds(Self.pauseSeconds)
      if let sending = sendings[transfer] { perform(sending.machine.handle(.notHeld, now: now), transfer) }
      return
    }
    if let find = finds.removeValue(forKey: transfer) {
      exchange.add(TransferResult(attempt: find.attempt, job: .checkpoint))
    }
    if let fetch = fetches[transfer] {
      // A checkpoint may be replaced by a newer one at any time.
      if case .checkpoint(let folder, _, _) = fetch.target, fetch.isFirstTry {
        let attempt = fetch.waiters.first
        end(fetch: transfer)
        if let attempt { waiting.append(.fetchCheckpoint(attempt, taskFolder: folder)) }
        return
      }
      end(fetch: transfer, failure: TransferFailure(.refused, refusal.sentence))
    }
    if let sending = sendings[transfer] {
      let event: Upload.Event
      switch refusal.code {
      case TransferRefusal.damaged: event = .damaged(refusal.sentence)
      case TransferRefusal.storage: event = .refused(TransferFailure(.coordinatorStorage, refusal.sentence))
      default: event = .refused(TransferFailure(.refused, refusal.sentence))
      }
      perform(sending.machine.handle(event, now: now), transfer)
    }
  }
}
