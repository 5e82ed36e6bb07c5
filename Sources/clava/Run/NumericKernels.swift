import Configuration
import Foundation
import Tensors

/// Which OpenBLAS kernels the workers of a run use, and the numeric profile that follows from it.
enum NumericKernels {
  /// The core type to set in the workers' environment, or nil for the library's own choice.
  static func coreType(_ configuration: Configuration) -> String? {
    guard configuration.fleet.coreType == "auto" else { return configuration.fleet.coreType }
    let flags = processorFlags
    // OpenBLAS runs its AVX2 kernels on AMD processors with AVX-512, where the Intel ones are faster and depend less
    // on the shape of the product.
    if ["avx512f", "avx512bw", "avx512dq", "avx512vl"].allSatisfy(flags.contains) { return "SkylakeX" }
    if flags.contains("avx2") && flags.contains("fma") { return "Haswell" }
    return nil
  }

  /// The profile of the run's workers; part of every task key.
  static func profile(_ configuration: Configuration) -> NumericProfile {
    var profile = NumericProfile.current
    if let coreType = coreType(configuration) { profile.core = coreType }
    return profile
  }

  private static var processorFlags: Set<String> {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") }) else { return [] }
    return Set(line.split(separator: " ").map(String.init))
  }
}
