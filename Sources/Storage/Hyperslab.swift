internal import CHDF5
import Essentials

/// A block of a dataset: where it lies in the file, and a dense memory layout of the same shape.
struct Hyperslab: ~Copyable {
  let file: HDF5Handle
  let memory: HDF5Handle

  init(of shape: [Int], start: [Int], extent: [Int], failure: @autoclosure () -> ClavaError) throws {
    let inFile = try HDF5Handle(
      H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), .dataspace, failure: failure())
    let inMemory = try HDF5Handle(
      H5Screate_simple(Int32(extent.count), extent.map { hsize_t($0) }, nil), .dataspace, failure: failure())
    let status = H5Sselect_hyperslab(
      inFile.id, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, extent.map { hsize_t($0) }, nil)
    guard status >= 0 else { throw failure() }
    file = inFile
    memory = inMemory
  }
}
