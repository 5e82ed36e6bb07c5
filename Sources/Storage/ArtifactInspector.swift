public import Essentials
internal import Foundation

/// What an artifact holds, for people and for scripts.
public struct ArtifactDescription: Codable, Sendable, Hashable {
  /// One dataset of the artifact.
  public struct Dataset: Codable, Sendable, Hashable {
    /// Name with its groups.
    public var name: String
    /// Type of the elements.
    public var type: ElementType
    /// Extents, outermost first.
    public var shape: [Int]
    /// Size of the values in bytes.
    public var bytes: Int
    /// Smallest finite value; nil if there is none, and for text.
    public var minimum: Double?
    /// Largest finite value; nil if there is none, and for text.
    public var maximum: Double?
    /// Mean of the finite values; nil if there are none, and for text.
    public var mean: Double?
    /// Number of values that are infinite or not a number.
    public var notFiniteCount: Int
    /// First characters, with … where more follow, if the dataset holds text (JSON, for instance).
    public var text: String?
    /// Digest of name, type, shape and values.
    public var digest: Digest
  }

  /// Path of the file.
  public var path: String
  /// Size of the file in bytes.
  public var fileBytes: Int
  /// Digest of all that it holds, independent of its layout.
  public var contentDigest: Digest
  /// The datasets, by name.
  public var datasets: [Dataset]
}

/// Describes artifacts: `clava inspect FILE.h5`.
public enum ArtifactInspector {
  /// Characters of a text that are shown.
  private static let previewCharacters = 72

  /// Whether a file starts like an HDF5 file.
  public static func isArtifact(path: String) -> Bool { DurableFile.isArtifact(path) }

  /// Reads a whole artifact and describes it.
  ///
  /// - Throws: `ClavaError` as `ArtifactReader`.
  /// - Complexity: two passes over the file; memory of one block.
  public static func describe(path: String) throws -> ArtifactDescription {
    let reader = try ArtifactReader(path: path)
    return ArtifactDescription(
      path: path, fileBytes: DurableFile.size(path) ?? 0, contentDigest: try reader.contentDigest(),
      datasets: try reader.names.map { try describe($0, in: reader) })
  }

  private static func describe(_ name: String, in reader: ArtifactReader) throws -> ArtifactDescription.Dataset {
    let type = try reader.elementType(name)
    let shape = try reader.shape(name)
    let text = type == .uint8 && shape.count == 1 ? try preview(name, count: shape[0], in: reader) : nil
    var summary = Summary()
    if text == nil { try reader.forEachBlock(of: name) { summary.add($0, type) } }
    return ArtifactDescription.Dataset(
      name: name, type: type, shape: shape, bytes: shape.reduce(type.byteCount, *),
      minimum: summary.finiteCount > 0 ? summary.minimum : nil,
      maximum: summary.finiteCount > 0 ? summary.maximum : nil,
      mean: summary.mean, notFiniteCount: summary.notFiniteCount, text: text,
      digest: try reader.contentDigest(of: name))
  }

  /// The first characters of a dataset of bytes, or nil if they are not text.
  private static func preview(_ name: String, count: Int, in reader: ArtifactReader) throws -> String? {
    guard count > 0 else { return nil }
    var bytes = try reader.read(name, rows: 0..<min(count, 4 * previewCharacters), as: UInt8.self)
    // The cut may have split a character; its last bytes are left out.
    var text = String(validating: bytes, as: UTF8.self)
    for _ in 0..<3 where text == nil && bytes.count < count && !bytes.isEmpty {
      bytes.removeLast()
      text = String(validating: bytes, as: UTF8.self)
    }
    guard let text, text.unicodeScalars.allSatisfy({ $0.value >= 32 || "\t\n\r".unicodeScalars.contains($0) }) else {
      return nil
    }
    let shown = text.prefix(previewCharacters)
    return shown.utf8.count < count ? "\(shown)…" : String(shown)
  }

  /// Running statistics over blocks of little-endian values.
  private struct Summary {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var finiteCount = 0
    var notFiniteCount = 0
    private var sum = 0.0

    /// Mean of the finite values; nil where there is none or their sum is beyond all numbers.
    var mean: Double? {
      let mean = sum / Double(finiteCount)
      return mean.isFinite ? mean : nil
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer, _ type: ElementType) {
      switch type {
      case .float32: add(bytes.bindMemory(to: Float.self)) { Double($0) }
      case .float64: add(bytes.bindMemory(to: Double.self)) { $0 }
      case .int32: add(bytes.bindMemory(to: Int32.self)) { Double($0) }
      case .int64: add(bytes.bindMemory(to: Int64.self)) { Double($0) }
      case .uint8: add(bytes.bindMemory(to: UInt8.self)) { Double($0) }
      case .uint32: add(bytes.bindMemory(to: UInt32.self)) { Double($0) }
      case .uint64: add(bytes.bindMemory(to: UInt64.self)) { Double($0) }
      }
    }

    private mutating func add<Value>(_ values: UnsafeBufferPointer<Value>, _ number: (Value) -> Double) {
      for value in values {
        let value = number(value)
        guard value.isFinite else {
          notFiniteCount += 1
          continue
        }
        finiteCount += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        sum += value
      }
    }
  }
}
