internal import CHDF5
internal import CHDF5Shims
import Essentials

/// An open id of the HDF5 library, closed exactly once.
struct HDF5Handle: ~Copyable {
  /// What the id stands for, which decides how it is closed.
  enum Kind { case group, dataset, dataspace, datatype, propertyList }

  let id: hid_t
  private let kind: Kind

  /// Takes ownership of `id`.
  ///
  /// - Throws: `failure()` if the call that made the id failed.
  init(_ id: hid_t, _ kind: Kind, failure: @autoclosure () -> ClavaError) throws {
    guard id >= 0 else { throw failure() }
    self.id = id
    self.kind = kind
  }

  /// Closes the id and says whether that worked: closing a dataset writes what is still in memory.
  consuming func close() -> Bool {
    let id = id, kind = kind
    discard self
    return Self.close(id, kind) >= 0
  }

  deinit {
    let id = id, kind = kind
    HDF5Library.closeLocked { _ = Self.close(id, kind) }
  }

  private static func close(_ id: hid_t, _ kind: Kind) -> herr_t {
    switch kind {
    case .group: H5Gclose(id)
    case .dataset: H5Dclose(id)
    case .dataspace: H5Sclose(id)
    case .datatype: H5Tclose(id)
    case .propertyList: H5Pclose(id)
    }
  }
}

/// An open file of the HDF5 library, closed once: by `close()`, which reports failures, or with its last owner.
final class HDF5File {
  private(set) var id: hid_t

  /// Takes ownership of an open file id.
  init(_ id: hid_t) { self.id = id }

  /// Closes the file and everything open in it; returns whether all data reached the system.
  func close() -> Bool {
    guard id >= 0 else { return true }
    let status = H5Fclose(id)
    id = -1
    return status >= 0
  }

  deinit { HDF5Library.closeLocked { _ = close() } }

  /// Access settings common to reading and writing: format whose structure is checksummed, everything closed with the
  /// file, no lock on the file (network file systems refuse or fake them).
  static func accessList(_ failure: @autoclosure () -> ClavaError) throws -> HDF5Handle {
    let list = try HDF5Handle(H5Pcreate(clava_h5_file_access_class()), .propertyList, failure: failure())
    guard clava_h5_set_format_bounds(list.id) >= 0, H5Pset_fclose_degree(list.id, H5F_CLOSE_STRONG) >= 0,
      H5Pset_file_locking(list.id, false, true) >= 0
    else { throw failure() }
    return list
  }
}
