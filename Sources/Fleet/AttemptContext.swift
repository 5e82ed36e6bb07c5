internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

/// What a body sees while a compute process runs it.
final class AttemptContext: TaskContext {
  /// At most so many progress reports go out in a second.
  private static let progressInterval: Duration = .milliseconds(250)

  let task: TaskDescription
  private let order: WorkOrder
  private let objects: ObjectStore
  private let checkpoints: CheckpointStore
  private let stop: StopFlag
  private let tell: @Sendable (ComputeReport) -> Void
  private let borrower: SlotBorrower?
  private let attempt: AttemptIdentifier
  private var outputPaths: [String: String] = [:]
  private var lastProgress: Duration?
  private var lastCheckpoint = MonotonicClock.now
  private var lastLoss: Double?

  init(
    _ order: WorkOrder, directory: RunDirectory, objects: ObjectStore, stop: StopFlag, borrower: SlotBorrower? = nil,
    tell: @escaping @Sendable (ComputeReport) -> Void
  ) {
    task = order.task
    let attempt = AttemptIdentifier(order.task.id, order.attempt)
    self.attempt = attempt
    self.order = order
    self.objects = objects
    self.stop = stop
    self.tell = tell
    self.borrower = borrower
    let folder = directory.task(order.task.id.folderName)
    checkpoints = CheckpointStore(taskFolder: folder, retention: order.retention ?? .init()) { damage in
      Self.write("damaged checkpoint: \(damage)")
      tell(.trouble(attempt, damage.description))
    }
  }

  func inputs(_ name: String) throws -> [String] {
    guard order.inputs.count == task.inputs.count else {
      throw ClavaError(.internal, "task \(task.id) came with \(order.inputs.count) of \(task.inputs.count) inputs")
    }
    let produced = try zip(task.inputs, order.inputs).filter { $0.0.name == name }.map { _, input in
      let path = objects.path(of: input.digest)
      let object = StoredObject(digest: input.digest, contentDigest: input.digest, size: input.size)
      guard objects.holds(object) else {
        throw ClavaError(
          .damaged, "an input of \(task.id) is missing or has another size than when it was stored",
          at: .init(file: path), remedy: "give the same command again: what is missing will be made anew")
      }
      return path
    }
    return produced + task.sources.filter { $0.name == name }.map(\.path)
  }

  func outputPath(_ name: String) throws -> String {
    guard task.outputs.contains(name) else {
      throw ClavaError(.internal, "task \(task.id) has no output called '\(name)'")
    }
    if let path = outputPaths[name] { return path }
    let ending = (name as NSString).pathExtension
    let path = objects.temporaryPath(extension: ending.isEmpty ? "h5" : ending)
    outputPaths[name] = path
    return path
  }

  func report(_ progress: TaskProgress) {
    if let loss = progress.loss { lastLoss = loss }
    let now = MonotonicClock.now
    if let lastProgress, now - lastProgress < Self.progressInterval { return }
    lastProgress = now
    var progress = progress
    if let borrower, borrower.slots > 1 { progress.slots = borrower.slots }
    tell(.progress(attempt, progress))
  }

  func threads(upTo most: Int) -> Int { borrower?.threads(upTo: most, now: MonotonicClock.now) ?? 1 }

  func log(_ line: String) { Self.write(line) }

  var shouldStop: Bool { stop.isRaised }

  var isCheckpointDue: Bool { (MonotonicClock.now - lastCheckpoint).inSeconds >= order.checkpointSeconds }

  func latestCheckpoint() throws -> String? { try checkpoints.latest()?.path }

  func rejectCheckpoint(_ path: String, because reason: String) { checkpoints.reject(path: path, reason: reason) }

  func saveCheckpoint(step: Int, _ write: (String) throws -> Void) throws {
    // The clock moves on even if saving fails: training goes on with the checkpoint before it.
    lastCheckpoint = MonotonicClock.now
    do {
      try checkpoints.save(attempt: order.attempt, step: step, loss: lastLoss, write)
    } catch let error as ClavaError where error.code == .storage || error.code == .damaged {
      let sentence = "the checkpoint of step \(step) was not saved, the work goes on without it: \(error)"
      Self.write(sentence)
      tell(.trouble(attempt, sentence))
    }
  }

  /// Moves the outputs into the store.
  ///
  /// - Throws: `ClavaError.internal` if the body left one out, `.storage` if the disk refuses.
  func deliver() throws -> [TaskOutput] {
    try task.outputs.map { name in
      guard let path = outputPaths[name], FileSystem.exists(path) else {
        throw ClavaError(.internal, "task \(task.id) did not write its output '\(name)'")
      }
      let object = try objects.adopt(path)
      return TaskOutput(
        name: name, digest: object.digest, contentDigest: object.contentDigest, size: object.size)
    }
  }

  /// Removes the files of outputs that were not delivered.
  func discard() {
    for path in outputPaths.values { unlink(path) }
  }

  /// Writes a line to the log. Safe from any thread.
  static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
