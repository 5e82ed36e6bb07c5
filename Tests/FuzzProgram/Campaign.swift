import Essentials
import Foundation
import Fuzzing
import Synchronization

/// Runs all targets in child processes, some at a time; a child that dies or hangs costs one input.
struct Campaign {
  /// A child that has tried no new input for so long hangs.
  private static let hangSeconds = 20.0
  /// Inputs of one child: a target's memory then starts anew.
  private static let childCount = 500_000
  /// A target whose children die all the time is given up.
  private static let maximumDeaths = 20
  /// Calls libhdf5 on whatever bytes there are; its faults are told apart from those of this program.
  private static let libraryTarget = "artifacts", library = "libhdf5"

  /// How a child ended that has no result.
  private struct Ending {
    var what = ""
    var isOfLibrary = false
  }

  fileprivate struct Row: Sendable {
    var name: String
    var result = FuzzResult()
    var deaths = 0
    /// Deaths within a library that this program does not build.
    var libraryDeaths = 0
    var seconds = 0.0
    var lines: [String] = []
  }

  private let arguments: Arguments
  private let names: [(name: String, count: Int)]
  private let program: String

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    names = FuzzTargets.all.filter { arguments.only == nil || $0.name == arguments.only }
      .map { ($0.name, min($0.fullCount, arguments.count ?? 20_000)) }
    guard !names.isEmpty else { throw FuzzFailure("there is no target '\(arguments.only ?? "")'") }
    program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }

  /// - Returns: whether every promise was kept.
  func run() throws -> Bool {
    let queue = Guarded(names)
    let rows = Guarded<[String: Row]>([:])
    try FileSystem.createFolder(arguments.folder)
    defer { FileSystem.removeIfPresent(arguments.folder) }
    DispatchQueue.concurrentPerform(iterations: max(1, arguments.jobs)) { _ in
      while let next = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        let row = run(next.name, next.count)
        rows.withLock { $0[next.name] = row }
        print(Self.line(row), row.lines.joined(separator: "\n"), separator: row.lines.isEmpty ? "" : "\n")
        fflush(nil)
      }
    }
    let done = rows.withLock { $0 }
    print("\ntarget            inputs   accepted  longest s  peak MiB   deaths  library  failures  inputs/s")
    for (name, _) in names { if let row = done[name] { print(Self.line(row)) } }
    return done.values.allSatisfy { $0.deaths == 0 && $0.result.failures.isEmpty }
  }

  private static func line(_ row: Row) -> String {
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(1, width - text.count)) + text
    }
    let result = row.result
    let longest = (result.longest * 1000).rounded() / 1000
    return row.name + right("\(result.count)", 24 - row.name.count) + right("\(result.accepted)", 11)
      + right("\(longest)", 11) + right("\(result.peakMemory >> 20)", 10) + right("\(row.deaths)", 9)
      + right("\(row.libraryDeaths)", 9)
      + right("\(result.failures.count)", 10) + right("\(Int(Double(result.count) / max(row.seconds, 1e-3)))", 10)
  }

  private func run(_ name: String, _ count: Int) -> Row {
    var row = Row(name: name)
    let began = Date()
    var first: UInt64 = 0
    while first < UInt64(count), row.deaths < Self.maximumDeaths, row.result.failures.count < Self.maximumDeaths {
      let part = min(count - Int(first), Self.childCount)
      let folder = "\(arguments.folder)/\(name)-\(first)"
      try? FileSystem.createFolder(folder)
      defer { FileSystem.removeIfPresent(folder) }
      let (result, ending) = child(name, first, part, folder)
      if let result {
        row.add(result)
        for failure in result.failures { tell(&row, failure.index, failure.what) }
        first += UInt64(part)
        continue
      }
      // Without a result of the child, the inputs before the fatal one were tried all the same.
      let index = ProgressMark.read("\(folder)/progress") ?? first
      row.result.count += Int(index - first) + 1
      first = index + 1
      if ending.isOfLibrary {
        row.libraryDeaths += 1
        if row.libraryDeaths > 3 { continue }
      } else {
        row.deaths += 1
      }
      tell(&row, index, ending.what)
    }
    row.seconds = Date().timeIntervalSince(began)
    return row
  }

  private func tell(_ row: inout Row, _ index: UInt64, _ what: String) {
    let folder = arguments.save ?? "/tmp/clava-fuzz"
    var line = "\(row.name) input \(index): \(what)"
    line += "\n  replay: \(program) replay \(row.name) --seed \(arguments.seed) --index \(index)"
    if let target = try? FuzzTargets.make(row.name, folder: "\(arguments.folder)/saving-\(row.name)") {
      var run = FuzzRun(target: target, name: row.name, seed: arguments.seed)
      if let saved = try? Self.save(run.input(index), row.name, index, in: folder) { line += "\n  saved:  \(saved)" }
    }
    row.lines.append(line)
  }

  /// Writes the parts of an input.
  static func save(_ parts: [[UInt8]], _ name: String, _ index: UInt64, in folder: String) throws -> String {
    try FileSystem.createFolder(folder)
    let paths = parts.indices.map { "\(folder)/\(name)-\(index).\($0)" }
    for (path, part) in zip(paths, parts) { try FileSystem.writeAtomically(Data(part), to: path) }
    return paths.joined(separator: " ")
  }

  private func child(_ name: String, _ first: UInt64, _ count: Int, _ folder: String) -> (FuzzResult?, Ending) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "run", name, "--seed", "\(arguments.seed)", "--first", "\(first)", "--count", "\(count)", "--folder", folder,
    ]
    // A crash report takes seconds, and a sanitizer writes its own.
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let (output, errors) = ("\(folder)/output", "\(folder)/errors")
    for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    do { try process.run() } catch { return (nil, Ending(what: "the child did not start: \(error)")) }
    var mark: UInt64?
    var moved = Date()
    while process.isRunning {
      usleep(20_000)
      let now = ProgressMark.read("\(folder)/progress")
      if now != mark { (mark, moved) = (now, Date()) }
      guard now == nil || Date().timeIntervalSince(moved) < Self.hangSeconds else {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return (nil, Ending(what: "no end within \(Int(Self.hangSeconds)) s"))
      }
    }
    process.waitUntilExit()
    if let data = FileManager.default.contents(atPath: output), process.terminationStatus == 0,
      let result = try? CanonicalJSON.decode(FuzzResult.self, from: data, source: "the child")
    {
      return (result, Ending())
    }
    let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
    let lines = said.split(separator: "\n").filter { !$0.isEmpty }.prefix(12).joined(separator: "\n    ")
    // A trap of Swift code is an illegal instruction; a bad access names its place under a sanitizer only.
    let isBadAccess = process.terminationReason == .uncaughtSignal && process.terminationStatus != SIGILL
    let isOfLibrary = name == Self.libraryTarget && (isBadAccess || said.contains(Self.library))
    return (
      nil,
      Ending(what: "the child ended with status \(process.terminationStatus)\n    \(lines)", isOfLibrary: isOfLibrary)
    )
  }
}

extension Campaign.Row {
  /// Adds what a child found.
  mutating func add(_ other: FuzzResult) {
    result.count += other.count
    result.accepted += other.accepted
    if other.longest > result.longest { (result.longest, result.longestIndex) = (other.longest, other.longestIndex) }
    result.peakMemory = max(result.peakMemory, other.peakMemory)
    result.failures += other.failures
  }
}
