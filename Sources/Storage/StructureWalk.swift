internal import CHDF5
internal import CHDF5Shims
import Essentials

/// A dataset as the structure of a file describes it.
struct DatasetEntry {
  let type: ElementType
  let shape: [Int]
  let count: Int
}

/// Walks a file from its root and lists the datasets, refusing whatever an artifact never holds.
struct StructureWalk {
  let path: String
  let fileSize: Int

  /// Far above what any plan writes; a file that goes beyond is not ours, or its links run in a circle.
  private static let depthLimit = 32
  private static let datasetLimit = 1_000_000

  init(path: String, fileSize: Int) {
    self.path = path
    self.fileSize = fileSize
  }

  /// All datasets under the root of an open file by full name.
  func entries(of file: hid_t) throws -> [String: DatasetEntry] {
    var entries: [String: DatasetEntry] = [:]
    try visit(file, "/", prefix: "", depth: 0, &entries)
    return entries
  }

  private func visit(
    _ parent: hid_t, _ name: String, prefix: String, depth: Int, _ entries: inout [String: DatasetEntry]
  ) throws {
    guard depth < Self.depthLimit else { throw foreign("groups nested deeper than \(Self.depthLimit) at \(prefix)") }
    let group = try HDF5Handle(H5Gopen2(parent, name, 0), .group, failure: failure("opening group \(name)"))
    let count = clava_h5_link_count(group.id)
    guard count >= 0 else { throw failure("counting the members of group \(name)") }
    for number in 0..<count {
      let link = try linkName(group.id, number)
      let full = prefix + link
      switch clava_h5_link_kind(group.id, link) {
      case CLAVA_H5_LINK_GROUP:
        try visit(group.id, link, prefix: full + "/", depth: depth + 1, &entries)
      case CLAVA_H5_LINK_DATASET:
        entries[full] = try describe(group.id, link, full)
        guard entries.count <= Self.datasetLimit else { throw foreign("more than \(Self.datasetLimit) datasets") }
      case CLAVA_H5_LINK_SOFT: throw foreign("'\(full)' is a soft link")
      case CLAVA_H5_LINK_EXTERNAL: throw foreign("'\(full)' is a link into another file")
      case CLAVA_H5_LINK_FAILED: throw failure("following '\(full)'")
      default: throw foreign("'\(full)' is neither a group nor a dataset")
      }
    }
  }

  private func linkName(_ group: hid_t, _ number: Int64) throws -> String {
    var buffer = [CChar](repeating: 0, count: 1024)
    let length = clava_h5_link_name(group, UInt64(number), &buffer, buffer.count)
    guard length >= 0 else { throw failure("reading a link") }
    guard length < buffer.count else { throw foreign("a name of \(length) bytes") }
    guard let name = String(validating: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    else { throw foreign("a name that is not UTF-8") }
    return name
  }

  private func describe(_ group: hid_t, _ link: String, _ name: String) throws -> DatasetEntry {
    let dataset = try HDF5Handle(H5Dopen2(group, link, 0), .dataset, failure: failure("opening dataset \(name)"))
    let shape = try shape(dataset.id, name)
    let type = try elementType(dataset.id, name)
    guard let count = DatasetLayout.count(shape), let bytes = DatasetLayout.count(shape + [type.byteCount]) else {
      throw foreign("dataset \(name) claims the impossible shape \(shape)")
    }
    try checkStorage(dataset.id, name)
    // A claim beyond what the file can hold would make us ask for memory without bound.
    guard bytes <= fileSize, bytes == 0 || H5Dget_storage_size(dataset.id) >= UInt64(bytes) else {
      throw foreign("dataset \(name) claims \(bytes) bytes, more than the file holds of it")
    }
    return DatasetEntry(type: type, shape: shape, count: count)
  }

  private func shape(_ dataset: hid_t, _ name: String) throws -> [Int] {
    let space = try HDF5Handle(H5Dget_space(dataset), .dataspace, failure: failure("reading the shape of \(name)"))
    let rank = H5Sget_simple_extent_ndims(space.id)
    guard rank >= 0, H5Sis_simple(space.id) > 0, H5Sget_simple_extent_type(space.id) != H5S_NULL else {
      throw foreign("dataset \(name) has no simple shape")
    }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    guard H5Sget_simple_extent_dims(space.id, &extents, nil) == rank else {
      throw failure("reading the shape of \(name)")
    }
    return try extents.map { extent in
      guard let value = Int(exactly: extent) else {
        throw foreign("dataset \(name) claims an extent of \(extent)")
      }
      return value
    }
  }

  private func elementType(_ dataset: hid_t, _ name: String) throws -> ElementType {
    let type = try HDF5Handle(H5Dget_type(dataset), .datatype, failure: failure("reading the type of \(name)"))
    for candidate in ElementType.allCases where H5Tequal(type.id, candidate.identifier) > 0 { return candidate }
    throw foreign(
      "dataset \(name) holds elements of \(H5Tget_size(type.id)) bytes of a type that is none of "
        + ElementType.allCases.map(\.rawValue).joined(separator: ", "))
  }

  /// Contiguous, compact or chunked data inside the file, with no filter but the checksum.
  private func checkStorage(_ dataset: hid_t, _ name: String) throws {
    let list = try HDF5Handle(
      H5Dget_create_plist(dataset), .propertyList, failure: failure("reading the layout of \(name)"))
    let layout = H5Pget_layout(list.id)
    guard layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED || layout == H5D_COMPACT else {
      throw foreign("dataset \(name) has no data of its own (virtual layout)")
    }
    guard H5Pget_external_count(list.id) == 0 else { throw foreign("dataset \(name) keeps its data in another file") }
    let filters = H5Pget_nfilters(list.id)
    guard filters >= 0 else { throw failure("reading the filters of \(name)") }
    for number in 0..<UInt32(filters) {
      var flags: UInt32 = 0, configuration: UInt32 = 0
      var valueCount = 0
      let filter = H5Pget_filter2(list.id, number, &flags, &valueCount, nil, 0, nil, &configuration)
      guard filter == H5Z_FILTER_FLETCHER32 else {
        throw foreign("dataset \(name) uses filter \(filter); only checksums are accepted")
      }
    }
  }

  private func failure(_ action: String) -> ClavaError { HDF5Library.readError(path, action) }

  private func foreign(_ what: String) -> ClavaError {
    ClavaError(.damaged, "this is no artifact of this program: \(what)", at: .init(file: path))
  }
}
