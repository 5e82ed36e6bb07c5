internal import Dispatch
internal import Essentials
internal import Foundation
internal import Synchronization

/// An engine that places processes on machines of its own choice. Its calls block; they come from one thread.
protocol PlacementEngine: AnyObject, Sendable {
  /// Seconds between two questions.
  var pollSeconds: Double { get }
  /// Asks for a launch.
  ///
  /// - Returns: what the engine calls it; nil if no answer came, so that it may or may not have been taken.
  /// - Throws: if the engine refuses it.
  func submit(launch: String, slots: [Int]) throws -> String?
  /// What has become of launches.
  ///
  /// - Throws: if the engine does not answer; nothing follows from that.
  func status(of launches: [LaunchRecord]) throws -> [String: [Int: SlotState]]
  /// Ends launches. Those that are over already are no error.
  func cancel(_ launches: [LaunchRecord])
  /// Log of a worker.
  func log(of identity: LaunchIdentity, job: String?) -> String?
}

/// Keeps workers on machines of an engine. The engine is spoken to on a thread of its own.
final class EngineLauncher: Launcher, Sendable {
  private struct Shared {
    var events: [SlotKeeper.Event] = []
    var endings: [LaunchEnding] = []
    var runningCount = 0
    var wanted = 0
    var isClosing = false
    var endsAll = false
  }

  /// What only the engine's thread touches.
  private struct Work {
    var keeper: SlotKeeper
    var records: [String: LaunchRecord]
    var nextQuestion: Duration = .zero
    var silence: String?
  }

  private let engine: any PlacementEngine
  private let store: LaunchRecords
  private let site: LaunchSite
  private let shared = Guarded(Shared())
  private let wake = DispatchSemaphore(value: 0)
  private let done = DispatchSemaphore(value: 0)

  init(_ engine: any PlacementEngine, site: LaunchSite) throws {
    self.engine = engine
    self.site = site
    store = try LaunchRecords(folder: site.launchFolder)
    let records = store.all()
    let thread = Thread { [self] in
      var work = Work(
        keeper: SlotKeeper(adopting: records) { UUID().uuidString },
        records: Dictionary(records.map { ($0.launch, $0) }, uniquingKeysWith: { $1 }))
      while turn(&work) {}
      done.signal()
    }
    thread.name = "placement"
    thread.start()
  }

  func keep(_ count: Int) {
    let isNew = shared.withLock { shared in
      guard shared.wanted != count else { return false }
      shared.wanted = count
      shared.events.append(.wanted(count))
      return true
    }
    if isNew { wake.signal() }
  }

  func confirm(launch: String?, process: Int) {
    guard let identity = launch.flatMap({ LaunchIdentity($0) }) else { return }
    shared.withLock { $0.events.append(.confirmed(identity)) }
  }

  func poll(now: Duration) -> [LaunchEnding] {
    shared.withLock { shared in
      defer { shared.endings = [] }
      return shared.endings
    }
  }

  func startNoMore() {
    shared.withLock { shared in
      guard !shared.isClosing else { return }
      shared.isClosing = true
      shared.events.append(.close)
    }
  }

  var runningCount: Int { shared.withLock { $0.runningCount } }

  /// Ends what the engine still holds. Waits for its answer, at most 30 s.
  func endAll() {
    let isFirst = shared.withLock { shared in
      defer { shared.endsAll = true }
      return !shared.endsAll
    }
    guard isFirst else { return }
    wake.signal()
    _ = done.wait(timeout: .now() + 30)
  }

  // MARK: The engine's thread

  private func turn(_ work: inout Work) -> Bool {
    _ = wake.wait(timeout: .now() + .milliseconds(100))
    let (events, ends) = shared.withLock { shared in
      defer { shared.events = [] }
      return (shared.events, shared.endsAll)
    }
    for event in events { take(event, &work) }
    if ends {
      engine.cancel(Array(work.records.values))
      for launch in work.records.keys { store.remove(launch) }
      return false
    }
    take(.tick, &work)
    if MonotonicClock.now >= work.nextQuestion { ask(&work) }
    return true
  }

  private func take(_ event: SlotKeeper.Event, _ work: inout Work) {
    for effect in work.keeper.step(event, now: MonotonicClock.now) {
      switch effect {
      case .submit(let launch, let slots): submit(launch, slots, &work)
      case .ended(let slot, let launch, let sentence, let isGivenUp):
        let identity = launch.flatMap { LaunchIdentity($0) }
        let job = identity.flatMap { work.records[$0.launch]?.job }
        let log = identity.flatMap { engine.log(of: $0, job: job) }
        let ending = LaunchEnding(
          slot: slot, process: 0, launch: launch, sentence: sentence, isGivenUp: isGivenUp,
          lastLines: log.map { LogTail.lines(of: $0, count: 5) } ?? [])
        shared.withLock { $0.endings.append(ending) }
      case .over(let launch):
        work.records[launch] = nil
        store.remove(launch)
      }
    }
    let count = work.keeper.hopefulCount
    shared.withLock { $0.runningCount = count }
  }

  private func submit(_ launch: String, _ slots: [Int], _ work: inout Work) {
    // A stop that came meanwhile counts.
    guard !shared.withLock({ $0.isClosing || $0.endsAll }) else {
      return take(.refused(launch: launch, sentence: "was not started because the run ends"), &work)
    }
    do {
      var record = LaunchRecord(launch: launch, slots: slots)
      try store.write(record)
      work.records[launch] = record
      if let job = try engine.submit(launch: launch, slots: slots) {
        record.job = job
        work.records[launch] = record
        try store.write(record)
      }
      // The first answer comes soon, so that a launch that fails at once is noticed at once.
      work.nextQuestion = min(work.nextQuestion, MonotonicClock.now + .seconds(min(5, engine.pollSeconds)))
      take(.submitted(launch: launch), &work)
    } catch {
      take(.refused(launch: launch, sentence: ClavaError.wrapping(error).description), &work)
    }
  }

  private func ask(_ work: inout Work) {
    work.nextQuestion = MonotonicClock.now + .seconds(engine.pollSeconds)
    let launches = work.keeper.launches.compactMap { work.records[$0] }
    guard !launches.isEmpty else { return }
    do {
      let answer = try engine.status(of: launches)
      work.silence = nil
      take(.observed(answer), &work)
    } catch {
      let sentence = ClavaError.wrapping(error).description
      // Said once, not every 30 seconds.
      if work.silence != sentence { site.report(sentence) }
      work.silence = sentence
    }
  }
}
