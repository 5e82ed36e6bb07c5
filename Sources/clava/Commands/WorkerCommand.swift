import ArgumentParser
import Essentials
import Fleet
import Foundation
import Storage
import Synthesis
import TaskGraph
import Tensors

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Work for the coordinator of a run, on this or another machine.",
    discussion: """
      With --run alone it reads from RUN/join.json where the coordinator is and takes its key from RUN/keys; after a
      restart of the coordinator it looks there again. Elsewhere, --connect and --key say both. A worker that loses its
      coordinator goes on with its task and keeps trying. Where the run folder cannot be seen, files are fetched from
      the coordinator, kept in a folder of the worker's own, and handed in. TERM makes it save its work, hand it back and end.

      EXAMPLES
        clava worker --run RUN                                  one worker on a machine that sees RUN
        clava worker --run RUN --slots 4                        four of them
        clava worker --connect tcp://HOST:5570 --key worker-0.json --workdir /scratch --cache-size 50GB
        cat worker-0.json | clava worker --connect - --key -      address and key from standard input

      EXIT CODES
        0 dismissed: the run is over; 42 key, version or plan are refused, do not try again; 75 no coordinator was there
        for too long, try again; 99 drained after a checkpoint; 2 bad input; 64 wrong usage.
      """)

  @Option(name: .long, help: "Address of the coordinator, tcp://HOST:PORT; - takes it from the key.")
  var connect: String?

  @Option(name: .customLong("run"), help: "Folder of the run.", completion: .directory)
  var directory: String?

  @Option(name: .long, help: "Key file, or a folder with one for each slot; - reads it from standard input.")
  var key: String?

  @Option(name: .long, help: "Number of the slot (default: that of CLAVA_LAUNCH, or 0).")
  var slot: Int?

  @Option(name: .long, help: "Workers to start here.")
  var slots = 1

  @Option(name: .long, help: "Seconds without a coordinator before the worker first knows the run's own setting.")
  var orphanAfter = 1800.0

  @Option(name: .long, help: "Seconds to go on trying a coordinator that does not know the key.")
  var refusalPatience = 30.0

  @Option(name: .long, help: "Memory this worker has for itself, for example 8GB; if not given, that of the machine.")
  var memory: String?

  @OptionGroup var files: WorkerFilesArguments

  @Option(name: .long, help: .hidden)
  var profile: String?

  @Option(name: .long, help: .hidden)
  var parent: Int32?

  func validate() throws {
    if directory == nil, connect == nil { throw ValidationError("give --run RUN, or --connect ADDRESS and --key FILE") }
    if connect == "-", key != "-" { throw ValidationError("--connect - goes with --key -") }
    if !(1...1024).contains(slots) { throw ValidationError("--slots takes a number from 1 to 1024") }
    if orphanAfter < 0 || refusalPatience < 0 { throw ValidationError("times cannot be negative") }
    if let connect, connect != "-", !connect.contains("://") {
      throw ValidationError("--connect takes tcp://HOST:PORT")
    }
    if let connect, !connect.hasPrefix("ipc://"), key == nil, directory == nil {
      throw ValidationError("--connect needs --key")
    }
  }

  @OptionGroup var lifetime: LifetimeOptions

  func run() throws {
    // The last of several must not outlive the one that was asked to end.
    if parent != nil { WorkerGroup.endWithParent() }
    let input = key == "-" ? try WorkerKeySource.readInput() : nil
    if slots > 1 {
      throw ExitCode(try WorkerGroup(program: ProgramPath.current, slots: slots, input: input, command: self).run())
    }
    let directory = directory.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    let number = slot ?? WorkerKeySource.launchedSlot ?? 0
    let isLocal = connect?.hasPrefix("ipc://") ?? false
    let source = WorkerKeySource(directory: directory, slot: slot ?? WorkerKeySource.launchedSlot)
    let found: WorkerKey?
    do {
      found = isLocal ? nil : try source.key(key, input: input)
    } catch let error as RevokedKey {
      FileHandle.standardError.write(Data("\(error.sentence)\n".utf8))
      throw ExitCode(42)
    }
    var options = WorkerOptions(
      endpoint: try address(found), runPath: directory, key: found, slot: number,
      computeCommand: [
        ProgramPath.current, "compute", "--run", WorkerProgram.folderPlaceholder, "--profile",
        profile ?? WorkerProgram.profilePlaceholder,
      ])
    options.orphanSeconds = orphanAfter
    options.lifecycle = try lifetime.lifecycle
    options.refusalSeconds = refusalPatience
    options.memory = try memory.map(WorkerFilesOptions.bytes)
    options.files = try files.options
    throw ExitCode(WorkerProgram.run(options))
  }

  /// Where to dial; nil leaves it to `join.json`.
  private func address(_ key: WorkerKey?) throws -> String? {
    guard connect == "-" else { return connect }
    guard let endpoint = key?.endpoint else {
      throw ClavaError(
        .input, "the key on standard input names no address", remedy: "give --connect tcp://HOST:PORT --key -")
    }
    return endpoint
  }
}

/// Started by a worker, not by people.
struct ComputeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compute", abstract: "Run task bodies (started by a worker).", shouldDisplay: false)

  @Option(name: .customLong("run"), help: "Run directory.")
  var directory: String

  @Option(name: .long, help: "Numeric profile of the run.")
  var profile: String

  func run() throws {
    try BLAS.load()
    let own = NumericProfile.current.text
    guard own == profile else {
      throw ClavaError(
        .internal, "this process computes with '\(own)', the run wants '\(profile)'",
        remedy: "set fleet.core_type to a kernel set that every machine has, for example Haswell")
    }
    throw ExitCode(ComputeProgram.run(registry: SynthesisTasks.registry, runPath: directory))
  }
}

/// The path of this program, to start it again.
enum ProgramPath {
  static var current: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}
