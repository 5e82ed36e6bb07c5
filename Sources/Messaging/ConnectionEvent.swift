/// What happened to a connection. Sending and receiving show none of it.
public struct ConnectionEvent: Sendable, Hashable {
  /// Which end saw it.
  public enum Side: Sendable, Hashable {
    /// The end that listens.
    case server
    /// The end that dials.
    case client
  }

  /// The kinds of event, as far as they differ for people.
  public enum Kind: Sendable, Hashable {
    /// Connected; the other end has shown no key yet.
    case opened
    /// Both ends know each other; messages flow.
    case ready
    /// A key does not fit the other end's.
    case wrongKey
    /// The other end speaks without encryption.
    case unencrypted
    /// The key is refused for good.
    case keyRefused
    /// The connection ended before the other end had shown a key.
    case abandoned
    /// What came was not of this protocol.
    case foreign
    /// A known peer sent a frame that is too long, or broke the encryption; this end hung up.
    case broken
    /// It ended.
    case closed
    /// Nobody answers at the address.
    case unreachable
  }

  /// Stands for the address of a connection that had ended before it could be asked for.
  public static let unknownAddress = "an address that was gone at once"

  /// Which end saw it.
  public var side: Side
  /// What happened.
  public var kind: Kind
  /// Address of the other end.
  public var remote: String

  /// Creates an event.
  public init(_ side: Side, _ kind: Kind, remote: String) {
    self.side = side
    self.kind = kind
    self.remote = remote
  }

  /// Whether this end turned the other one away.
  public var isRefusal: Bool {
    switch kind {
    case .wrongKey, .unencrypted, .foreign, .broken, .abandoned: return side == .server
    case .opened, .ready, .keyRefused, .closed, .unreachable: return false
    }
  }

  /// What happened, as the rest of a sentence that begins with the address.
  public var reason: String {
    switch (side, kind) {
    case (_, .opened): return "connected"
    case (_, .ready): return "is connected, encrypted"
    case (.server, .wrongKey): return "used a wrong key: it does not fit the server key of this run"
    case (.client, .wrongKey), (.client, .abandoned):
      return "closes the connection before it is encrypted: the key file is of another run, or its key is not "
        + "enrolled there yet"
    case (_, .unencrypted): return "speaks without encryption"
    case (.server, .keyRefused): return "has a key that is refused"
    case (.client, .keyRefused): return "refuses this worker's key: it is revoked"
    case (.server, .abandoned): return "connected and went away, or fell silent, before it had shown a key"
    case (_, .foreign): return "sent bytes that are not of this protocol"
    case (_, .broken): return "sent a message that is too long, or damaged; its connection was closed"
    case (_, .closed): return "closed the connection"
    case (_, .unreachable): return "cannot be reached: check host, port and firewall"
    }
  }

  /// One plain sentence with the address of the other end.
  public var sentence: String { side == .server ? "\(remote) \(reason)" : "the coordinator at \(remote) \(reason)" }

  /// What a failure of ZeroMQ's handshake means.
  ///
  /// - Parameter detail: the number that came with it.
  static func kind(protocolError detail: UInt32) -> Kind {
    switch detail {
    case 0x1100_0001: return .wrongKey
    case 0x1100_0002: return .unencrypted
    default: return .foreign
    }
  }
}
