internal import CSodium
public import Foundation

/// A SHA-256 digest.
public struct Digest: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public let hexadecimal: String

  /// Accepts 64 lower-case hexadecimal digits, nothing else.
  public init?(hexadecimal: String) {
    guard hexadecimal.utf8.count == 64,
      hexadecimal.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.hexadecimal = hexadecimal
  }

  fileprivate init(bytes: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    hexadecimal = String(decoding: text, as: UTF8.self)
  }

  /// The digest of bytes in memory.
  public static func of(_ data: Data) -> Digest {
    var hasher = Hasher256()
    hasher.update(data)
    return hasher.finish()
  }

  /// The digest of the UTF-8 form of a text.
  public static func of(_ text: String) -> Digest { of(Data(text.utf8)) }

  /// The first eight bytes as a little-endian number: a well-mixed 64-bit key.
  public var first64Bits: UInt64 {
    var value: UInt64 = 0
    var index = hexadecimal.startIndex
    for position in 0..<8 {
      let next = hexadecimal.index(index, offsetBy: 2)
      value |= (UInt64(hexadecimal[index..<next], radix: 16) ?? 0) << UInt64(8 * position)
      index = next
    }
    return value
  }

  public var description: String { hexadecimal }

  public static func < (left: Digest, right: Digest) -> Bool { left.hexadecimal < right.hexadecimal }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hexadecimal: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "expected 64 hexadecimal digits, found '\(text)'"))
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}

/// SHA-256 over a sequence of pieces.
public struct Hasher256 {
  private var state = crypto_hash_sha256_state()

  /// Starts an empty digest.
  public init() { crypto_hash_sha256_init(&state) }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    crypto_hash_sha256_update(&state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  /// Adds the bytes of `data`.
  public mutating func update(_ data: Data) { data.withUnsafeBytes { update($0) } }

  /// Adds the UTF-8 form of `text`, preceded by its length so that pieces cannot run into each other.
  public mutating func update(lengthPrefixed text: String) {
    let bytes = Data(text.utf8)
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { update($0) }
    update(bytes)
  }

  /// The digest of all that was added.
  public consuming func finish() -> Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    crypto_hash_sha256_final(&state, &bytes)
    return Digest(bytes: bytes)
  }
}
