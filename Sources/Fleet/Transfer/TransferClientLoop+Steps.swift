internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage
internal import Synchronization

/// What the machines of files that are fetched and sent want done.
extension TransferClientLoop {
  func perform(_ effects: [Download.Effect], _ transfer: UInt64) {
    for effect in effects {
      guard let fetch = fetches[transfer] else { return }
      switch effect {
      case .request(let offset, let length):
        guard let attempt = fetch.waiters.first else { continue }
        let origin = TransferOrigin(transfer: transfer, worker: worker, attempt: attempt)
        outbox.append(
          .message(.readChunk(ChunkRequest(origin: origin, item: fetch.item, offset: offset, length: length))))
      case .append(let bytes): append(bytes, to: fetch, transfer)
      case .finished: finish(fetch, transfer)
      case .failed(let failure): retry(fetch, transfer, failure)
      }
    }
  }

  private func append(_ bytes: Data, to fetch: FileFetch, _ transfer: UInt64) {
    if !fetch.hasRoom, let total = fetch.machine.total {
      fetch.hasRoom = true
      cache.reserve(total, for: fetch.reservation)
    }
    do {
      do {
        try fetch.append(bytes)
      } catch let error as ClavaError where error.code == .storage {
        // The limit of the cache may be more than the disk has.
        guard cache.removeAllUnpinned() else { throw error }
        try fetch.append(bytes)
      }
    } catch {
      end(fetch: transfer, failure: TransferFailure(.workerStorage, "\(error)"))
    }
  }

  private func finish(_ fetch: FileFetch, _ transfer: UInt64) {
    do {
      try fetch.keep(in: cache)
      end(fetch: transfer, isDone: true)
    } catch let error as ClavaError where error.code == .storage {
      end(fetch: transfer, failure: TransferFailure(.workerStorage, error.description))
    } catch {
      retry(fetch, transfer, TransferFailure(.damaged, ClavaError.wrapping(error).description))
    }
  }

  /// What an earlier process left may be spoilt: once everything is fetched from the start.
  private func retry(_ fetch: FileFetch, _ transfer: UInt64, _ failure: TransferFailure) {
    guard let again = fetch.again() else { return end(fetch: transfer, failure: failure) }
    fetch.discard()
    cache.release(fetch.reservation)
    fetches[transfer] = nil
    begin(again)
  }

  func end(fetch transfer: UInt64, isDone: Bool = false, failure: TransferFailure? = nil) {
    guard let fetch = fetches.removeValue(forKey: transfer) else { return }
    fetch.close()
    cache.release(fetch.reservation)
    guard isDone || failure != nil else { return }
    for attempt in fetch.waiters {
      exchange.add(TransferResult(attempt: attempt, job: fetch.job, failure: failure))
    }
  }

  func perform(_ effects: [Upload.Effect], _ transfer: UInt64) {
    for effect in effects {
      guard let sending = sendings[transfer] else { return }
      switch effect {
      case .offer:
        dropUnsentChunks(of: transfer)
        let origin = TransferOrigin(transfer: transfer, worker: worker, attempt: sending.attempt)
        outbox.append(
          .message(
            .offer(
              UploadOffer(
                origin: origin, item: sending.item, digest: sending.digest.hexadecimal, size: sending.size))))
      case .send(let offset, let length): outbox.append(.chunk(transfer: transfer, offset: offset, length: length))
      case .finished: end(sending: transfer, isDone: true)
      case .failed(let failure): end(sending: transfer, failure: failure)
      }
    }
  }

  func end(sending transfer: UInt64, isDone: Bool = false, failure: TransferFailure? = nil) {
    guard let sending = sendings.removeValue(forKey: transfer) else { return }
    dropUnsentChunks(of: transfer)
    guard isDone || failure != nil else { return }
    exchange.add(TransferResult(attempt: sending.attempt, job: .sent(sending.item), failure: failure))
  }

  func dropUnsentChunks(of transfer: UInt64) {
    outbox.removeAll { if case .chunk(transfer, _, _) = $0 { true } else { false } }
  }

  func count(_ bytes: Int) { exchange.state.withLock { $0.bytes += bytes } }
}
