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
    let state = Mutex(State())
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

  /// Runs attempts until the supervisor closes the channel. Does not return before that.
  ///
  /// - Parameters:
  ///   - registry: the bodies this program has.
  ///   - runPath: the run directory.
  public static func run(registry: TaskRegistry, runPath: String) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let channel = ComputeChannel(descriptor: ComputeChannel.descriptorInChild)
    let directory: RunDirectory, objects: ObjectStore
    do {
      directory = try RunDirectory(path: runPath, create: false)
      objects = try directory.objectStore()
      let inbox = Inbox()
      startReader(channel, inbox)
      try channel.send(ComputeReport.ready)
      while true {
        let (order, stop) = inbox.next()
        try channel.send(perform(order, stop, registry, directory, objects, channel))
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

  private static func perform(
    _ order: WorkOrder, _ stop: StopFlag, _ registry: TaskRegistry, _ directory: RunDirectory,
    _ objects: ObjectStore, _ channel: ComputeChannel
  ) -> ComputeReport {
    let attempt = AttemptIdentifier(order.task.id, order.attempt)
    let began = MonotonicClock.now
    let context = AttemptContext(order, directory: directory, objects: objects, stop: stop) { progress in
      _ = try? channel.send(ComputeReport.progress(attempt, progress))
    }
    do {
      try redirectOutput(to: directory.attempt(order.attempt, of: order.task.id.folderName))
      ProcessMemory.resetPeak()
      try registry.body(for: order.task).run(context)
      let outputs = try context.deliver()
      return .finished(
        attempt,
        AttemptResult(
          outputs: outputs, seconds: (MonotonicClock.now - began).inSeconds, peakMemory: ProcessMemory.peak))
    } catch {
      context.discard()
      let error = ClavaError.wrapping(error)
      if error.code == .interrupted, stop.isRaised { return .left(attempt) }
      context.log("\(error)")
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

  /// Lets everything this process prints go to the attempt's log.
  private static func redirectOutput(to folder: String) throws {
    try FileSystem.createFolder(folder)
    let path = "\(folder)/log.txt"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    defer { close(descriptor) }
    fflush(nil)
    dup2(descriptor, STDOUT_FILENO)
    dup2(descriptor, STDERR_FILENO)
  }
}

/// Memory of processes, as the kernel counts it.
enum ProcessMemory {
  /// Begins to measure the peak anew; where the kernel refuses, the peak is that of the whole process.
  static func resetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = write(descriptor, "5", 1)
  }

  /// Largest resident memory of this process since `resetPeak`, in bytes.
  static var peak: Int { kilobytes("VmHWM:", of: "self") * 1024 }

  /// Resident memory of a process now, in bytes; 0 if it is gone.
  static func resident(_ identifier: pid_t) -> Int { kilobytes("VmRSS:", of: "\(identifier)") * 1024 }

  /// How many processes the system has ended for want of memory in this control group.
  static var outOfMemoryKills: Int {
    let path = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    let group = path.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? ""
    let events = (try? String(contentsOfFile: "/sys/fs/cgroup\(group)/memory.events", encoding: .utf8)) ?? ""
    return events.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }.flatMap { Int($0.dropFirst(9)) } ?? 0
  }

  private static func kilobytes(_ key: String, of process: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return 0 }
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first ?? 0
  }
}
