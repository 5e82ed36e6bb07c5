import ArgumentParser
import Essentials
import Foundation
import Storage
import Sweeps

/// `clava sweep status`.
struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How far a sweep is: trials by state and cause, and the best so far.",
    discussion: """
      Reads the sweep's journal; needs no process at work. Tasks of the present round: clava status SWEEP.

      EXAMPLES
        clava sweep status SWEEP
        clava sweep status SWEEP --trials --json
        clava sweep status SWEEP --relation trans --trials
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Flag(name: .long, help: "List every trial.")
  var trials = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let sweep = try folder.open()
    if json {
      let value = try SweepStatusText.json(sweep, listsTrials: trials)
      print(String(decoding: try CanonicalJSON.encodePretty(value), as: UTF8.self))
    } else {
      for line in try SweepStatusText.lines(sweep, listsTrials: trials) { print(line) }
    }
  }
}

/// `clava sweep watch`.
struct SweepWatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "The status again whenever it changes, until nobody is at work on the sweep.",
    discussion: """
      EXAMPLES
        clava sweep watch SWEEP
        clava sweep watch SWEEP --json        one object on each line
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Flag(name: .long, help: "Print JSON lines.")
  var json = false

  func run() throws {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    var shown: [Int] = []
    while true {
      // Asked before the journals are read: what its last moment has written is shown.
      let goesOn = isAtWork(try SweepFolder(path: folder.path, create: false))
      let sweep = try folder.open()
      let present = sweep.searches.map(\.journal.records.count)
      if present != shown {
        shown = present
        if json {
          JSONLines.print(try SweepStatusText.json(sweep, listsTrials: false))
        } else {
          let lines = try SweepStatusText.lines(sweep, listsTrials: false)
          FileHandle.standardOutput.write(
            Data(((isTerminal ? "\u{1B}[H\u{1B}[J" : "") + lines.joined(separator: "\n") + "\n").utf8))
        }
      }
      guard goesOn else { return }
      sleep(1)
    }
  }

  /// Whether the process that last took the sweep's lock is alive. One of another machine cannot be asked: then it is
  /// until somebody interrupts the command.
  private func isAtWork(_ folder: SweepFolder) -> Bool {
    guard let process = folder.directory.lockHolder else { return FileSystem.exists(folder.directory.lockFile) }
    return kill(process, 0) == 0 || errno == EPERM
  }
}

/// The status of a sweep as text and as JSON.
enum SweepStatusText {
  /// For people.
  static func lines(_ sweep: OpenedSweep, listsTrials: Bool) throws -> [String] {
    let all = sweep.searches.map(\.state.status)
    let specification = sweep.whole.state.specification
    var causes: [String: Int] = [:]
    for status in all { causes.merge(status.causes) { $0 + $1 } }
    let counts = SweepText.counts(all), most = all.compactMap(\.most)
    let trials = all.reduce(0) { $0 + $1.trials }
    let of = !most.isEmpty && most.count == all.count ? " of \(most.reduce(0, +))" : ""
    var lines = ["\(trials)\(of) trials: \(counts.isEmpty ? "none yet" : counts)"]
    for (cause, count) in causes.sorted(by: { $0.key < $1.key }) { lines.append("  \(count) ×  \(cause)") }
    let rungs = (0..<(all.map(\.rungs.count).max() ?? 0)).map { rung in
      all.reduce(0) { $0 + ($1.rungs.indices.contains(rung) ? $1.rungs[rung] : 0) }
    }
    if !rungs.isEmpty && specification.pruner.kind != .none {
      lines.append("trials that reached each rung: \(rungs.map(String.init).joined(separator: ", "))")
    }
    if sweep.isByRelation {
      lines += SweepText.table(try sweep.relations(), specification)
    } else {
      for trial in sweep.whole.state.best { lines.append("best: \(SweepText.describe(trial, specification))") }
    }
    guard listsTrials else { return lines }
    for search in sweep.searches {
      if let relation = search.relation { lines += ["", "denoiser \(relation)"] }
      lines += SweepText.table(search.state.trials, search.specification)
    }
    return lines
  }

  /// For programs.
  static func json(_ sweep: OpenedSweep, listsTrials: Bool) throws -> JSONValue {
    var members: [String: JSONValue] = ["elapsedSeconds": .number(sweep.elapsed)]
    if sweep.isByRelation {
      members["relations"] = try JSONValue(encoding: sweep.relations())
    } else {
      members["status"] = try JSONValue(encoding: sweep.whole.state.status)
    }
    guard listsTrials else { return .object(members) }
    if sweep.isByRelation {
      members["trials"] = .object(
        Dictionary(
          uniqueKeysWithValues: try sweep.searches.map {
            ($0.relation ?? "", try JSONValue(encoding: $0.state.trials))
          }))
    } else {
      members["trials"] = try JSONValue(encoding: sweep.whole.state.trials)
    }
    return .object(members)
  }
}
