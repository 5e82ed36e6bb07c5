import Essentials
import Foundation
import Storage
import TaskGraph

/// Parameters of all bodies of this program; each reads what it needs.
struct BodyParameters: Codable {
  var salt: Int?
  var seconds: Double?
  var steps: Int?
  var marker: String?
  var megabytes: Int?
}

/// Digest of the contents of all inputs and of the salt: the value that all bodies work on.
private func seed(_ context: any TaskContext, _ parameters: BodyParameters) throws -> Digest {
  var hasher = Hasher256()
  hasher.update(lengthPrefixed: "\(parameters.salt ?? 0)")
  for name in Set(context.task.inputs.map(\.name)).sorted() {
    for path in try context.inputs(name) { hasher.update(try FileSystem.read(path)) }
  }
  return hasher.finish()
}

/// Sleeps and writes a digest of its inputs.
struct MixBody: TaskBody {
  let kind = "mix"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(BodyParameters.self)
    let value = try seed(context, parameters)
    usleep(UInt32((parameters.seconds ?? 0) * 1e6))
    try Data("\(value)\n".utf8).write(to: URL(fileURLWithPath: context.outputPath("value.txt")))
  }
}

/// Writes its source file as its output.
struct CopyBody: TaskBody {
  let kind = "copy"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let data = try FileSystem.read(context.input("source"))
    try data.write(to: URL(fileURLWithPath: context.outputPath("value.txt")))
  }
}

/// A chain of digests, one a step, with checkpoints: what training looks like from outside.
struct ChainBody: TaskBody {
  let kind = "chain"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(BodyParameters.self)
    let steps = parameters.steps ?? 100
    var value = try seed(context, parameters)
    var done = 0
    if let path = try context.latestCheckpoint() {
      let reader = try ArtifactReader(path: path)
      value = try reader.readJSON("value", as: Digest.self)
      done = Int(try reader.read("step", as: Int64.self).first ?? 0)
      context.log("resumed at step \(done)")
    }
    func save() throws {
      try context.saveCheckpoint(step: done) { path in
        let writer = try ArtifactWriter(path: path)
        try writer.writeJSON("value", value)
        try writer.write("step", [Int64(done)])
        try writer.finish()
      }
    }
    while done < steps {
      if context.shouldStop {
        try save()
        throw ClavaError(.interrupted, "saved at step \(done)")
      }
      value = Digest.of(value.hexadecimal)
      done += 1
      usleep(2000)
      context.report(TaskProgress(fraction: Double(done) / Double(steps), step: done))
      if context.isCheckpointDue { try save() }
    }
    let writer = try ArtifactWriter(path: context.outputPath("value"))
    try writer.writeJSON("value", value)
    try writer.finish()
  }
}

/// Ends its process the first time, and works the second time.
struct CrashBody: TaskBody {
  let kind = "crash"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(BodyParameters.self)
    if let marker = parameters.marker, !FileSystem.exists(marker) {
      try FileSystem.writeAtomically(Data(), to: marker)
      context.log("about to crash")
      abort()
    }
    try Data("survived\n".utf8).write(to: URL(fileURLWithPath: context.outputPath("value.txt")))
  }
}

/// Fails with an error of a certain kind.
struct FailBody: TaskBody {
  let kind: String
  let codeVersion = 1
  let code: ClavaError.Code

  func run(_ context: any TaskContext) throws {
    throw ClavaError(code, "this body always fails", remedy: "do not use it")
  }
}

/// Needs more and more memory; can be saved and continued.
struct GrowBody: TaskBody {
  let kind = "grow"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let megabytes = try context.parameters(BodyParameters.self).megabytes ?? 0
    var blocks: [[UInt8]] = []
    // It stays large for a while, so that whoever looks now and then sees it.
    for round in 0..<megabytes + 150 {
      if context.shouldStop {
        try saveNothing(context, step: blocks.count)
        throw ClavaError(.interrupted, "saved at \(blocks.count) MiB")
      }
      if round < megabytes { blocks.append([UInt8](repeating: UInt8(round & 0xff), count: 1 << 20)) }
      usleep(4000)
    }
    context.log("grown; the checkpoint was \(try context.latestCheckpoint() ?? "none")")
    let sum = blocks.reduce(0) { $0 + Int($1[99]) }
    try Data("\(sum)\n".utf8).write(to: URL(fileURLWithPath: context.outputPath("value.txt")))
  }
}

/// Works on although none of its checkpoints can be written.
struct UnsavedBody: TaskBody {
  let kind = "unsaved"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    try context.saveCheckpoint(step: 1) { _ in throw ClavaError(.storage, "no space left for a test") }
    usleep(1_500_000)
    try Data("done\n".utf8).write(to: URL(fileURLWithPath: context.outputPath("value.txt")))
  }
}

/// Fails for good until a file is there.
struct FragileBody: TaskBody {
  let kind = "fragile"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let marker = try context.parameters(BodyParameters.self).marker ?? ""
    guard FileSystem.exists(marker) else { throw ClavaError(.input, "the file \(marker) is missing") }
    try Data("done\n".utf8).write(to: URL(fileURLWithPath: context.outputPath("value.txt")))
  }
}

private func saveNothing(_ context: any TaskContext, step: Int) throws {
  try context.saveCheckpoint(step: step) { path in
    let writer = try ArtifactWriter(path: path)
    try writer.write("step", [Int64(step)])
    try writer.finish()
  }
}
