/// Something from outside that was turned away: who sent it and why, for the log.
public struct Refusal: Sendable, Hashable {
  /// Address it came from, for instance `10.9.1.4:51234`; without a port where only the machine is known.
  public var remote: String
  /// What was wrong, as the rest of a sentence that begins with the address.
  public var reason: String
  /// The key that was not known, if that was all: its file may be on its way.
  public var unknownKey: String?

  /// Creates a refusal.
  public init(remote: String, reason: String, unknownKey: String? = nil) {
    self.remote = remote
    self.reason = reason
    self.unknownKey = unknownKey
  }

  /// The address without its port: ports change with every connection.
  public var machine: String {
    guard let colon = remote.lastIndex(of: ":"), remote[remote.index(after: colon)...].allSatisfy(\.isNumber) else {
      return remote
    }
    return String(remote[..<colon])
  }
}
