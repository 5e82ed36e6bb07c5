import Essentials
import Foundation
public import TaskGraph

/// Makes the results of a finished plan visible in the run directory, all at once.
public enum ResultPublisher {
  /// Copies (or links, on the same file system) every result to its place.
  ///
  /// Files go to a folder beside the result first; then each folder of results (or file, where it is in none) takes
  /// its name. A reader sees an old folder or the whole new one, never a part.
  ///
  /// - Throws: `ClavaError.storage` if a file cannot be written.
  public static func publish(
    _ plan: Plan, outputs: [TaskIdentifier: [TaskOutput]], runDirectory: String, path: (TaskOutput) -> String
  ) throws {
    let staging = "\(runDirectory)/.publishing"
    FileSystem.removeIfPresent(staging)
    defer { FileSystem.removeIfPresent(staging) }
    var places: Set<String> = []
    for result in plan.results {
      guard let output = outputs[result.task]?.first(where: { $0.name == result.output }) else {
        throw ClavaError(.internal, "result \(result.path) has no committed output")
      }
      let target = "\(staging)/\(result.path)"
      try FileSystem.createFolder((target as NSString).deletingLastPathComponent)
      try place(path(output), at: target)
      let folder = (result.path as NSString).deletingLastPathComponent
      places.insert(folder.isEmpty ? result.path : folder)
    }
    for (index, place) in places.sorted().enumerated() {
      let final = "\(runDirectory)/\(place)", old = "\(staging)/.old-\(index)"
      try FileSystem.createFolder((final as NSString).deletingLastPathComponent)
      if FileSystem.exists(final), rename(final, old) != 0 { throw FileSystem.writeError(final) }
      guard rename("\(staging)/\(place)", final) == 0 else { throw FileSystem.writeError(final) }
      try FileSystem.syncFolder(of: final)
    }
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
