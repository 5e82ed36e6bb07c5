internal import Foundation
package import Scheduling

/// What is known about a compute process that ended before its time, and what follows from it.
package struct ComputeLoss {
  /// Number of the process.
  var process: Int
  /// The worker it belonged to.
  var worker: String
  /// How it ended; nil if even that is not known.
  var ending: SystemProcess.Ending?
  /// Its resident memory when last looked at, in bytes.
  var lastMemory: Int
  /// What the kernel said about memory when the process started, and what it says now.
  var before: MemoryRoom
  var after: MemoryRoom
  /// What the process itself gave as the reason.
  var ownCause: FailureCause?

  package init(
    process: Int, worker: String, ending: SystemProcess.Ending?, lastMemory: Int, before: MemoryRoom,
    after: MemoryRoom, ownCause: FailureCause? = nil
  ) {
    self.process = process
    self.worker = worker
    self.ending = ending
    self.lastMemory = lastMemory
    self.before = before
    self.after = after
    self.ownCause = ownCause
  }

  /// The cause in one sentence.
  package var cause: FailureCause {
    if ending?.exitCode == ComputeProgram.memoryExitCode, let ownCause { return ownCause }
    let most = max(ending?.peakMemory ?? 0, lastMemory)
    let sentence =
      "the compute process of \(worker) (process \(process) on \(Machine.name)) \(ending?.sentence ?? "is gone"); "
      + "it used \(lastMemory >> 20) MiB of memory when last looked at, \(most >> 20) MiB at most"
    if ending?.exitCode == ComputeProgram.memoryExitCode {
      return FailureCause(.outOfMemory, sentence + ", more than was predicted")
    }
    if ending?.signal == SIGKILL {
      if after.outOfMemoryKills > before.outOfMemoryKills {
        return FailureCause(.outOfMemory, sentence + "; the kernel ended it because memory had run out")
      }
      if after.total > 0, Double(most) >= MemoryGuard.share * Double(after.total) {
        let place = after.isGroup ? "its control group allows" : "the machine has"
        return FailureCause(
          .outOfMemory, sentence + ", of \(after.total >> 20) MiB that \(place): it most likely ran out of memory")
      }
    }
    switch ending?.signal {
    case SIGKILL, SIGTERM, SIGHUP, SIGINT: return FailureCause(.lostWorker, sentence)
    default: return FailureCause(.programError, sentence)
    }
  }
}
