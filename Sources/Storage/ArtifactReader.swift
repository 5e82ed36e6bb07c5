internal import CHDF5
internal import CHDF5Shims
public import Essentials
internal import Foundation

/// Reads an artifact: an HDF5 file of named arrays.
///
/// The whole structure is checked when the file is opened: groups, plain arrays of the seven element types and hard
/// links are accepted, all else is refused. A damaged file gives `ClavaError.damaged`.
///
/// Source: spec/distributed.md §5.
// Sendable: nothing changes after `init`, and every use of the file takes the lock of `HDF5Library`.
public final class ArtifactReader: @unchecked Sendable {
  /// Path of the file.
  public let path: String
  private let file: HDF5File
  private let index: [String: DatasetEntry]
  /// Names of all datasets with their groups ("a/b"), sorted by their UTF-8 bytes.
  public let names: [String]

  /// Opens a file and checks its structure.
  ///
  /// - Throws: `ClavaError.storage` if there is no readable file, `.damaged` if it is not a sound artifact.
  public init(path: String) throws {
    guard let size = Self.size(path) else {
      throw ClavaError(.storage, FileSystem.unreadable(path), at: .init(file: path))
    }
    self.path = path
    (file, index) = try HDF5Library.locked {
      let access = try HDF5File.accessList(HDF5Library.readError(path, "opening the file"))
      let id = H5Fopen(path, clava_h5_read_only_flag(), access.id)
      guard id >= 0 else { throw HDF5Library.readError(path, "opening the file") }
      let file = HDF5File(id)
      return (file, try StructureWalk(path: path, fileSize: size).entries(of: id))
    }
    names = index.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether there is a dataset of this name.
  public func contains(_ name: String) -> Bool { index[name] != nil }

  /// Extents of a dataset, outermost first; empty for a single value.
  public func shape(_ name: String) throws -> [Int] { try entry(name).shape }

  /// Type of the elements of a dataset.
  public func elementType(_ name: String) throws -> ElementType { try entry(name).type }

  /// Reads a whole dataset, row-major.
  ///
  /// - Throws: `ClavaError.damaged` if it is missing, of another type or fails its checksum.
  public func read<E: StorageElement>(_ name: String, as type: E.Type) throws -> [E] {
    let entry = try entry(name, holding: E.elementType)
    return try HDF5Library.locked {
      try withDataset(name) { dataset in
        try receive(name, dataset, count: entry.count, file: hid_t(H5S_ALL), memory: hid_t(H5S_ALL))
      }
    }
  }

  /// Reads a range of rows (first indices) of a dataset, row-major.
  public func read<E: StorageElement>(_ name: String, rows: Range<Int>, as type: E.Type) throws -> [E] {
    let entry = try entry(name, holding: E.elementType)
    precondition(
      !entry.shape.isEmpty && rows.lowerBound >= 0 && rows.upperBound <= entry.shape[0],
      "dataset \(name) of \(path): rows \(rows) lie outside the shape \(entry.shape)")
    let extent = [rows.count] + entry.shape.dropFirst()
    return try HDF5Library.locked {
      try withDataset(name) { dataset in
        try block(name, dataset, entry, start: [rows.lowerBound] + entry.shape.dropFirst().map { _ in 0 }, extent)
      }
    }
  }

  /// Reads a value written by `ArtifactWriter.writeJSON`.
  public func readJSON<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let bytes = try read(name, as: UInt8.self)
    return try CanonicalJSON.decode(type, from: Data(bytes), source: "\(path), dataset \(name)")
  }

  /// Reads texts written by `ArtifactWriter.writeText`.
  public func readText(_ name: String) throws -> [String] {
    let bytes = try read("\(name)/bytes", as: UInt8.self)
    let offsets = try read("\(name)/offsets", as: Int64.self)
    guard offsets.first == 0, offsets.last == Int64(bytes.count),
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw damaged("the offsets of text \(name) do not fit its \(bytes.count) bytes")
    }
    return zip(offsets, offsets.dropFirst()).map { String(decoding: bytes[Int($0)..<Int($1)], as: UTF8.self) }
  }

  /// Digest of what the file holds: sorted names, element types, shapes and little-endian bytes of all datasets. Two
  /// files with equal content digests hold the same results, however they were laid out.
  ///
  /// - Complexity: one pass over the file; memory of one block.
  public func contentDigest() throws -> Digest {
    var hasher = Hasher256()
    for name in names { try addContent(of: name, to: &hasher) }
    return hasher.finish()
  }

  /// Digest of one dataset: its name, element type, shape and bytes.
  public func contentDigest(of name: String) throws -> Digest {
    var hasher = Hasher256()
    try addContent(of: name, to: &hasher)
    return hasher.finish()
  }

  private func addContent(of name: String, to hasher: inout Hasher256) throws {
    let entry = try entry(name)
    hasher.update(lengthPrefixed: name)
    hasher.update(lengthPrefixed: entry.type.rawValue)
    for number in [entry.shape.count] + entry.shape {
      withUnsafeBytes(of: UInt64(number).littleEndian) { hasher.update($0) }
    }
    try forEachBlock(of: name) { hasher.update($0) }
  }

  /// Hands over the little-endian bytes of a dataset block by block, in row-major order.
  func forEachBlock(of name: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let entry = try entry(name)
    guard entry.count > 0 else { return }
    // A single value has no dimension to select from; it is read like a list of one.
    let shape = entry.shape.isEmpty ? [1] : entry.shape
    try DatasetLayout.forEachBlock(of: shape, elementBytes: entry.type.byteCount) { start, extent in
      let bytes: [UInt8] = try HDF5Library.locked {
        try withDataset(name) { dataset in
          let count = extent.reduce(entry.type.byteCount, *)
          guard !entry.shape.isEmpty else {
            return try receive(
              name, dataset, count: count, type: entry.type, file: hid_t(H5S_ALL), memory: hid_t(H5S_ALL))
          }
          let selection = try Hyperslab(
            of: entry.shape, start: start, extent: extent, failure: HDF5Library.readError(path, "selecting a block"))
          return try receive(
            name, dataset, count: count, type: entry.type, file: selection.file.id, memory: selection.memory.id)
        }
      }
      try bytes.withUnsafeBytes { try body($0) }
    }
  }

  private func block<E: StorageElement>(
    _ name: String, _ dataset: hid_t, _ entry: DatasetEntry, start: [Int], _ extent: [Int]
  ) throws -> [E] {
    guard let count = DatasetLayout.count(extent), count > 0 else { return [] }
    let selection = try Hyperslab(
      of: entry.shape, start: start, extent: extent, failure: HDF5Library.readError(path, "selecting a block"))
    return try receive(name, dataset, count: count, file: selection.file.id, memory: selection.memory.id)
  }

  /// Reads into `count` elements of `E`; `type` says what they hold where `E` stands for raw bytes.
  private func receive<E: StorageElement>(
    _ name: String, _ dataset: hid_t, count: Int, type: ElementType = E.elementType, file: hid_t, memory: hid_t
  ) throws -> [E] {
    guard count > 0 else { return [] }
    var failed = false
    let values = [E](unsafeUninitializedCapacity: count) { buffer, initialised in
      failed = H5Dread(dataset, type.identifier, memory, file, 0, buffer.baseAddress) < 0
      initialised = failed ? 0 : count
    }
    guard !failed else { throw HDF5Library.readError(path, "reading dataset \(name)") }
    return values
  }

  private func withDataset<Result>(_ name: String, _ body: (hid_t) throws -> Result) throws -> Result {
    let handle = try HDF5Handle(
      H5Dopen2(file.id, name, 0), .dataset, failure: HDF5Library.readError(path, "opening dataset \(name)"))
    return try body(handle.id)
  }

  private func entry(_ name: String) throws -> DatasetEntry {
    guard let entry = index[name] else {
      throw ClavaError(
        .damaged, "there is no dataset '\(name)'", at: .init(file: path),
        remedy: NearestName.remedy(name, among: names, of: "datasets"))
    }
    return entry
  }

  private func entry(_ name: String, holding type: ElementType) throws -> DatasetEntry {
    let entry = try entry(name)
    guard entry.type == type else {
      throw damaged("dataset \(name) holds \(entry.type.rawValue), expected \(type.rawValue)")
    }
    return entry
  }

  private func damaged(_ message: String) -> ClavaError {
    ClavaError(.damaged, message, at: .init(file: path), remedy: HDF5Library.damageRemedy)
  }

  private static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, R_OK) == 0 else { return nil }
    return Int(status.st_size)
  }
}
