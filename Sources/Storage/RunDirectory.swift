internal import Essentials
internal import Foundation

/// The folder of a run, which is the truth about it: what is in it can be resumed by any process on any machine.
///
/// Source: spec/distributed.md §3.
public struct RunDirectory: Sendable {
  /// The folder.
  public let path: String

  /// Opens the folder of a run.
  ///
  /// - Parameter create: make it if it is not there; otherwise it must be there.
  /// - Throws: `ClavaError.input` if the folder is missing or holds something else than a run.
  public init(path: String, create: Bool) throws {
    self.path = path
    guard !isRun else { return }
    guard create else {
      let found = FileSystem.exists(path) ? "this is not the folder of a run" : "there is no such folder"
      throw ClavaError(
        .input, found, at: .init(file: path), remedy: "name the folder that 'clava run' was given with --out")
    }
    if FileSystem.exists(path) {
      guard FileSystem.isFolder(path) else {
        throw ClavaError(
          .input, "there is a file here, a folder was expected", at: .init(file: path),
          remedy: "choose another folder with --out")
      }
      // Keys of workers may be made before the run.
      if let other = FileSystem.list(path).first(where: { $0 != "keys" }) {
        throw ClavaError(
          .input, "the folder holds '\(other)' and is not the folder of a run", at: .init(file: path),
          remedy: "choose an empty or a new folder with --out")
      }
    }
    for folder in [journal, objects, tasks, logs, cache] { try FileSystem.createFolder(folder) }
  }

  /// The plan of the run.
  public var plan: String { "\(path)/plan.json" }
  /// The configuration the run was started with.
  public var configuration: String { "\(path)/config.yaml" }
  /// How workers reach the coordinator: endpoint, server key, run id, epoch. Only its owner may read it.
  public var join: String { "\(path)/join.json" }
  /// Folder of the journal.
  public var journal: String { "\(path)/journal" }
  /// Folder of the object store of this run.
  public var objects: String { "\(path)/objects" }
  /// Folder of the committed task keys.
  public var cache: String { "\(path)/cache" }
  /// Folder of the tasks.
  public var tasks: String { "\(path)/tasks" }
  /// Folder of the synthetic tables.
  public var synthetic: String { "\(path)/synthetic" }
  /// Folder of the logs of processes.
  public var logs: String { "\(path)/logs" }
  /// The progress history.
  public var metrics: String { "\(path)/metrics.jsonl" }
  /// The report of the run.
  public var report: String { "\(path)/report.json" }
  /// The file whose lock says that a coordinator is at work.
  public var lockFile: String { "\(path)/coordinator.lock" }

  /// Folder of a task.
  public func task(_ folderName: String) -> String { "\(tasks)/\(folderName)" }

  /// Folder of an attempt of a task.
  public func attempt(_ number: Int, of folderName: String) -> String { "\(tasks)/\(folderName)/a\(number)" }

  /// The object store of this run.
  public func objectStore() throws -> ObjectStore { try ObjectStore(path: objects) }

  /// The committed task keys of this run.
  public func cacheStore() throws -> CacheStore { try CacheStore(path: cache) }

  /// The process that holds, or last held, the lock; nil if it is one of another machine or unknown.
  public var lockHolder: Int32? {
    let text = FileManager.default.contents(atPath: lockFile).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 4, words[0] == "pid", words[3] == TemporaryName.host else { return nil }
    return Int32(words[1])
  }

  /// Takes the lock that tells a second coordinator of this machine that one is at work. Nothing depends on it for
  /// being right.
  ///
  /// - Throws: `ClavaError.input`, naming the process, if it is held.
  public func lock() throws -> RunLock { try RunLock(path: lockFile, run: path) }

  private var isRun: Bool { FileSystem.isFolder(cache) && FileSystem.isFolder(objects) }
}

/// The lock of a run directory, held until this value goes away or its process ends.
public final class RunLock: Sendable {
  private let descriptor: Int32

  fileprivate init(path: String, run: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw FileSystem.writeError(path) }
      let holder = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let name = holder.trimmingCharacters(in: .whitespacesAndNewlines)
      throw ClavaError(
        .input, "another process is at work on this run (\(name.isEmpty ? "process unknown" : name))",
        at: .init(file: run), remedy: "wait for it, or stop it, and give the same command again")
    }
    let holder = Data("pid \(getpid()) on \(TemporaryName.host)\n".utf8)
    ftruncate(descriptor, 0)
    _ = holder.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }
}
