import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph

/// A run whose finished tasks, above all its trained models, serve another run.
///
/// Results lie under their digests and never change, so they can be hard links; where the two folders are on different
/// file systems they are copied.
struct TrainedRun {
  /// What was taken over.
  struct Reuse {
    /// Tasks by stage, in the order of the plan.
    var stages: [(name: String, tasks: Int)] = []
    /// Bytes of their results.
    var bytes = 0

    /// For people, as part of a sentence.
    var text: String {
      let list = stages.map { "\($0.name) \($0.tasks)" }.joined(separator: ", ")
      return "\(stages.reduce(0) { $0 + $1.tasks }) finished tasks (\(list); \(TextFormatting.bytes(bytes))) are taken"
    }
  }

  /// The folder of the run.
  let directory: RunDirectory
  /// What it was made from.
  let plan: Plan

  /// Opens a run.
  ///
  /// - Throws: `ClavaError.input` if the folder holds no run.
  init(path: String) throws {
    directory = try RunDirectory(path: path, create: false)
    guard FileSystem.exists(directory.plan) && FileSystem.exists(directory.configuration) else {
      throw ClavaError(
        .input, "the folder holds no run that was started", at: .init(file: path),
        remedy: "name the folder that 'clava run' was given with --out")
    }
    plan = try CanonicalJSON.decode(Plan.self, from: FileSystem.read(directory.plan), source: directory.plan)
  }

  /// Checks that everything that `newPlan` shares with the run is there, so that nothing has to be trained.
  ///
  /// - Throws: `ClavaError.input` that says what has changed or is not finished.
  func check(_ newPlan: Plan) throws {
    guard newPlan.numericProfile == plan.numericProfile else {
      throw ClavaError(
        .input, "the run was computed with '\(plan.numericProfile)', here it is '\(newPlan.numericProfile)'",
        at: .init(file: directory.path), remedy: "sample on a machine like the one that trained, or run again here")
    }
    let old = Dictionary(uniqueKeysWithValues: plan.tasks.map { ($0.id, $0) })
    try checkSources(newPlan, old)
    var known = try CommittedResults(plan: newPlan, directory: directory)
    var shared: Set<TaskIdentifier> = []
    var unfinished: [TaskIdentifier] = []
    for task in newPlan.tasks {
      guard let before = old[task.id], Self.isSame(task, before), task.inputs.allSatisfy({ shared.contains($0.task) })
      else { continue }
      shared.insert(task.id)
      if try known.lookUp(task) == nil { unfinished.append(task.id) }
    }
    if let task = newPlan.tasks.first(where: { $0.kind.hasPrefix("train-") && !shared.contains($0.id) }) {
      throw ClavaError(
        .input, "the run has no model of \(task.id), which these options need", at: .init(file: directory.path),
        remedy: "leave the option out that needs it, or learn again with clava run")
    }
    guard unfinished.isEmpty else {
      let names = unfinished.prefix(3).map(\.name).joined(separator: ", ")
      throw ClavaError(
        .input, "\(unfinished.count) tasks of the run are not finished (\(names)\(unfinished.count > 3 ? ", …" : ""))",
        at: .init(file: directory.path), remedy: "finish it first: clava run \(directory.configuration)")
    }
  }

  /// Data, metadata and program must be those the run was made with.
  private func checkSources(_ newPlan: Plan, _ old: [TaskIdentifier: TaskDescription]) throws {
    var problems: [Problem] = []
    for task in newPlan.tasks where !task.sources.isEmpty {
      let before = Dictionary(
        (old[task.id]?.sources ?? []).map { ($0.name, $0.digest) }, uniquingKeysWith: { first, _ in first })
      for source in task.sources where before[source.name] != source.digest {
        problems.append(
          Problem(
            "the file has changed since the run in \(directory.path) learned it", at: .init(file: source.path),
            remedy: "restore it, or learn the new data with clava run"))
      }
      if let other = old[task.id], !Self.isSame(task, other), problems.isEmpty {
        problems.append(
          Problem(
            "task \(task.id) is not the one of the run: the metadata has changed, or another version of clava made it",
            at: .init(file: directory.path), remedy: "restore the metadata, or learn the data again with clava run"))
      }
    }
    for task in newPlan.tasks {
      guard let other = old[task.id], other.codeVersion != task.codeVersion else { continue }
      problems.append(
        Problem(
          "task \(task.id) was made by another version of clava", at: .init(file: directory.path),
          remedy: "sample with the version that trained, or learn the data again with clava run"))
      break
    }
    guard problems.isEmpty else { throw ClavaError(.input, problems: problems) }
  }

  /// Whether two tasks have the same key as long as their inputs are the same.
  private static func isSame(_ left: TaskDescription, _ right: TaskDescription) -> Bool {
    left.kind == right.kind && left.codeVersion == right.codeVersion && left.parameters == right.parameters
      && left.inputs == right.inputs && left.outputs == right.outputs
      && left.sources.map(\.digest) == right.sources.map(\.digest)
  }

  /// Brings every finished task of `newPlan` that the run knows into another run directory.
  ///
  /// - Throws: `ClavaError.storage` if a file cannot be written, `.damaged` if a result of the run is damaged.
  func bring(_ newPlan: Plan, into target: RunDirectory) throws -> Reuse {
    var known = try CommittedResults(plan: newPlan, directory: directory)
    let entries = try known.lookUpAll()
    let from = try directory.objectStore(), to = try target.objectStore()
    let oldCache = try directory.cacheStore(), newCache = try target.cacheStore()
    var reuse = Reuse()
    for task in newPlan.tasks {
      guard let entry = entries[task.id], let key = try known.key(of: task), let data = try oldCache.entry(for: key)
      else { continue }
      for output in entry.outputs {
        let object = StoredObject(digest: output.digest, contentDigest: output.contentDigest, size: output.size)
        reuse.bytes += output.size
        if !to.holds(object) { try Self.bring(object, from: from, to: to) }
      }
      _ = try newCache.commit(data, for: key)
      if reuse.stages.last?.name == task.stage {
        reuse.stages[reuse.stages.count - 1].tasks += 1
      } else {
        reuse.stages.append((task.stage, 1))
      }
    }
    return reuse
  }

  private static func bring(_ object: StoredObject, from: ObjectStore, to: ObjectStore) throws {
    let source = from.path(of: object.digest), temporary = to.temporaryPath(extension: "object")
    if link(source, temporary) != 0 {
      do {
        try FileManager.default.copyItem(atPath: source, toPath: temporary)
      } catch {
        throw FileSystem.writeError(temporary)
      }
    }
    guard try to.adopt(temporary).digest == object.digest else {
      throw ClavaError(
        .damaged, "this result of the run no longer has the content it was stored with", at: .init(file: source),
        remedy: "remove it and give the command of that run again, which makes it anew")
    }
  }
}
