internal import CHDF5
internal import CHDF5Shims
internal import Essentials
internal import Foundation

/// Writes an artifact: an HDF5 file of named arrays. The same writes in the same order give the same bytes.
///
/// Every dataset carries checksums and the file no times. The file is complete once `finish()` has returned; it is
/// then the business of `ObjectStore` or `CheckpointStore` to force it to disk. A writer that goes away before that
/// removes its file.
///
/// Source: spec/distributed.md §5.
public final class ArtifactWriter {
  /// A dataset that is being filled by row ranges.
  private final class OpenDataset {
    let handle: HDF5Handle
    let shape: [Int]
    let type: ElementType
    var filled: [Range<Int>] = []

    init(handle: consuming HDF5Handle, shape: [Int], type: ElementType) {
      self.handle = handle
      self.shape = shape
      self.type = type
    }
  }

  private let path: String
  private let file: HDF5File
  private var groups: Set<String> = []
  private var datasets: Set<String> = []
  private var open: [String: OpenDataset] = [:]
  private var isFinished = false

  /// Creates the file, replacing one that is there.
  ///
  /// - Throws: `ClavaError.storage` if it cannot be created.
  public init(path: String) throws {
    self.path = path
    file = try HDF5Library.locked {
      func failure() -> ClavaError { HDF5Library.writeError(path, "creating the file") }
      let access = try HDF5File.accessList(failure())
      let creation = try HDF5Handle(
        H5Pcreate(clava_h5_file_create_class()), .propertyList, failure: failure())
      // The root group takes its settings from the file's list; a time in it would make equal files differ.
      guard H5Pset_obj_track_times(creation.id, false) >= 0 else { throw failure() }
      let id = H5Fcreate(path, clava_h5_truncate_flag(), creation.id, access.id)
      guard id >= 0 else { throw failure() }
      return HDF5File(id)
    }
  }

  deinit {
    if !isFinished { abandon() }
  }

  /// Writes a whole dataset. Groups named in `name` ("a/b") are created.
  ///
  /// - Parameter shape: row-major extents, outermost first; the number of values for a plain list. May hold zeros.
  /// - Throws: `ClavaError.storage` if it cannot be written, `.internal` if the name is not valid or taken.
  public func write<E: StorageElement>(_ name: String, _ values: [E], shape: [Int]? = nil) throws {
    let shape = shape ?? [values.count]
    precondition(
      DatasetLayout.count(shape) == values.count,
      "dataset \(name): \(values.count) values do not fill the shape \(shape)")
    try HDF5Library.locked {
      let dataset = try makeDataset(name, E.elementType, shape)
      try transfer(name, dataset.id, E.elementType, values, file: hid_t(H5S_ALL), memory: hid_t(H5S_ALL))
      guard dataset.close() else { throw failure(name) }
    }
  }

  /// Creates a dataset that is then filled by `write(_:rows:_:)`, every row before `finish()`.
  ///
  /// - Throws: as `write(_:_:shape:)`.
  public func create<E: StorageElement>(_ name: String, _ type: E.Type, shape: [Int]) throws {
    precondition(!shape.isEmpty && DatasetLayout.count(shape) != nil, "dataset \(name): shape \(shape) is not valid")
    try HDF5Library.locked {
      let handle = try makeDataset(name, E.elementType, shape)
      open[name] = OpenDataset(handle: handle, shape: shape, type: E.elementType)
    }
  }

  /// Fills rows (first indices) of a dataset made by `create(_:_:shape:)`.
  ///
  /// - Parameter values: row-major; as many as the rows hold.
  public func write<E: StorageElement>(_ name: String, rows: Range<Int>, _ values: [E]) throws {
    guard let dataset = open[name] else { preconditionFailure("dataset \(name) was not created for writing by rows") }
    precondition(dataset.type == E.elementType, "dataset \(name) holds \(dataset.type), not \(E.elementType)")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= dataset.shape[0],
      "dataset \(name): rows \(rows) lie outside the shape \(dataset.shape)")
    precondition(
      DatasetLayout.count([rows.count] + dataset.shape.dropFirst()) == values.count,
      "dataset \(name): \(values.count) values do not fill \(rows.count) rows of the shape \(dataset.shape)")
    try HDF5Library.locked {
      if !values.isEmpty {
        let start = [rows.lowerBound] + dataset.shape.dropFirst().map { _ in 0 }
        let extent = [rows.count] + dataset.shape.dropFirst()
        let selection = try Hyperslab(of: dataset.shape, start: start, extent: extent, failure: failure(name))
        try transfer(
          name, dataset.handle.id, E.elementType, values, file: selection.file.id, memory: selection.memory.id)
      }
      dataset.filled.append(rows)
    }
  }

  /// Writes a value as canonical JSON in a dataset of bytes.
  public func writeJSON(_ name: String, _ value: some Encodable) throws {
    try write(name, Array(CanonicalJSON.encode(value)))
  }

  /// Writes texts as their UTF-8 bytes and the offset of each among them: `name/bytes` and `name/offsets`.
  public func writeText(_ name: String, _ text: [String]) throws {
    var bytes: [UInt8] = []
    var offsets: [Int64] = [0]
    offsets.reserveCapacity(text.count + 1)
    for item in text {
      bytes.append(contentsOf: item.utf8)
      offsets.append(Int64(bytes.count))
    }
    try write("\(name)/bytes", bytes)
    try write("\(name)/offsets", offsets)
  }

  /// Closes the file.
  ///
  /// - Throws: `ClavaError.storage` if not all of it could be written, `.internal` if rows of a dataset were never
  ///   filled. The file is then removed.
  public func finish() throws {
    precondition(!isFinished, "\(path) is already finished")
    do {
      try HDF5Library.locked {
        for (name, dataset) in open.sorted(by: { $0.key < $1.key }) {
          try requireFilled(name, dataset.shape, dataset.filled)
        }
        open = [:]
        guard H5Fflush(file.id, H5F_SCOPE_LOCAL) >= 0, file.close() else {
          throw HDF5Library.writeError(path, "closing the file")
        }
      }
      isFinished = true
    } catch {
      abandon()
      throw error
    }
  }

  private func abandon() {
    isFinished = true
    HDF5Library.closeLocked {
      open = [:]
      _ = file.close()
    }
    var status = stat()
    // Only what this writer made: never a device or a pipe the caller may have named.
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(path) }
  }

  private func failure(_ name: String) -> ClavaError { HDF5Library.writeError(path, "writing dataset \(name)") }

  private func requireFilled(_ name: String, _ shape: [Int], _ filled: [Range<Int>]) throws {
    var next = 0
    for range in filled.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound <= next {
      next = max(next, range.upperBound)
    }
    guard next == shape[0] else {
      throw ClavaError(
        .internal, "dataset \(name) has \(shape[0]) rows, row \(next) was never written", at: .init(file: path))
    }
  }

  private func makeDataset(_ name: String, _ type: ElementType, _ shape: [Int]) throws -> HDF5Handle {
    try claim(name)
    let extents = shape.map { hsize_t($0) }
    let space = try HDF5Handle(
      H5Screate_simple(Int32(shape.count), extents, nil), .dataspace, failure: failure(name))
    let creation = try HDF5Handle(
      H5Pcreate(clava_h5_dataset_create_class()), .propertyList, failure: failure(name))
    let access = try HDF5Handle(
      H5Pcreate(clava_h5_dataset_access_class()), .propertyList, failure: failure(name))
    guard H5Pset_obj_track_times(creation.id, false) >= 0 else { throw failure(name) }
    if let chunk = DatasetLayout.chunk(of: shape, elementBytes: type.byteCount) {
      var zero: UInt64 = 0
      // An explicit fill value keeps whatever was in memory out of the unused part of the last chunk.
      guard H5Pset_chunk(creation.id, Int32(chunk.count), chunk.map { hsize_t($0) }) >= 0,
        H5Pset_fletcher32(creation.id) >= 0,
        H5Pset_fill_value(creation.id, type.identifier, &zero) >= 0,
        H5Pset_fill_time(creation.id, H5D_FILL_TIME_ALLOC) >= 0,
        H5Pset_chunk_cache(access.id, 521, 8 * DatasetLayout.chunkBytes, 1) >= 0
      else { throw failure(name) }
    }
    return try HDF5Handle(
      H5Dcreate2(file.id, name, type.identifier, space.id, 0, creation.id, access.id), .dataset,
      failure: failure(name))
  }

  /// Checks that a name is usable and creates the groups it names.
  private func claim(_ name: String) throws {
    precondition(!isFinished, "\(path) is already finished")
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && !$0.utf8.contains(0) }) else {
      throw ClavaError(.internal, "'\(name)' cannot be the name of a dataset", at: .init(file: path))
    }
    guard !groups.contains(name), datasets.insert(name).inserted else {
      throw ClavaError(.internal, "the name '\(name)' is used twice", at: .init(file: path))
    }
    for length in 1..<max(1, parts.count) {
      let group = parts.prefix(length).joined(separator: "/")
      guard !groups.contains(group) else { continue }
      guard !datasets.contains(group) else {
        throw ClavaError(.internal, "'\(group)' is a dataset, so '\(name)' cannot be written", at: .init(file: path))
      }
      let creation = try HDF5Handle(
        H5Pcreate(clava_h5_group_create_class()), .propertyList, failure: failure(name))
      guard H5Pset_obj_track_times(creation.id, false) >= 0 else { throw failure(name) }
      let handle = try HDF5Handle(H5Gcreate2(file.id, group, 0, creation.id, 0), .group, failure: failure(name))
      guard handle.close() else { throw failure(name) }
      groups.insert(group)
    }
  }

  private func transfer<E: StorageElement>(
    _ name: String, _ dataset: hid_t, _ type: ElementType, _ values: [E], file: hid_t, memory: hid_t
  ) throws {
    guard !values.isEmpty else { return }
    let status = values.withUnsafeBytes { bytes in
      H5Dwrite(dataset, type.identifier, memory, file, 0, bytes.baseAddress)
    }
    guard status >= 0 else { throw failure(name) }
  }
}
