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
  struct Compute {
    var process: SystemProcess
    var channel: ComputeChannel
    var assembler = FrameAssembler()
    var room: MemoryRoom
    var output: StartOutput
    var ownCause: FailureCause?
    var lastMemory = 0
    var isReady = false
  }

  /// A compute process that dies so often before it is ready will never be.
  private static let maximumStartFailures = 5

  /// The run folder, or the worker's own where that cannot be seen; nil before the first welcome.
  var directory: RunDirectory?
  /// Moves files if the run folder cannot be seen.
  var files: WorkerFiles?
  let filesOptions: WorkerFilesOptions
  let runPath: String?
  private let name: String
  let identity = UUID().uuidString
  private let slot: Int
  let computeCommand: [String]
  let link: WorkerLink
  private let codec = MessageCodec()
  private let watchesInput: Bool
  var core = WorkerCore()
  private var sequence: UInt64 = 0
  private var outbox: [Message] = []
  private var work: [AttemptIdentifier: (folder: String, frame: Data)] = [:]
  private var progress: (attempt: AttemptIdentifier, progress: TaskProgress)?
  private var environment: [String: String] = [:]
  private(set) var numericProfile = ""
  private(set) var compute: Compute?
  private var computeStart: Duration?
  private var startFailures = 0
  private var departure: Departure
  private var troubles: [String] = []
  var exitCode: Int32?
  /// Whether somebody wants it to leave, so that leaving is not for want of a coordinator.
  private var isAskedToLeave = false

  init(_ options: WorkerOptions, _ link: WorkerLink) throws {
    departure = Departure(end: options.lifecycle.end(from: MonotonicClock.now))
    runPath = options.runPath
    filesOptions = options.files
    slot = options.slot
    computeCommand = options.computeCommand
    name = options.key?.name ?? "worker \(slot + 1)"
    self.link = link
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

  private func perform(_ effect: WorkerEffect) {
    switch effect {
    case .hello(let held):
      outbox.removeAll()
      var labels = [
        "slot": "\(slot)", "process": "\(getpid())", "machine": Machine.name, "memory": "\(MemoryRoom.current.total)",
      ]
      labels["launch"] = ProcessInfo.processInfo.environment["CLAVA_LAUNCH"]
      if files != nil || !filesOptions.usesSharedFolder { labels[WorkerFacts.Label.separate] = "true" }
      let message = Hello(worker: identity, name: name, held: held.map(\.name), labels: labels)
      outbox.append(.hello(message))
    case .heartbeat(let held, let running):
      let entries = held.map { attempt in
        let progress = progress.flatMap { $0.attempt == attempt ? $0.progress : nil }
        return HeldAttempt(
          attempt: attempt.name, isRunning: attempt == running, fraction: progress?.fraction, step: progress?.step,
          loss: progress?.loss)
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
    case .report(let attempt, let report): outbox.append(message(attempt, report))
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

  private func message(_ attempt: AttemptIdentifier, _ report: AttemptReport) -> Message {
    switch report {
    case .finished(let result):
      let outputs = result.outputs.map {
        DeliveredOutput(
          name: $0.name, digest: $0.digest.hexadecimal, contentDigest: $0.contentDigest.hexadecimal, size: $0.size)
      }
      return .commit(
        Commit(attempt: attempt.name, outputs: outputs, seconds: result.seconds, peakMemory: result.peakMemory))
    case .failed(let cause):
      return .failed(
        Failure(
          attempt: attempt.name, kind: cause.kind.rawValue, sentence: cause.sentence, log: cause.log,
          lastLines: cause.lastLines))
    case .released: return .release(AttemptNotice(attempt: attempt.name))
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

  // MARK: Compute process

  private func startComputeIfDue() {
    guard let due = computeStart, due <= MonotonicClock.now else { return }
    computeStart = nil
    do {
      let (here, there) = try SystemProcess.socketPair()
      defer { close(there) }
      do {
        let output = try StartOutput()
        let process = try SystemProcess.start(
          resolvedComputeCommand,
          environment: environment,
          descriptors: [
            (ComputeChannel.descriptorInChild, there), (STDOUT_FILENO, output.descriptor),
            (STDERR_FILENO, output.descriptor),
          ],
          ownGroup: false)
        compute = Compute(
          process: process, channel: ComputeChannel(descriptor: here), room: .current, output: output)
      } catch {
        close(here)
        throw error
      }
    } catch {
      Self.print("\(error)")
      exitCode = 42
    }
  }

  private func readCompute() {
    guard compute != nil, let channel = compute?.channel else { return }
    var assembler = compute?.assembler ?? FrameAssembler()
    let isOpen = channel.receive(into: &assembler)
    do {
      while let frame = try assembler.next() {
        take(try CanonicalJSON.decode(ComputeReport.self, from: frame, source: "the compute process"))
      }
      compute?.assembler = assembler
      if !isOpen { buryCompute() }
    } catch {
      Self.print("\(error)")
      buryCompute()
    }
  }

  func sendToCompute(_ frame: Data) { compute?.channel.sendFrame(frame) }

  private func take(_ report: ComputeReport) {
    if let files, passThroughFiles(report, files) { return }
    conclude(report)
  }

  /// Takes a report whose files are where the coordinator needs them.
  func conclude(_ report: ComputeReport) {
    switch report {
    case .ready:
      startFailures = 0
      compute?.isReady = true
      apply(.computeReady)
    case .progress(let attempt, let progress): self.progress = (attempt, progress)
    case .finished(let attempt, let result): apply(.computeFinished(attempt, result))
    case .failed(let attempt, var cause):
      addLog(&cause, attempt)
      apply(.computeFailed(attempt, cause))
    case .left(let attempt): apply(.computeLeft(attempt))
    case .outgrown(_, let cause): compute?.ownCause = cause
    case .trouble(let attempt, let sentence): note("\(attempt): \(sentence)")
    }
  }

  /// Keeps a sentence for the coordinator. Each heartbeat carries the last few, so that none is lost with a message.
  private func note(_ sentence: String) {
    Self.print(sentence)
    troubles = Array((troubles + ["\(sentence)"]).suffix(5))
  }

  private func buryCompute() {
    guard let dead = compute else { return }
    compute = nil
    close(dead.channel.descriptor)
    // It may have closed the channel without ending; then it is of no use any more.
    var ending = dead.process.ending(wait: false)
    if ending == nil {
      usleep(100_000)
      ending = dead.process.ending(wait: false)
    }
    if ending == nil {
      dead.process.signal(SIGKILL)
      ending = dead.process.ending(wait: true)
    }
    if !dead.isReady, let words = dead.output.text { Self.print(words) }
    startFailures += 1
    guard startFailures <= Self.maximumStartFailures else {
      let words = dead.output.text.map { "; it said: \($0)" } ?? ""
      Self.print("the compute process of \(name) cannot be started: it \(ending?.sentence ?? "is gone")\(words)")
      exitCode = 42
      return
    }
    let loss = ComputeLoss(
      process: Int(dead.process.identifier), worker: name, ending: ending, lastMemory: dead.lastMemory,
      before: dead.room, after: .current, ownCause: dead.ownCause)
    var cause = loss.cause
    if let running = core.running {
      addLog(&cause, running)
      recordEnd(of: running, loss, cause)
      files?.died(running)
    }
    apply(.computeDied(cause))
  }

  private func recordEnd(of attempt: AttemptIdentifier, _ loss: ComputeLoss, _ cause: FailureCause) {
    guard let folder = work[attempt]?.folder, let directory, loss.ownCause == nil else { return }
    AttemptRecord(
      task: attempt.task, attempt: attempt.number, outcome: cause.kind == .outOfMemory ? .outOfMemory : .died,
      cause: cause.sentence, exitCode: loss.ending?.exitCode, signal: loss.ending?.signal,
      peakMemory: loss.ending?.peakMemory, worker: name, process: loss.process, command: computeCommand
    ).write(to: "\(directory.path)/\(folder)/a\(attempt.number)")
  }

  private func addLog(_ cause: inout FailureCause, _ attempt: AttemptIdentifier) {
    guard let folder = work[attempt]?.folder, let directory else { return }
    cause.log = "\(folder)/a\(attempt.number)/\(AttemptFiles.log)"
    cause.lastLines = LogTail.lines(of: "\(directory.path)/\(folder)/a\(attempt.number)/\(AttemptFiles.log)")
  }

  private func endCompute() {
    guard let compute else { return }
    compute.process.signal(SIGKILL)
    _ = compute.process.ending(wait: true)
    close(compute.channel.descriptor)
    self.compute = nil
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

  static func print(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}

extension AttemptIdentifier {
  init(_ name: AttemptName) { self.init(TaskIdentifier(name.task), name.number) }

  var name: AttemptName { AttemptName(task: task.name, number: number) }
}
