internal import Foundation

/// Identity of a worker that a launcher started: in `CLAVA_LAUNCH` of its environment and in its hello. Job ids of
/// engines are used again after a restart of the engine; this never is.
struct LaunchIdentity: Sendable, Hashable {
  /// The launch, made here.
  var launch: String
  /// The slot it fills.
  var slot: Int

  init(launch: String, slot: Int) {
    self.launch = launch
    self.slot = slot
  }

  /// Reads `UUID/SLOT`.
  init?(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, UUID(uuidString: String(parts[0])) != nil, let slot = Int(parts[1]), slot >= 0 else {
      return nil
    }
    launch = String(parts[0])
    self.slot = slot
  }

  var text: String { "\(launch)/\(slot)" }
}
