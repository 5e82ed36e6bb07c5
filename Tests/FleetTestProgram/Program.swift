import Essentials
import Fleet
import Foundation
import Scheduling
import Storage
import TaskGraph

/// Coordinator, worker and compute process of the fleet's tests, chosen by the first argument.
@main
enum Program {
  static let registry = TaskRegistry([
    MixBody(), CopyBody(), ChainBody(), CrashBody(), FailBody(kind: "reject", code: .input),
    FailBody(kind: "fail", code: .internal), FailBody(kind: "full", code: .storage), GrowBody(), UnsavedBody(),
    FragileBody(), TeamBody(),
  ])

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    switch arguments.first {
    case "coordinator" where arguments.count == 3 || arguments.count == 4:
      let lease = arguments.count == 4 ? Double(arguments[3]) : nil
      exit(coordinate(runPath: arguments[1], workers: Int(arguments[2]) ?? 1, lease: lease, own))
    case "worker" where arguments.count == 6:
      var options = WorkerOptions(
        endpoint: arguments[1], runPath: nil, key: nil, slot: Int(arguments[3]) ?? 0,
        computeCommand: [own, "compute", WorkerProgram.folderPlaceholder])
      options.files = WorkerFilesOptions(
        workdir: arguments[4], cacheBytes: Int(arguments[5]) ?? 0, usesSharedFolder: false)
      exit(WorkerProgram.run(options))
    case "listen" where arguments.count == 2:
      exit(coordinate(runPath: arguments[1], workers: 4, lease: nil, own) { $0.listen = "tcp://127.0.0.1:0" })
    case "join" where arguments.count >= 3:
      exit(join(Array(arguments.dropFirst()), own))
    case "worker" where arguments.count == 4 || arguments.count == 5:
      let lifetime = arguments.count == 5 ? Double(arguments[4]) : nil
      exit(
        WorkerProgram.run(
          endpoint: arguments[1], runPath: arguments[2], slot: Int(arguments[3]) ?? 0,
          computeCommand: [own, "compute", arguments[2]], lifecycle: WorkerLifecycle(lifetimeSeconds: lifetime)))
    case "speechless" where arguments.count == 4:
      exit(
        WorkerProgram.run(
          endpoint: arguments[1], runPath: arguments[2], slot: Int(arguments[3]) ?? 0,
          computeCommand: ["/bin/sh", "-c", "echo a library is missing here; exit 3"]))
    case "plan" where arguments.count == 4: exit(Workload.plan(arguments[1], Int(arguments[2]) ?? 1, arguments[3]))
    case "save" where arguments.count == 3: exit(CheckpointWork.save(arguments[1], Int(arguments[2]) ?? 1))
    case "flip" where arguments.count == 4:
      exit(CheckpointWork.flip(arguments[1], Int(arguments[2]) ?? 1, UInt64(arguments[3]) ?? 1))
    case "bench" where arguments.count == 4:
      exit(bench(tasks: Int(arguments[1]) ?? 1000, workers: Int(arguments[2]) ?? 10, folder: arguments[3]))
    case "compute" where arguments.count == 2:
      exit(ComputeProgram.run(registry: registry, runPath: arguments[1]))
    default:
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
  }

  private static let usage = """
    coordinator RUN WORKERS [LEASE] | worker ENDPOINT RUN SLOT [LIFETIME] | compute RUN | listen RUN | speechless ENDPOINT RUN SLOT
    join RUN KEY [ORPHAN [PATIENCE]] | plan RUN COUNT SECONDS | bench TASKS WORKERS FOLDER | save FOLDER BYTES | flip FOLDER COUNT SEED

    """

  /// Empty tasks through a real coordinator; prints JSON.
  private static func bench(tasks: Int, workers: Int, folder: String) -> Int32 {
    do {
      let speed = try FleetBenchmark.run(tasks: tasks, workers: workers, folder: folder)
      print(String(decoding: try CanonicalJSON.encodePretty(speed), as: UTF8.self))
      return 0
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      return 1
    }
  }

  /// A worker of another machine: run directory, name of its key, and the seconds after which it gives up.
  private static func join(_ arguments: [String], _ own: String) -> Int32 {
    let keys = KeyFolder(runPath: arguments[0])
    do {
      let name = arguments[1]
      let key =
        try FileSystem.exists(keys.file(of: name))
        ? WorkerKey(json: FileSystem.read(keys.file(of: name)), source: name) : keys.worker(name)
      // A key of another run is used as it is; join.json would put its server key right.
      let endpoint =
        name == "foreign" ? try JoinFile.read(RunDirectory(path: arguments[0], create: false)).endpoint : nil
      var options = WorkerOptions(
        endpoint: endpoint, runPath: arguments[0], key: key, slot: 0,
        computeCommand: [own, "compute", arguments[0]])
      if arguments.count > 2 { options.orphanSeconds = Double(arguments[2]) ?? 1800 }
      if arguments.count > 3 { options.refusalSeconds = Double(arguments[3]) ?? 30 }
      return WorkerProgram.run(options)
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      return 2
    }
  }

  private static func coordinate(
    runPath: String, workers: Int, lease: Double?, _ own: String, adjust: (inout FleetSettings) -> Void = { _ in }
  ) -> Int32 {
    do {
      let directory = try RunDirectory(path: runPath, create: false)
      let lock = try directory.lock()
      defer { withExtendedLifetime(lock) {} }
      let plan = try CanonicalJSON.decode(
        Plan.self, from: FileSystem.read(directory.plan), source: directory.plan)
      var settings = FleetSettings(workers: workers)
      settings.checkpointSeconds = 0.1
      settings.heartbeatSeconds = 0.5
      if let lease { settings.leaseSeconds = lease }
      adjust(&settings)
      if settings.listen != nil { settings.launcher = .external }
      let outcome = try LocalFleet.run(
        plan: plan, directory: directory, settings: settings,
        workerCommand: { endpoint, slot in [own, "worker", endpoint, runPath, "\(slot)"] }, stop: StopFlag(),
        observe: { event in
          guard let line = try? CanonicalJSON.encode(event) else { return }
          FileHandle.standardOutput.write(line + Data("\n".utf8))
        })
      let slots = outcome.statistics.scheduling
      FileHandle.standardError.write(
        Data("idle while ready \(slots.idleWhileReadySeconds) s of \(slots.slotSeconds) s slot time\n".utf8))
      return outcome.status == .done ? 0 : 1
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      return 1
    }
  }
}
