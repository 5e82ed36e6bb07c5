internal import Foundation

/// Identity of a worker that a launcher started: in `CLAVA_LAUNCH` of its environment and in its hello. Job ids of
/// engines are used again after a restart of the engine; this never is.
package struct LaunchIdentity: Sendable, Hashable {
  /// The launch, made here.
  package var launch: String
  /// The slot it fills.
  package var slot: Int

  package init(launch: String, slot: Int) {
    self.launch = launch
    self.slot = slot
  }

  /// Reads `UUID/SLOT`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, UUID(uuidString: String(parts[0])) != nil, let slot = Int(parts[1]), slot >= 0 else {
      return nil
    }
    launch = String(parts[0])
    self.slot = slot
  }

  package var text: String { "\(launch)/\(slot)" }
}
