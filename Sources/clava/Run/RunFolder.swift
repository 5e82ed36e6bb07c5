import Essentials
import Fleet
import Storage

/// The folder of a run, named on the command line by someone who wants to look at it or to steer it.
enum RunFolder {
  /// Opens it.
  ///
  /// - Throws: `ClavaError.input` if it holds no run.
  static func open(_ path: String) throws -> RunDirectory {
    guard FileSystem.exists("\(path)/plan.json") else {
      throw ClavaError(
        .input, FileSystem.isFolder(path) ? "the folder holds no run" : "there is no such folder",
        at: .init(file: path), remedy: "name the folder given to `clava run` with --out")
    }
    return try RunDirectory(path: path, create: false)
  }

  /// Asks the coordinator of a run.
  ///
  /// - Returns: its answer.
  /// - Throws: `ClavaError.input` if there is none at work, or if it refuses; `.messaging` if it does not answer.
  static func ask(_ request: ControlRequest, of directory: RunDirectory, seconds: Double = 10) throws -> String {
    guard try RunStatusReader(directory: directory).read().isAlive else {
      throw ClavaError(
        .input, "no coordinator is at work on this run", at: .init(file: directory.path),
        remedy: "see `clava status \(directory.path)`")
    }
    guard let answer = try RunControl(directory: directory).ask(request, seconds: seconds) else {
      throw ClavaError(
        .messaging, "the coordinator has not answered within \(Int(seconds)) s", at: .init(file: directory.path),
        remedy:
          "see `clava status \(directory.path)`; a process that stands still can be ended with kill -9 without harm"
      )
    }
    guard answer.isAccepted else { throw ClavaError(.input, answer.sentence, at: .init(file: directory.path)) }
    return answer.sentence
  }
}
