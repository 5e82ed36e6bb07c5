import Foundation
import SweepFunctions
import Sweeps

/// The best values that a sampler finds: `SweepSimulator FUNCTION SAMPLER TRIALS SEEDS` prints one for each seed.
@main
enum Simulator {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 4, let function = TestFunction(rawValue: arguments[0]),
      let sampler = SamplerOptions.Kind(rawValue: arguments[1]), let trials = Int(arguments[2]),
      let seeds = Int(arguments[3])
    else {
      let names = TestFunction.allCases.map(\.rawValue).joined(separator: "|")
      FileHandle.standardError.write(Data("SweepSimulator \(names) random|sobol|tpe TRIALS SEEDS\n".utf8))
      exit(2)
    }
    for seed in 0..<seeds { print(try SimulatedSweep.best(function, sampler, trials: trials, seed: seed)) }
  }
}
