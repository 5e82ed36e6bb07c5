import Essentials
import Foundation
import TestSupport
import Testing

@Suite("File system")
struct FileSystemTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("of threads that create one file exactly one succeeds, and its content stays")
  func createExclusively() throws {
    for round in 0..<20 {
      let path = folder.file("file-\(round)")
      let results = Results()
      DispatchQueue.concurrentPerform(iterations: 8) { number in
        do {
          if try FileSystem.createExclusively(Data("\(number)".utf8), at: path) { results.add(number) }
        } catch {
          Issue.record(error)
        }
      }
      let winners = results.all
      #expect(winners.count == 1)
      #expect(try FileSystem.read(path) == winners.first.map { Data("\($0)".utf8) })
    }
    #expect(FileSystem.list(folder.path).count == 20)
  }

  @Test("an atomic write replaces the file and leaves no temporary one")
  func writeAtomically() throws {
    let path = folder.file("x.json")
    try FileSystem.writeAtomically(Data("one".utf8), to: path)
    try FileSystem.writeAtomically(Data(repeating: 7, count: 3_000_000), to: path)
    #expect(try FileSystem.read(path) == Data(repeating: 7, count: 3_000_000))
    #expect(FileSystem.list(folder.path) == ["x.json"])
  }

  @Test("writing where no folder is says why and leaves nothing")
  func missingFolder() {
    let path = folder.file("none/x")
    let error = #expect(throws: ClavaError.self) { try FileSystem.writeAtomically(Data(), to: path) }
    #expect(error?.code == .storage && error?.description.contains("No such file or directory") == true)
    #expect(error?.description.contains(path) == true)
  }

  @Test("a full disk is told apart from other failures")
  func fullDisk() {
    errno = ENOSPC
    #expect(FileSystem.writeError("x").description.contains("free some space"))
    errno = EACCES
    #expect(!FileSystem.writeError("x").description.contains("free some space"))
  }

  @Test("what cannot be read is explained")
  func unreadable() {
    let missing = #expect(throws: ClavaError.self) { try FileSystem.read(folder.file("none")) }
    #expect(missing?.description.contains("no such file") == true)
    let folderError = #expect(throws: ClavaError.self) { try FileSystem.read(folder.path, code: .input) }
    #expect(folderError?.code == .input && folderError?.description.contains("folder") == true)
  }

  @Test("listing sorts and takes a missing folder for an empty one")
  func list() throws {
    for name in ["b", "a", "C"] { try FileSystem.writeAtomically(Data(), to: folder.file(name)) }
    #expect(FileSystem.list(folder.path) == ["C", "a", "b"])
    #expect(FileSystem.list(folder.file("none")) == [])
    #expect(FileSystem.isFolder(folder.path) && !FileSystem.isFolder(folder.file("a")))
    FileSystem.removeIfPresent(folder.file("a"))
    FileSystem.removeIfPresent(folder.file("a"))
    #expect(!FileSystem.exists(folder.file("a")))
  }

  /// Numbers collected from several threads.
  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var numbers: [Int] = []

    func add(_ number: Int) { lock.withLock { numbers.append(number) } }
    var all: [Int] { lock.withLock { numbers } }
  }
}
