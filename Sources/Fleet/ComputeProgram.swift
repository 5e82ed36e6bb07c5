internal import CSystemShims
internal import Dispatch
internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import Synchronization
public import TaskGraph

/// The compute process of a worker: runs bodies, one at a time, and nothing else.
///
/// A reader thread takes commands, so that a stop is seen while a body computes; when the supervisor is gone the
/// process ends at once, wherever the body is.
public enum ComputeProgram {
  /// Commands that wait for the main thread, and what the reader needs to stop the running attempt.
  private final class Inbox: Sendable {
    struct State {
      var orders: [WorkOrder] = []
      var running: (attempt: AttemptIdentifier, stop: StopFlag)?
    }
    let state = Guarded(State())
    let arrived = DispatchSemaphore(value: 0)

    func next() -> (order: WorkOrder, stop: StopFlag) {
      while true {
        arrived.wait()
        let stop = StopFlag()
        let order: WorkOrder? = state.withLock { state in
          guard !state.orders.isEmpty else { return nil }
          let order = state.orders.removeFirst()
          state.running = (AttemptIdentifier(order.task.id, order.attempt), stop)
          return order
        }
        if let order { return (order, stop) }
      }
    }

    func take(_ command: ComputeCommand) {
      switch command {
      case .run(let order):
        state.withLock { $0.orders.append(order) }
        arrived.signal()
      case .stop(let attempt):
        state.withLock { state in
          if let running = state.running, running.attempt == attempt { running.stop.raise() }
        }
      }
    }
  }

  /// Exit code after the memory guard made an attempt leave.
  static let memoryExitCode: Int32 = 98

  /// Runs attempts until the supervisor closes the channel. Does not return before that.
  ///
  /// - Parameters:
  ///   - registry: the bodies this program has.
  ///   - runPath: the run directory.
  public static func run(registry: TaskRegistry, runPath: String) -> Int32 {
    // An engine may signal every process of a job; what that means for this one is the supervisor's to say.
    for number in [SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1] { signal(number, SIG_IGN) }
    let channel = ComputeChannel(descriptor: ComputeChannel.descriptorInChild)
    let directory: RunDirectory, objects: ObjectStore
    do {
      directory = try RunDirectory(path: runPath, create: false)
      objects = try directory.objectStore()
      let inbox = Inbox()
      let borrower = SlotBorrower(environment: ProcessInfo.processInfo.environment)
      startReader(channel, inbox)
      try channel.send(ComputeReport.ready)
      while true {
        let (order, stop) = inbox.next()
        try channel.send(perform(order, stop, registry, directory, objects, channel, borrower))
      }
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      return 1
    }
  }

  private static func startReader(_ channel: ComputeChannel, _ inbox: Inbox) {
    let thread = Thread {
      clava_thread_name("commands")
      var assembler = FrameAssembler()
      while channel.receive(into: &assembler) {
        do {
          while let frame = try assembler.next() {
            inbox.take(try CanonicalJSON.decode(ComputeCommand.self, from: frame, source: "the supervisor"))
          }
        } catch {
          FileHandle.standardError.write(Data("\(error)\n".utf8))
          _exit(1)
        }
      }
      // Nobody is left to report to. Unsaved steps are repeated elsewhere from the last checkpoint.
      _exit(0)
    }
    thread.start()
  }

  /// What the body's thread and the memory watch have in common.
  private final class Shared: Sendable {
    let sending = Guarded(())
    let used = Guarded(0)
  }

  private static func perform(
    _ order: WorkOrder, _ stop: StopFlag, _ registry: TaskRegistry, _ directory: RunDirectory,
    _ objects: ObjectStore, _ channel: ComputeChannel, _ borrower: SlotBorrower?
  ) -> ComputeReport {
    let attempt = AttemptIdentifier(order.task.id, order.attempt)
    let began = MonotonicClock.now
    let folder = directory.attempt(order.attempt, of: order.task.id.folderName)
    let shared = Shared()
    // The memory watch may speak while the body reports progress.
    @Sendable func tell(_ report: ComputeReport) { shared.sending.withLock { _ in _ = try? channel.send(report) } }
    @Sendable func record(
      _ outcome: AttemptRecord.Outcome, _ cause: String? = nil, exitCode: Int32? = nil,
      loan: SlotBorrower.Loan? = nil
    ) {
      AttemptRecord(
        task: order.task.id, attempt: order.attempt, outcome: outcome, cause: cause, exitCode: exitCode,
        peakMemory: ProcessMemory.peak, seconds: (MonotonicClock.now - began).inSeconds, slots: loan?.mostSlots,
        borrowedSeconds: loan?.seconds, worker: order.worker,
        process: Int(getpid()), command: CommandLine.arguments
      ).write(to: folder)
    }
    @Sendable func outgrow(_ sentence: String) -> Never {
      tell(.outgrown(attempt, FailureCause(.outOfMemory, sentence)))
      record(.outOfMemory, sentence, exitCode: memoryExitCode)
      _exit(memoryExitCode)
    }
    let context = AttemptContext(order, directory: directory, objects: objects, stop: stop, borrower: borrower) {
      tell($0)
    }
    let request = order.memory ?? 0
    @Sendable func sentence(_ ending: String) -> String {
      let (size, most) = (shared.used.withLock { $0 } >> 20, request >> 20)
      return "\(attempt) used \(size) MiB of the \(most) MiB of memory predicted for it; \(ending)"
    }
    let watch = MemoryWatch(
      request > 0 ? order.memoryGuard ?? .off : .off, request: request,
      fired: { size in
        shared.used.withLock { $0 = size }
        AttemptContext.write(
          "memory is short: \(size >> 20) MiB used, \(request >> 20) MiB predicted; saving and leaving")
        stop.raise()
      },
      overdue: { outgrow(sentence("it was left without a checkpoint of its own")) })
    defer { watch.stop() }
    borrower?.begin(rank: order.rank ?? 0)
    defer { borrower?.end() }
    do {
      try redirectOutput(to: folder)
      ProcessMemory.resetPeak()
      try registry.body(for: order.task).run(context)
      let loan = borrower?.giveAllBack()
      let outputs = try context.deliver()
      let result = AttemptResult(
        outputs: outputs, seconds: (MonotonicClock.now - began).inSeconds, peakMemory: ProcessMemory.peak,
        borrowedSeconds: loan?.seconds)
      record(.finished, loan: loan)
      return .finished(attempt, result)
    } catch {
      watch.stop()
      context.discard()
      let error = ClavaError.wrapping(error)
      if error.code == .interrupted, stop.isRaised {
        if watch.hasFired { outgrow(sentence("it was saved and left")) }
        record(.returned, loan: borrower?.giveAllBack())
        return .left(attempt)
      }
      context.log("\(error)")
      record(.failed, error.description)
      return .failed(attempt, FailureCause(kind(of: error), error.description))
    }
  }

  private static func kind(of error: ClavaError) -> FailureCause.Kind {
    switch error.code {
    case .input, .configuration: return .rejectedInput
    case .storage: return .storage
    default: return .programError
    }
  }

  /// Lets everything this process prints go to the attempt's files.
  private static func redirectOutput(to folder: String) throws {
    try FileSystem.createFolder(folder)
    fflush(nil)
    for (name, number) in [(AttemptFiles.output, STDOUT_FILENO), (AttemptFiles.log, STDERR_FILENO)] {
      let path = "\(folder)/\(name)"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw FileSystem.writeError(path) }
      dup2(descriptor, number)
      close(descriptor)
    }
  }
}
