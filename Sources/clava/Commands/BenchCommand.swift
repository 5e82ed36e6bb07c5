import ArgumentParser
import Diffusion
import Essentials
import Fleet
import Foundation
import Latents
import Matching
import Tables
import Tensors

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure the speed of training, sampling, clustering and reading, on one thread.",
    discussion: """
      Networks and clustering are timed by the processor time of this one thread, which other programs on the machine
      hardly lengthen; steps that several threads divide, by the clock on the wall, in turns with the same steps on one
      thread, so that they mean little on a machine that has other work. Networks are compared with the matrix products of the same shapes alone, taken in turns, so that
      a machine that changes its speed does not change the ratio. OPENBLAS_CORETYPE in the environment chooses other
      kernels.

      EXAMPLES
        clava bench
        clava bench --only network --json
        clava bench --only matching --rows 1000000
        clava bench --only fleet --tasks 100000 --workers 1000
        scripts/bench-matching                    greedy matching with faiss, side by side
        scripts/bench-peers                       the same work in PyTorch and scikit-learn, side by side
      """)

  /// The parts that can be measured alone.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case network, clustering, matching, reading, fleet
  }

  @Option(name: .long, help: "Measure one part only: network, clustering, matching, reading or fleet.")
  var only: Part?

  @Option(name: .long, help: "Rows on either side of the matching; above 100,000 greedy matching is left out.")
  var rows = 20_000

  @Option(name: .long, help: "Empty tasks that the fleet's coordinator hands out.")
  var tasks = 20_000

  @Option(name: .long, help: "Simulated workers that the fleet's coordinator hands them out to.")
  var workers = 1000

  @Option(name: .long, help: "How often a short figure is measured.")
  var repeats = 7

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    guard (1...1000).contains(repeats) else {
      throw ClavaError(
        .configuration, "found \(repeats), expected a number from 1 to 1000", at: .init(file: "--repeats"),
        remedy: "leave the option out for 7")
    }
    guard (1...10_000_000).contains(rows) else {
      throw ClavaError(
        .configuration, "found \(rows), expected a number from 1 to 10000000", at: .init(file: "--rows"),
        remedy: "leave the option out for 20000")
    }
    guard (100...1_000_000).contains(tasks) else {
      throw ClavaError(
        .configuration, "found \(tasks), expected a number from 100 to 1000000", at: .init(file: "--tasks"),
        remedy: "leave the option out for 20000")
    }
    guard (1...10_000).contains(workers) else {
      throw ClavaError(
        .configuration, "found \(workers), expected a number from 1 to 10000", at: .init(file: "--workers"),
        remedy: "leave the option out for 1000")
    }
    try BLAS.load()
    var results: [BenchmarkResult] = []
    for part in Part.allCases where only == nil || only == part { results += try measure(part) }
    if json {
      JSONLines.print(results)
      return
    }
    print("\(NumericProfile.current.text), one thread if nothing else is said")
    for line in TextFormatting.table(
      header: ["figure", "value", "unit", "compared with"],
      rows: results.map { result in
        [
          result.name, result.value < 10 ? String(format: "%.4f", result.value) : String(format: "%.0f", result.value),
          result.unit, result.comparison.map { String(format: "%.2f %@", $0.ratio, $0.name as NSString) } ?? "–",
        ]
      })
    {
      print(line)
    }
  }

  private func measure(_ part: Part) throws -> [BenchmarkResult] {
    switch part {
    case .network:
      let counts = [2, 4, 8].filter { $0 <= ProcessInfo.processInfo.activeProcessorCount }
      return try KernelBenchmarks.run(repeats: repeats, seconds: processorSeconds)
        + counts.flatMap { KernelBenchmarks.dividedSteps(threads: $0, repeats: repeats, seconds: wallSeconds) }
    case .clustering:
      let speed = MixtureBenchmark.run(clock: processorSeconds)
      return [
        BenchmarkResult(
          name: "k-means, 100,000 × 20, 20 clusters", value: speed.kMeansRowsPerSecond, unit: "rows × iterations/s"),
        BenchmarkResult(
          name: "Gaussian mixture, 100,000 × 20, 20 components", value: speed.mixtureRowsPerSecond,
          unit: "rows × iterations/s"),
        BenchmarkResult(name: "k-means++ seeding of 20", value: speed.seedingRowsPerSecond, unit: "rows/s"),
      ]
    case .matching: return matching()
    case .fleet: return try fleet()
    case .reading:
      let speed = try ReadingBenchmark.run()
      return [
        BenchmarkResult(
          name: "typed CSV reading, \(speed.columnCount) columns", value: speed.megabytesPerSecond, unit: "MB/s")
      ]
    }
  }

  private func fleet() throws -> [BenchmarkResult] {
    let folder = NSTemporaryDirectory() + "clava-bench-\(getpid())"
    defer { FileSystem.removeIfPresent(folder) }
    let speed = try FleetBenchmark.run(tasks: tasks, workers: min(workers, tasks), folder: folder)
    let size = "\(TextFormatting.count(speed.tasks)) empty tasks, \(TextFormatting.count(speed.workers)) workers"
    func results(_ what: String, _ rate: FleetSpeed.Rate) -> [BenchmarkResult] {
      [
        BenchmarkResult(name: "tasks \(what), \(size)", value: rate.perSecond, unit: "tasks/s"),
        BenchmarkResult(
          name: "… processor time of the coordinator's thread a task", value: rate.coordinatorSeconds * 1e6, unit: "µs"),
        BenchmarkResult(
          name: "… of the whole process, simulated workers included", value: rate.processSeconds * 1e6, unit: "µs"),
      ]
    }
    return results("assigned", speed.assigned) + results("assigned, committed and answered", speed.committed) + [
      BenchmarkResult(
        name: "resident memory at half time and at the end", value: Double(speed.residentLate) / 1048576, unit: "MiB",
        comparison: .init(
          name: "of that at half time", ratio: Double(speed.residentLate) / Double(max(1, speed.residentEarly)))),
      BenchmarkResult(name: "restart to the first assignment", value: speed.restartSeconds, unit: "s"),
    ]
  }

  private func matching() -> [BenchmarkResult] {
    let speed = MatchingBenchmark.run(rows: rows, greedy: rows <= 100_000, clock: processorSeconds)
    let size = "\(TextFormatting.count(rows)) × \(TextFormatting.count(rows)) × 12"
    let assignment = [
      BenchmarkResult(name: "assignment, seconds, \(size)", value: speed.assignmentSeconds, unit: "s"),
      BenchmarkResult(name: "assignment, mean distance", value: speed.assignmentMeanDistance, unit: "distance"),
    ]
    guard rows <= 100_000 else { return assignment }
    return [
      BenchmarkResult(name: "greedy matching, seconds, \(size)", value: speed.greedySeconds, unit: "s"),
      BenchmarkResult(name: "greedy matching, mean distance", value: speed.greedyMeanDistance, unit: "distance"),
    ] + assignment
  }

  private func processorSeconds() -> Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

  private func wallSeconds() -> Double { seconds(of: CLOCK_MONOTONIC) }

  private func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
