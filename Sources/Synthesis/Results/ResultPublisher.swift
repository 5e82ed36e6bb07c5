import Essentials
import Foundation
public import TaskGraph

/// Makes the results of a finished plan visible in the run directory, all at once.
public enum ResultPublisher {
  /// Copies (or links, on the same file system) every result to its place.
  ///
  /// Files go to a folder beside the result first, which then takes its name: a reader sees the old result folder or
  /// the whole new one, never a part.
  ///
  /// - Throws: `ClavaError.storage` if a file cannot be written.
  public static func publish(
    _ plan: Plan, outputs: [TaskIdentifier: [TaskOutput]], runDirectory: String, path: (TaskOutput) -> String
  ) throws {
    let staging = "\(runDirectory)/.publishing"
    FileSystem.removeIfPresent(staging)
    defer { FileSystem.removeIfPresent(staging) }
    var folders: Set<String> = []
    for result in plan.results {
      guard let output = outputs[result.task]?.first(where: { $0.name == result.output }) else {
        throw ClavaError(.internal, "result \(result.path) has no committed output")
      }
      let target = "\(staging)/\(result.path)"
      try FileSystem.createFolder((target as NSString).deletingLastPathComponent)
      try place(path(output), at: target)
      folders.insert(result.path.split(separator: "/").first.map(String.init) ?? result.path)
    }
    for name in folders.sorted() {
      let final = "\(runDirectory)/\(name)", old = "\(staging)/.old-\(name)"
      if FileSystem.exists(final), rename(final, old) != 0 { throw FileSystem.writeError(final) }
      guard rename("\(staging)/\(name)", final) == 0 else { throw FileSystem.writeError(final) }
    }
    try FileSystem.syncFolder(of: "\(runDirectory)/x")
  }

  /// A copy, not a link: a user may edit the result, and objects of the store must never change.
  private static func place(_ source: String, at target: String) throws {
    do {
      try FileManager.default.copyItem(atPath: source, toPath: target)
    } catch {
      throw FileSystem.writeError(target)
    }
  }
}
