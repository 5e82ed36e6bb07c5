import FleetSimulation
import Foundation
import TaskGraph

/// Runs the simulation for many seeds, or one seed again: `FleetSimulator FIRST COUNT`. With a plan as
/// `clava plan --json` prints it: `FleetSimulator makespan PLAN SLOTS...`, a line of JSON for each number of slots.
@main
enum Simulator {
  static func main() throws {
    if CommandLine.arguments.dropFirst().first == "makespan" { return try makespan() }
    let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
    guard numbers.count == 2 else {
      FileHandle.standardError.write(Data("FleetSimulator FIRST COUNT\n".utf8))
      exit(2)
    }
    let began = ContinuousClock.now
    var failures = 0, starts = 0, executions = 0
    var longest = Duration.zero
    for seed in numbers[0]..<numbers[0] + numbers[1] {
      let start = ContinuousClock.now
      var fleet = try SimulatedFleet.world(seed: seed)
      fleet.run()
      longest = max(longest, ContinuousClock.now - start)
      starts += fleet.starts
      executions += fleet.executions
      guard !fleet.violations.isEmpty else { continue }
      failures += 1
      print("seed \(seed): \(fleet.violations[0])")
      for other in fleet.violations.dropFirst().prefix(4) { print("  \(other)") }
      print("  replay: scripts/faults/simulate 1 --first \(seed)")
      if failures >= 5 { break }
    }
    let seconds = Double((ContinuousClock.now - began) / .microseconds(1)) / 1e6
    print(
      "\(numbers[1]) seeds, \(starts) coordinator starts, \(executions) executions: \(failures) failed; "
        + String(
          format: "%.2f ms a seed, the longest %.1f ms", seconds / Double(numbers[1]) * 1e3,
          Double(longest / .microseconds(1)) / 1e3))
    exit(failures == 0 ? 0 : 1)
  }

  private static func makespan() throws {
    let arguments = CommandLine.arguments.dropFirst(2)
    guard let path = arguments.first, let data = FileManager.default.contents(atPath: path) else {
      FileHandle.standardError.write(Data("FleetSimulator makespan PLAN SLOTS...\n".utf8))
      exit(2)
    }
    let plan = try JSONDecoder().decode(Plan.self, from: data)
    for slots in arguments.dropFirst().compactMap({ Int($0) }) {
      for error in [0, 0.5, 2] {
        let found = Makespan.measure(plan, slots: slots, error: error, seed: 1, searches: 100)
        print(
          "{\"tasks\":\(plan.tasks.count),\"slots\":\(slots),\"error\":\(error),\"seconds\":\(found.seconds),"
            + "\"bound\":\(found.bound),\"best\":\(found.best),\"extra\":\(found.extraAttempts)}")
      }
    }
  }
}
