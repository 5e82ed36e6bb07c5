public import Foundation

/// How the two ends of a socket know each other.
public enum SocketSecurity: Sendable, Hashable {
  /// Not at all: only `ipc://` and `inproc://`, whose folder or process is the fence. Other addresses are refused.
  case none
  /// The listening end: encrypted, and only peers that the `Authenticator` of the context lets in.
  case server(CurveKeyPair)
  /// The dialling end, which accepts only the holder of this server key.
  case client(CurveKeyPair, server: String)

  /// The only ZAP domain; without an `Authenticator` nobody enters it.
  static let domain = "clava"
}

/// What travels over a socket, which decides its sizes.
public enum SocketLimits: Sendable, Hashable {
  /// Messages of the protocol: many, small.
  case control
  /// Chunks of files: few, large.
  case data

  /// Messages that wait in a queue, in each direction and for each peer.
  public var queueLength: Int32 { self == .control ? 10_000 : 16 }
  /// Bytes of one frame; a peer that sends a longer one is disconnected.
  public var frameBytes: Int { self == .control ? 4 << 20 : 2 << 20 }
}

/// A message as it came, with what the connection tells about its sender.
public struct ReceivedMessage: Sendable {
  /// Its frames; empty if there were too many. Of a router the first one names the connection.
  public var frames: [Data]
  /// Public key of the sender; nil on sockets without security.
  public var key: String?
  /// Descriptor of its connection, for `ConnectionMonitor.drop`; nil if it is unknown.
  public var descriptor: Int32?

  /// Creates a message of an unknown sender.
  public init(frames: [Data]) { self.frames = frames }
}
