internal import CSystemShims
public import Foundation

/// The few file operations everything durable is built from. Paths are strings; errors name the path and say what
/// the system said.
public enum FileSystem {
  /// What the system's last error number means, in words.
  public static func systemError() -> String { String(cString: strerror(errno)) }

  /// Reads a whole file.
  ///
  /// - Throws: `ClavaError` with `code` if it cannot be read.
  public static func read(_ path: String, code: ClavaError.Code = .storage) throws -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ClavaError(
        code, unreadable(path), at: .init(file: path), remedy: "check the path and the permissions")
    }
    return data
  }

  /// Says why a file cannot be read: missing, a folder, or not permitted.
  public static func unreadable(_ path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return "there is no such file" }
    if isFolder.boolValue { return "this is a folder, a file was expected" }
    return "the file cannot be read (permission denied?)"
  }

  /// Whether something is at the path.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  /// Whether a folder is at the path.
  public static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Creates a folder and those above it; an existing one is fine.
  public static func createFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ClavaError(
        .storage, "the folder cannot be created (\(systemError()))", at: .init(file: path),
        remedy: "check the permissions and the free space, or choose another folder with --out")
    }
  }

  /// Names of what a folder holds, sorted; empty if there is no such folder.
  public static func list(_ path: String) -> [String] {
    // Foundation makes an error, with all that belongs to it, of every folder that is not there.
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or folder if it is there.
  public static func removeIfPresent(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file so that a reader sees the old content or the new one, never a part: temporary file in the same
  /// folder, fsync, rename, fsync of the folder.
  public static func writeAtomically(_ data: Data, to path: String) throws {
    let temporary = "\(path).tmp-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    do {
      try write(data, to: temporary, isDurable: true)
      guard rename(temporary, path) == 0 else { throw writeError(path) }
    } catch {
      unlink(temporary)
      throw error
    }
    try syncFolder(of: path)
  }

  /// Creates `path` with this content only if nothing is there: fsynced temporary file, then `link(2)`.
  ///
  /// - Parameter isDurable: whether to wait until file and folder are on disk; otherwise a power cut may take the file
  ///   or leave a part of it.
  /// - Returns: whether this call created it.
  public static func createExclusively(_ data: Data, at path: String, isDurable: Bool = true) throws -> Bool {
    var isLinked = try linkUnnamed(data, at: path, isDurable: isDurable)
    if isLinked == nil {
      let temporary = "\(path).tmp-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
      defer { unlink(temporary) }
      try write(data, to: temporary, isDurable: isDurable)
      isLinked = link(temporary, path) == 0
      if isLinked == false, errno != EEXIST { throw writeError(path) }
    }
    guard isLinked == true else { return false }
    if isDurable { try syncFolder(of: path) }
    return true
  }

  /// Writes a file that has no name until it is complete: half the work of one that is renamed, and nothing to clean up.
  ///
  /// - Returns: whether it got its name; nil if the file system does not have such files.
  private static func linkUnnamed(_ data: Data, at path: String, isDurable: Bool) throws -> Bool? {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = clava_open_unnamed(folder.isEmpty ? "/" : folder)
    guard descriptor >= 0 else {
      // Whatever is wrong, the usual way says so.
      return nil
    }
    defer { close(descriptor) }
    try write(data, to: descriptor, path, isDurable: isDurable)
    if clava_link_unnamed(descriptor, path) == 0 { return true }
    return errno == EEXIST ? false : nil
  }

  /// Forces the directory entries of the folder that holds `path` to disk.
  public static func syncFolder(of path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else { throw writeError(folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw writeError(folder) }
  }

  /// The error for a failed write, with the system's reason and a remedy for a full disk.
  public static func writeError(_ path: String) -> ClavaError {
    let reason = systemError()
    let full = errno == ENOSPC || errno == EDQUOT
    return ClavaError(
      .storage, "cannot write (\(reason))", at: .init(file: path),
      remedy: full
        ? "free some space and give the same command again: finished tasks are kept"
        : "check the permissions and the disk, then give the same command again: finished tasks are kept")
  }

  private static func write(_ data: Data, to path: String, isDurable: Bool) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw writeError(path) }
    defer { close(descriptor) }
    try write(data, to: descriptor, path, isDurable: isDurable)
  }

  private static func write(_ data: Data, to descriptor: Int32, _ path: String, isDurable: Bool) throws {
    try data.withUnsafeBytes { try write($0, to: descriptor, path: path) }
    guard !isDurable || fsync(descriptor) == 0 else { throw writeError(path) }
  }

  /// Writes all bytes to an open file, of which `path` is the name in errors.
  ///
  /// - Throws: `ClavaError.storage` if they cannot be written.
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var offset = 0
    while offset < bytes.count {
      let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
      if written < 0 {
        if errno == EINTR { continue }
        throw writeError(path)
      }
      offset += written
    }
  }
}
