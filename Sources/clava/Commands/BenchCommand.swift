import ArgumentParser

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure the speed of the kernels, the networks and the reader on this machine.",
    discussion: "EXAMPLE\n  clava bench")

  func run() throws {}
}
