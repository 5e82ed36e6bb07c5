internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

/// The compute process of a worker: its start, what it says, and what is said of its end.
extension WorkerSupervisor {
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

  func startComputeIfDue() {
    guard let due = computeStart, due <= MonotonicClock.now else { return }
    computeStart = nil
    do {
      let (here, there) = try SystemProcess.socketPair()
      defer { close(there) }
      do {
        let output = try StartOutput()
        let process = try SystemProcess.start(
          resolvedComputeCommand,
          environment: environment.merging([SlotBoard.variable: slotBoard ?? ""]) { $1 },
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

  func readCompute() {
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
    // The run may be over before the next beat is due.
    perform(.heartbeat(held: core.held, running: core.running))
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

  func endCompute() {
    guard let compute else { return }
    compute.process.signal(SIGKILL)
    _ = compute.process.ending(wait: true)
    close(compute.channel.descriptor)
    self.compute = nil
  }
}
