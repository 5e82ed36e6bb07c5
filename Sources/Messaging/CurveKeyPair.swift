internal import CZeroMQ
internal import Essentials

/// A key pair of CURVE in Z85, the text form of ZeroMQ: 40 characters each.
///
/// The public key may be shown to anybody; who holds the secret key is the peer.
public struct CurveKeyPair: Codable, Sendable, Hashable {
  /// Names the peer.
  public var publicKey: String
  /// Proves that it is the peer.
  public var secretKey: String

  /// Characters of a key.
  public static let length = 40

  /// Creates a pair from its keys.
  ///
  /// - Throws: `ClavaError.input` if one is no key or they do not belong together.
  public init(publicKey: String, secretKey: String) throws {
    guard Self.isKey(publicKey), Self.isKey(secretKey) else {
      throw ClavaError(
        .input, "this is no pair of CURVE keys: each has \(Self.length) characters of Z85",
        remedy: "make new keys with 'clava keygen'")
    }
    guard try Self.publicKey(of: secretKey) == publicKey else {
      throw ClavaError(
        .input, "the public and the secret key do not belong together", remedy: "make new keys with 'clava keygen'")
    }
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  private init(unchecked publicKey: String, _ secretKey: String) {
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  /// Makes a new pair from the system's random numbers.
  ///
  /// - Throws: `ClavaError.messaging` if ZeroMQ was built without CURVE.
  public static func generate() throws -> CurveKeyPair {
    var first = [CChar](repeating: 0, count: length + 1), second = first
    guard zmq_curve_keypair(&first, &second) == 0 else { throw Socket.failure("no keys can be made") }
    return CurveKeyPair(unchecked: text(first), text(second))
  }

  /// Whether a text has the form of a key.
  public static func isKey(_ text: String) -> Bool {
    guard text.utf8.count == length, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return false }
    var bytes = [UInt8](repeating: 0, count: 32)
    return zmq_z85_decode(&bytes, text) != nil
  }

  private static func publicKey(of secretKey: String) throws -> String {
    var key = [CChar](repeating: 0, count: length + 1)
    guard zmq_curve_public(&key, secretKey) == 0 else { throw Socket.failure("a public key cannot be derived") }
    return text(key)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
