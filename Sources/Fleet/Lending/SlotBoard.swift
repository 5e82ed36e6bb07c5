internal import CSystemShims
internal import Essentials
internal import Foundation
package import Scheduling

/// The slots of one machine that may help each other: a small file in which the compute process of each says what it
/// does.
///
/// Whoever takes part holds the lock of its place in the file, and whoever borrows a slot the lock of its loan. The
/// kernel drops both when their process ends, however it ends; what the file says of a place without a lock counts for
/// nothing. So nothing has to be put right after a death, and there are no messages that could be lost.
package final class SlotBoard {
  /// Environment variable that tells a compute process where the file is; empty: slots are not lent.
  package static let variable = "CLAVA_SLOT_BOARD"
  /// Slots beyond this number are never lent and never borrow.
  package static let mostPlaces = 256

  /// What a slot says of itself: slots it could use, or -1 if it is idle, and the rank of its task.
  private typealias Note = (wanted: Int64, rank: Int64)
  private static let noteLength = MemoryLayout<Int64>.size * 2
  /// Where the locks lie: beyond the notes, as nothing is ever written there.
  private static let places = Int64(1 << 20), loans = Int64(1 << 21)

  private let descriptor: Int32
  /// This slot's place.
  package let place: Int

  /// Takes a place as an idle slot.
  ///
  /// - Returns: nil if the file cannot be used or has no free place: without it a slot works alone.
  package init?(path: String) {
    for _ in 0..<20 {
      guard let file = Self.open(path, create: true) else { return nil }
      if let place = Self.takePlace(file), Self.isThere(file) {
        (descriptor, self.place) = (file, place)
        write(.idle)
        return
      }
      // The last one that used the file is removing it; the next try makes another.
      close(file)
      usleep(1000)
    }
    return nil
  }

  deinit { close(descriptor) }

  /// Says what this slot does.
  package func write(_ state: SlotLending.State) {
    let note: Note =
      switch state {
      case .busy(let wanted, let rank): (Int64(wanted), Int64(rank))
      case .idle, .absent: (-1, 0)
      }
    let values = [note.wanted.littleEndian, note.rank.littleEndian]
    _ = values.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(place * Self.noteLength)) }
  }

  /// What all slots do, by their places; this one is among them.
  package func read() -> [SlotLending.State] {
    var values = [Int64](repeating: 0, count: 2 * Self.mostPlaces)
    let count = values.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return [] }
    return (0..<count / Self.noteLength).map { index in
      let isThere =
        index == place || clava_bytes_are_locked(descriptor, Self.places + Int64(index), 1) == 1
      guard isThere else { return .absent }
      let wanted = Int64(littleEndian: values[2 * index])
      guard wanted >= 0 else { return .idle }
      return .busy(
        wanted: Int(min(wanted, Int64(Self.mostPlaces))), rank: Int(Int64(littleEndian: values[2 * index + 1])))
    }
  }

  /// Borrows a slot, unless somebody else has it.
  package func borrow(_ slot: Int) -> Bool { clava_lock_bytes(descriptor, Self.loans + Int64(slot), 1) == 0 }

  /// Gives a borrowed slot back.
  package func giveBack(_ slot: Int) { _ = clava_unlock_bytes(descriptor, Self.loans + Int64(slot), 1) }

  /// Removes the file if nobody uses it.
  package static func removeIfUnused(_ path: String) {
    guard let file = open(path, create: false) else { return }
    defer { close(file) }
    // Whoever comes meanwhile finds no place, and then no file.
    guard clava_lock_bytes(file, places, Int64(mostPlaces)) == 0, isThere(file) else { return }
    unlink(path)
  }

  // MARK: The file

  private static func open(_ path: String, create: Bool) -> Int32? {
    let file = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0o600)
    guard file >= 0 else { return nil }
    var status = stat()
    // Somebody else's file in a folder for all is not to be trusted.
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      close(file)
      return nil
    }
    return file
  }

  private static func takePlace(_ file: Int32) -> Int? {
    (0..<mostPlaces).first { clava_lock_bytes(file, places + Int64($0), 1) == 0 }
  }

  /// Whether the file still has a name, so that others find it.
  private static func isThere(_ file: Int32) -> Bool {
    var status = stat()
    return fstat(file, &status) == 0 && status.st_nlink > 0
  }
}

extension SlotBoard {
  /// Where the slots of a run meet on this machine: beside the socket of a local run, else in the folder for temporary
  /// files. Workers that may use other processors, such as those of another job of an engine, meet elsewhere.
  ///
  /// - Parameters:
  ///   - endpoint: address of the coordinator.
  ///   - run: tells the run from others.
  static func path(endpoint: String, run: String) -> String {
    let job = ProcessInfo.processInfo.environment["SLURM_JOB_ID"] ?? ""
    let name = Digest.of("\(run)\n\(Machine.name)\n\(job)\n\(allowedProcessors)").hexadecimal.prefix(16)
    if endpoint.hasPrefix("ipc://"), let end = endpoint.lastIndex(of: "/") {
      return "\(endpoint[..<end].dropFirst("ipc://".count))/slots-\(name)"
    }
    let folder = NSTemporaryDirectory()
    return "\(folder.hasSuffix("/") ? String(folder.dropLast()) : folder)/clava-slots-\(geteuid())-\(name)"
  }

  /// The processors this process may use, as the kernel writes them.
  private static var allowedProcessors: String {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list") }.map(String.init) ?? ""
  }
}
