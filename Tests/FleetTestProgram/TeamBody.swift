import Essentials
import Foundation
import Storage
import Synchronization
import TaskGraph

/// A chain of digests, each made of four parts that several threads may compute: what a training with micro-shards
/// looks like from outside.
struct TeamBody: TaskBody {
  let kind = "team"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let steps = try context.parameters(BodyParameters.self).steps ?? 100
    var value = Digest.of("\(context.task.id)")
    var done = 0
    if let path = try context.latestCheckpoint() {
      let reader = try ArtifactReader(path: path)
      value = try reader.readJSON("value", as: Digest.self)
      done = Int(try reader.read("step", as: Int64.self).first ?? 0)
    }
    let team = ThreadTeam(), parts = Guarded([Digest](repeating: value, count: 4))
    var divided = 0
    while done < steps {
      let threads = context.threads(upTo: 4)
      if threads > 1 { divided += 1 }
      let start = value
      team.run(parts: 4, threads: threads) { part, _ in
        let digest = Digest.of("\(start.hexadecimal) \(part)")
        usleep(500)
        parts.withLock { $0[part] = digest }
      }
      value = Digest.of(parts.withLock { $0 }.map(\.hexadecimal).joined())
      done += 1
      // Written at once: what is killed says nothing at its end.
      if divided == 1, threads > 1 { context.log("helped by \(team.helperCount) threads") }
      context.report(TaskProgress(fraction: Double(done) / Double(steps), step: done))
      if context.shouldStop || context.isCheckpointDue {
        try context.saveCheckpoint(step: done) { path in
          let writer = try ArtifactWriter(path: path)
          try writer.writeJSON("value", value)
          try writer.write("step", [Int64(done)])
          try writer.finish()
        }
      }
      if context.shouldStop { throw ClavaError(.interrupted, "saved at step \(done)") }
    }
    let writer = try ArtifactWriter(path: context.outputPath("value.txt"))
    try writer.writeJSON("value", value)
    try writer.finish()
  }
}
