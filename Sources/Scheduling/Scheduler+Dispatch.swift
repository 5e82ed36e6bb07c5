internal import TaskGraph

extension Scheduler {
  /// Ready tasks without room that are passed over for others in one turn.
  private static let mostPassedOver = 16

  /// Puts a worker into the heap of those that can take a task, as it stands now.
  mutating func offer(_ index: Int) {
    workers[index].stamp += 1
    guard isUsable(index), hasSlot(index) else { return }
    let room = workers[index].room
    // Outdated places are dropped when they come up; deep ones would pile up for ever.
    if rooms[room].candidates.count > 64 + 4 * rooms[room].hereCount {
      let valid = rooms[room].candidates.elements.filter { workers[$0.worker].stamp == $0.stamp }
      rooms[room].candidates = PriorityHeap(valid)
    }
    rooms[room].candidates.insert(candidate(index))
  }

  private func candidate(_ index: Int) -> Candidate {
    Candidate(
      load: workers[index].held.count, slowness: slowness(index), worker: index, stamp: workers[index].stamp)
  }

  func isUsable(_ index: Int) -> Bool {
    workers[index].isHere && !workers[index].isLeaving
      && !(workers[index].host.map { hosts[$0].isAvoided } ?? false)
  }

  /// Whether a worker can be given one more task: an empty slot always, a busy one only beside short work, so that
  /// it never waits for the coordinator and yet nothing waits long behind it.
  private func hasSlot(_ index: Int) -> Bool {
    let worker = workers[index]
    if worker.held.isEmpty { return true }
    return worker.held.count < settings.leaseAhead && worker.heldSeconds < settings.leaseAheadSeconds
  }

  /// Whether a task may be given to a worker that holds others: together they must be short. Otherwise something more
  /// urgent that becomes ready meanwhile would have to wait behind it.
  private func mayQueue(_ task: Int, on index: Int) -> Bool {
    workers[index].held.isEmpty
      || workers[index].heldSeconds + predictedSeconds(task) <= settings.leaseAheadSeconds
  }

  /// Gives ready tasks, the longest remaining path first, to the least loaded workers that have room for them; then
  /// takes queued ones back for slots that would stay idle.
  mutating func dispatch() {
    guard !isStopping else { return }
    var passedOver: [Int] = []
    var reservation: (room: Int, bytes: Int)?
    while readyCount > passedOver.count, passedOver.count < Self.mostPassedOver, hasCandidate(),
      let task = bestTask()
    {
      guard let worker = bestWorker(for: task, reservation) else {
        passedOver.append(task)
        // The first that has to wait keeps a place, or smaller ones would overtake it for ever.
        if reservation == nil { reservation = reserve(task) }
        continue
      }
      readyCount -= 1
      grant(task, to: worker)
    }
    for task in passedOver { ready.insert(tasks[task].rank) }
    if readyCount == 0 { takeBack() }
  }

  /// Gives the next attempt at a task to a worker.
  @discardableResult
  mutating func grant(_ task: Int, to worker: Int) -> AttemptIdentifier {
    tasks[task].lastAttempt += 1
    let attempt = Attempt(task: task, number: tasks[task].lastAttempt)
    lease(attempt, to: worker)
    statistics.grants += 1
    effects.append(.grant(worker: workers[worker].name, identifier(attempt)))
    return identifier(attempt)
  }

  private mutating func hasCandidate() -> Bool {
    for room in rooms.indices where first(in: room) != nil { return true }
    return false
  }

  /// The least loaded worker of a room.
  mutating func first(in room: Int) -> Candidate? {
    while let candidate = rooms[room].candidates.first {
      if workers[candidate.worker].stamp == candidate.stamp { return candidate }
      rooms[room].candidates.removeFirst()
    }
    return nil
  }

  /// The least loaded worker with room for a task, among equals the one that holds most of its inputs.
  mutating func bestWorker(for task: Int, _ reservation: (room: Int, bytes: Int)?) -> Int? {
    var best: Candidate?
    for room in rooms.indices {
      guard let candidate = first(in: room), best.map({ candidate < $0 }) ?? true else { continue }
      guard mayQueue(task, on: candidate.worker) else { continue }
      let reserved = reservation.flatMap { $0.room == room ? $0.bytes : nil } ?? 0
      if fits(task, candidate.worker, reserved: reserved) { best = candidate }
    }
    guard let best else { return nil }
    guard usesLocality, let near = nearest(task, load: best.load, reservation) else { return best.worker }
    return near
  }

  /// The worker that holds most input bytes of a task, among those as free as the best.
  private func nearest(_ task: Int, load: Int, _ reservation: (room: Int, bytes: Int)?) -> Int? {
    var bytes: [Int: Int] = [:]
    for input in tasks[task].inputs {
      for worker in tasks[input].holders { bytes[worker, default: 0] += tasks[input].outputBytes }
    }
    var best: (worker: Int, bytes: Int)?
    for (worker, count) in bytes where count > 0 && workers[worker].held.count == load {
      let reserved = reservation.flatMap { $0.room == workers[worker].room ? $0.bytes : nil } ?? 0
      guard isUsable(worker), hasSlot(worker), fits(task, worker, reserved: reserved) else { continue }
      if best.map({ (-count, worker) < (-$0.bytes, $0.worker) }) ?? true { best = (worker, count) }
    }
    return best?.worker
  }

  private var usesLocality: Bool {
    switch settings.locality {
    case .automatic: return separateCount > 0
    case .always: return true
    case .never: return false
    }
  }

  /// Notes where outputs lie: with the worker that made them, which has fetched the inputs as well.
  mutating func note(outputBytes: Int, of task: Int, on worker: Int) {
    guard usesLocality else { return }
    tasks[task].outputBytes = outputBytes
    tasks[task].holders = [worker]
    for input in tasks[task].inputs where !tasks[input].holders.contains(worker) && tasks[input].holders.count < 16 {
      tasks[input].holders.append(worker)
    }
  }

  private mutating func bestTask() -> Int? {
    while let rank = ready.removeFirst() {
      let task = taskOfRank[rank]
      if tasks[task].state == .ready, !awaited.contains(task) { return task }
    }
    return nil
  }

  /// Whether some worker holds nothing.
  mutating func hasIdleWorker() -> Bool {
    for room in rooms.indices {
      if let candidate = first(in: room), workers[candidate.worker].held.isEmpty { return true }
    }
    return false
  }

  /// Asks busy slots to give back what they have not begun, one attempt for each slot without any work.
  private mutating func takeBack() {
    // The heap knows whether any worker holds nothing; only then are the others looked through.
    guard unstartedCount > pendingRevocations, hasIdleWorker() else { return }
    var wanted = workers.indices.count { isUsable($0) && workers[$0].held.isEmpty } - pendingRevocations
    guard wanted > 0 else { return }
    let loaded = workers.indices.filter { workers[$0].isHere && workers[$0].held.count > 1 }
      .sorted { (-workers[$0].heldSeconds, $0) < (-workers[$1].heldSeconds, $1) }
    for index in loaded where wanted > 0 {
      let running = workers[index].running ?? workers[index].held.first
      let last = workers[index].held.last { attempt in
        attempt != running && leaseIndex(attempt).map { tasks[attempt.task].leases[$0].isRevoked } == false
      }
      guard let attempt = last, let place = leaseIndex(attempt) else { continue }
      tasks[attempt.task].leases[place].isRevoked = true
      pendingRevocations += 1
      statistics.revocations += 1
      wanted -= 1
      effects.append(.revoke(worker: workers[index].name, identifier(attempt), evenIfRunning: false))
    }
  }
}
