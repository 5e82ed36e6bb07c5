import Foundation

extension Digest {
  /// The digest and the size of a file, read in blocks of 1 MiB.
  ///
  /// - Throws: `ClavaError.storage` if it cannot be read.
  public static func ofFile(_ path: String) throws -> (digest: Digest, size: Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ClavaError(.storage, FileSystem.unreadable(path), at: .init(file: path)) }
    defer { close(descriptor) }
    var hasher = Hasher256()
    var size = 0
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return (hasher.finish(), size) }
      if count < 0 {
        if errno == EINTR { continue }
        throw ClavaError(
          .storage, "cannot read (\(FileSystem.systemError()))", at: .init(file: path), remedy: "check the disk")
      }
      block.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      size += count
    }
  }
}
