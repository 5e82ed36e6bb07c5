import Essentials
import Foundation
import TestSupport

/// The built program, started as a user would.
enum Program {
  /// What a finished process left.
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Path of the program: beside the test runner.
  static var path: String {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let folder = (runner as NSString).deletingLastPathComponent
    let beside = "\(folder)/clava"
    if FileSystem.exists(beside) { return beside }
    // The test runner may be the toolchain's; the bundle then is in the arguments.
    let bundle = CommandLine.arguments.first { $0.contains("PackageTests.xctest") } ?? ""
    return "\((bundle as NSString).deletingLastPathComponent)/clava"
  }

  /// Starts the program; its output goes to files in `folder`.
  static func start(_ arguments: [String], in folder: TemporaryFolder, name: String = "process") throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try file("\(folder.path)/\(name).out")
    process.standardError = try file("\(folder.path)/\(name).err")
    try process.run()
    return process
  }

  /// Runs the program to its end.
  static func run(_ arguments: [String]) throws -> Result {
    let folder = try TemporaryFolder()
    let process = try start(arguments, in: folder)
    process.waitUntilExit()
    return Result(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: text("\(folder.path)/process.out"), errors: text("\(folder.path)/process.err"))
  }

  /// SHA-256 of every file below a folder, by name.
  static func digests(_ folder: String) throws -> [String: Digest] {
    var found: [String: Digest] = [:]
    for name in FileSystem.list(folder) { found[name] = Digest.of(try FileSystem.read("\(folder)/\(name)")) }
    return found
  }

  private static func file(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}
