package import Essentials
internal import Foundation
package import Messaging
internal import Storage
internal import Synchronization
package import TaskGraph

/// What each attempt may read and hand in. Written by the coordinator when it grants work, read by the thread that
/// serves files; nothing that is not in here can be touched through that thread.
package final class TransferPermits: Sendable {
  /// The rights of one attempt.
  struct Permit: Sendable {
    /// Identity of the worker that holds it.
    var worker: String
    /// The worker's public key; nil where sockets have none.
    var key: String?
    var attempt: Int
    /// Folder name of its task.
    var taskFolder: String
    /// Inputs and sources, by digest.
    var paths: [Digest: String]
    var outputs: Set<String>
  }

  private let permits = Guarded<[AttemptName: Permit]>([:])
  private let directory: RunDirectory
  private let objects: ObjectStore

  init(directory: RunDirectory) throws {
    self.directory = directory
    objects = try directory.objectStore()
  }

  /// A worker holds an attempt from now on.
  package func grant(
    _ attempt: AttemptName, of task: TaskDescription, inputs: [Digest], to worker: String, key: String? = nil
  ) {
    var paths = Dictionary(
      inputs.map { ($0, objects.path(of: $0)) }, uniquingKeysWith: { first, _ in first })
    for source in task.sources { paths[source.digest] = source.path }
    let permit = Permit(
      worker: worker, key: key, attempt: attempt.number, taskFolder: task.id.folderName, paths: paths,
      outputs: Set(task.outputs))
    permits.withLock { $0[attempt] = permit }
  }

  /// An attempt is done with.
  package func end(_ attempt: AttemptName) { permits.withLock { $0[attempt] = nil } }

  /// A worker holds nothing any more.
  package func revokeAll(of worker: String) { permits.withLock { $0 = $0.filter { $0.value.worker != worker } } }

  /// The rights of an attempt, if this worker holds it.
  ///
  /// - Parameter key: of the connection over which it asks; it must be the one over which the attempt was granted.
  func permit(for attempt: AttemptName, of worker: String, key: String?) -> Permit? {
    guard let permit = permits.withLock({ $0[attempt] }), permit.worker == worker else { return nil }
    return permit.key == nil || permit.key == key ? permit : nil
  }
}
