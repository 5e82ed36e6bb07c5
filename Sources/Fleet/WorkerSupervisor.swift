internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

/// The supervisor of a worker: talks to the coordinator, feeds one compute process, tells how that ended.
///
/// It never computes, so that its heartbeats leave on time. Everything runs on the thread that calls `run`.
final class WorkerSupervisor {
  /// The run folder, or the worker's own where that cannot be seen; nil before the first welcome.
  var directory: RunDirectory?
  /// Moves files if the run folder cannot be seen.
  var files: WorkerFiles?
  let filesOptions: WorkerFilesOptions
  private let memory: Int?
  let runPath: String?
  let name: String
  let identity = UUID().uuidString
  private let slot: Int
  let computeCommand: [String]
  let link: WorkerLink
  private let codec = MessageCodec()
  private let watchesInput: Bool
  /// Tells this run from others on the machine.
  private let runName: String
  var core = WorkerCore()
  private var sequence: UInt64 = 0
  private var outbox: [Message] = []
  var work: [AttemptIdentifier: (folder: String, frame: Data)] = [:]
  var progress: (attempt: AttemptIdentifier, progress: TaskProgress)?
  var environment: [String: String] = [:]
  private(set) var numericProfile = ""
  var compute: Compute?
  var computeStart: Duration?
  var startFailures = 0
  private var departure: Departure
  var troubles: [String] = []
  /// Where the slots of this machine say what they do; nil: they do not help each other.
  var slotBoard: String?
  var exitCode: Int32?
  /// Whether somebody wants it to leave, so that leaving is not for want of a coordinator.
  private var isAskedToLeave = false

  init(_ options: WorkerOptions, _ link: WorkerLink) throws {
    departure = Departure(end: options.lifecycle.end(from: MonotonicClock.now))
    runPath = options.runPath
    filesOptions = options.files
    memory = options.memory ?? Self.jobMemory
    slot = options.slot
    computeCommand = options.computeCommand
    name = options.key?.name ?? "worker \(slot + 1)"
    self.link = link
    runName = options.key?.serverKey ?? link.endpoint
    core = WorkerCore(orphanSeconds: options.orphanSeconds)
    var information = stat()
    // A pipe or socket as standard input is a leash: when its other end is gone, so is whoever started this. Workers
    // of other machines are on none: their work outlives a broken connection.
    watchesInput =
      options.key == nil && fstat(STDIN_FILENO, &information) == 0
      && [S_IFIFO, S_IFSOCK].contains(information.st_mode & S_IFMT)
  }

  /// Works until it is dismissed or its leash ends.
  ///
  /// - Returns: the exit code of the process.
  func run() -> Int32 {
    while exitCode == nil {
      apply(.tick)
      follow(link.look(MonotonicClock.now))
      turnFiles()
      startComputeIfDue()
      flush()
      var descriptors: [Int32] = []
      if let compute { descriptors.append(compute.channel.descriptor) }
      if watchesInput { descriptors.append(STDIN_FILENO) }
      if let files { descriptors.append(files.descriptor) }
      let isHurried = !outbox.isEmpty || computeStart != nil
      let ready = link.socket.poll(descriptors: descriptors, milliseconds: isHurried ? 5 : 250)
      let hadCompute = compute != nil
      if hadCompute, ready.descriptors.first == true { readCompute() }
      if watchesInput, ready.descriptors[hadCompute ? 1 : 0], !readInput() { exitCode = 75 }
      if ready.socket { readSocket() }
      while let number = Signals.next { decide(departure.signalled(number)) }
      decide(departure.passed(MonotonicClock.now, isDraining: core.isDraining, isIdle: core.running == nil))
    }
    flush()
    if exitCode != 0, exitCode != WorkerExit.drained { link.socket.dropUnsent() }
    endCompute()
    if let slotBoard { SlotBoard.removeIfUnused(slotBoard) }
    files?.close()
    // Started again, it would find the disk as full as before.
    if files?.isFull == true, exitCode == WorkerCore.drainedExitCode { return WorkerExit.refused }
    return exitCode ?? 0
  }

  private func decide(_ decision: Departure.Decision) {
    switch decision {
    case .stay: break
    case .drain(let reason):
      if !core.isDraining { Self.print("\(name) saves its work and leaves: \(reason)") }
      apply(.drain)
    case .end(let code):
      Self.print("\(name) ends at once")
      exitCode = exitCode ?? code
    }
  }

  // MARK: Protocol

  func apply(_ event: WorkerEvent) {
    if case .drain = event { isAskedToLeave = true }
    for effect in core.handle(event, now: MonotonicClock.now) { perform(effect) }
  }

  func perform(_ effect: WorkerEffect) {
    switch effect {
    case .hello(let held):
      outbox.removeAll()
      var labels = [
        "slot": "\(slot)", "process": "\(getpid())", "machine": Machine.name, "memory": "\(MemoryRoom.current.total)",
      ]
      labels[WorkerFacts.Label.ownMemory] = memory.map { "\($0)" }
      labels["launch"] = ProcessInfo.processInfo.environment["CLAVA_LAUNCH"]
      if files != nil || !filesOptions.usesSharedFolder { labels[WorkerFacts.Label.separate] = "true" }
      let message = Hello(worker: identity, name: name, held: held.map(\.name), labels: labels)
      outbox.append(.hello(message))
    case .heartbeat(let held, let running):
      let entries = held.map { attempt in
        let progress = progress.flatMap { $0.attempt == attempt ? $0.progress : nil }
        return HeldAttempt(
          attempt: attempt.name, isRunning: attempt == running, fraction: progress?.fraction, step: progress?.step,
          loss: progress?.loss, slots: progress?.slots)
      }
      let memory = compute.map { ProcessMemory.resident($0.process.identifier) } ?? 0
      compute?.lastMemory = memory
      outbox.append(
        .heartbeat(
          Heartbeat(held: entries, residentMemory: memory, troubles: troubles.isEmpty ? nil : troubles)))
    case .run(let attempt):
      progress = nil
      if let files { files.run(attempt) } else if let frame = work[attempt]?.frame { sendToCompute(frame) }
    case .stopRunning:
      if let files, let running = core.running, !files.stop(running) { return }
      if let running = core.running { _ = try? compute?.channel.send(ComputeCommand.stop(running)) }
    case .startCompute:
      let delay = Double(startFailures) * 0.2
      computeStart = MonotonicClock.now + .seconds(delay)
    case .report(let attempt, let report): outbox.append(Message(attempt, report))
    case .sayStarted(let attempt): outbox.append(.started(AttemptNotice(attempt: attempt.name)))
    case .sayLeaving: outbox.append(.leaving)
    case .exit(let code):
      exitCode = code == WorkerExit.drained && !isAskedToLeave ? WorkerExit.unreachable : code
    }
  }

  private func follow(_ news: WorkerLink.News) {
    switch news {
    case .none: break
    case .redialled: apply(.helloWanted)
    case .over: apply(.dismissed)
    case .refused(let sentence):
      Self.print("this worker ends: \(sentence)")
      exitCode = WorkerExit.refused
    }
  }

  private func flush() {
    while let next = outbox.first {
      sequence += 1
      let envelope = Envelope(epoch: core.epoch, sequence: sequence, message: next)
      guard let frames = try? codec.encode(envelope) else {
        outbox.removeFirst()
        continue
      }
      guard link.socket.send(frames) == .accepted else { return }
      outbox.removeFirst()
    }
  }

  private func readSocket() {
    for _ in 0..<64 {
      guard exitCode == nil, let frames = link.receive() else { return }
      do {
        let envelope = try codec.decode(frames)
        guard core.accepts(epoch: envelope.epoch) else { continue }
        take(envelope)
      } catch {
        Self.print("a message was dropped: \(error.sentence)")
      }
    }
  }

  private func take(_ envelope: Envelope) {
    switch envelope.message {
    case .welcome(let welcome):
      if core.epoch == 0 {
        core = WorkerCore(beatSeconds: welcome.heartbeatSeconds, orphanSeconds: welcome.orphanSeconds)
        environment = welcome.environment
        numericProfile = welcome.numericProfile ?? ""
        if welcome.lendsSlots == true { slotBoard = SlotBoard.path(endpoint: link.endpoint, run: runName) }
      }
      openFiles(welcome)
      apply(.welcomed(epoch: envelope.epoch))
    case .reject(let reject):
      Self.print("the coordinator refuses this worker: \(reject.sentence)")
      exitCode = 42
    case .rehello: apply(.helloWanted)
    case .grant(let grant, let frame):
      let attempt = AttemptIdentifier(grant.attempt)
      work[attempt] = (grant.folder, frame)
      files?.granted(attempt, frame: frame)
      apply(.granted(attempt))
    case .revoke(let revoke):
      apply(.revoked(AttemptIdentifier(revoke.attempt), evenIfRunning: revoke.evenIfRunning))
    case .committed(let notice):
      let attempt = AttemptIdentifier(notice.attempt)
      apply(.acknowledged(attempt))
      if core.running != attempt, !core.queue.contains(attempt) {
        work[attempt] = nil
        files?.forget(attempt)
      }
    case .drain: apply(.drain)
    case .dismiss: apply(.dismissed)
    case .unknown(let kind): outbox.append(.unsupported(Unsupported(kind: kind.rawValue)))
    default: apply(.heard)
    }
  }

  // MARK: Surroundings

  /// Reads what came on standard input.
  ///
  /// - Returns: false at its end.
  private func readInput() -> Bool {
    var byte: [UInt8] = [0]
    let count = read(STDIN_FILENO, &byte, 1)
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN))
  }

  /// Bytes that Slurm gives the job this worker runs in; nil if it runs in none, or Slurm does not say.
  private static var jobMemory: Int? {
    ProcessInfo.processInfo.environment["SLURM_MEM_PER_NODE"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 << 20 : nil }
  }

  static func print(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
