public import Essentials
internal import Foundation

extension ObjectStore {
  /// Makes a file that came from elsewhere an object, if it is what it is said to be: forces it to disk, reads it
  /// back, compares, and moves it to its place. Unlike `adopt` it never looks into the file.
  ///
  /// - Parameters:
  ///   - temporaryPath: a file on the file system of the store; it is gone afterwards, whatever happens.
  ///   - isDurable: whether the object must survive a power cut; a cache has no need for that.
  /// - Returns: its size in bytes.
  /// - Throws: `ClavaError.damaged` if it has another digest, `.storage` if the disk refuses.
  public func insert(_ temporaryPath: String, as digest: Digest, isDurable: Bool = true) throws -> Int {
    do {
      if isDurable { try DurableFile.sync(temporaryPath) }
      let (found, size) = try Digest.ofFile(temporaryPath)
      guard found == digest else {
        throw ClavaError(
          .damaged, "\(size) bytes arrived with SHA-256 \(found), expected \(digest)", at: .init(file: temporaryPath))
      }
      let place = path(of: digest)
      let folder = (place as NSString).deletingLastPathComponent
      try FileSystem.createFolder(folder)
      guard chmod(temporaryPath, 0o444) == 0 else { throw FileSystem.writeError(temporaryPath) }
      // What lies there already may have been damaged since; this copy was just read.
      guard rename(temporaryPath, place) == 0 else { throw FileSystem.writeError(place) }
      if isDurable {
        try FileSystem.syncFolder(of: place)
        try FileSystem.syncFolder(of: folder)
      }
      return size
    } catch {
      unlink(temporaryPath)
      throw error
    }
  }
}
