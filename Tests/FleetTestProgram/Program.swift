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
    FailBody(kind: "fail", code: .internal), FailBody(kind: "full", code: .storage),
  ])

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    switch arguments.first {
    case "coordinator" where arguments.count == 3:
      exit(coordinate(runPath: arguments[1], workers: Int(arguments[2]) ?? 1, own))
    case "worker" where arguments.count == 6:
      exit(
        WorkerProgram.run(
          endpoint: arguments[1], runPath: nil, slot: Int(arguments[3]) ?? 0,
          computeCommand: [own, "compute", WorkerProgram.folderPlaceholder],
          files: WorkerFilesOptions(
            workdir: arguments[4], cacheBytes: Int(arguments[5]) ?? 0, usesSharedFolder: false)))
    case "worker" where arguments.count == 4:
      exit(
        WorkerProgram.run(
          endpoint: arguments[1], runPath: arguments[2], slot: Int(arguments[3]) ?? 0,
          computeCommand: [own, "compute", arguments[2]]))
    case "compute" where arguments.count == 2:
      exit(ComputeProgram.run(registry: registry, runPath: arguments[1]))
    default:
      FileHandle.standardError.write(Data("coordinator RUN WORKERS | worker ENDPOINT RUN SLOT | compute RUN\n".utf8))
      exit(2)
    }
  }

  private static func coordinate(runPath: String, workers: Int, _ own: String) -> Int32 {
    do {
      let directory = try RunDirectory(path: runPath, create: false)
      let lock = try directory.lock()
      defer { withExtendedLifetime(lock) {} }
      let plan = try CanonicalJSON.decode(
        Plan.self, from: FileSystem.read(directory.plan), source: directory.plan)
      var settings = FleetSettings(workers: workers)
      settings.checkpointSeconds = 0.1
      settings.heartbeatSeconds = 0.5
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
