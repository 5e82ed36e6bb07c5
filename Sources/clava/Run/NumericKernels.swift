import Configuration
import Foundation
import Tensors

/// Which OpenBLAS kernels the workers of a run use, and the numeric profile that follows from it.
enum NumericKernels {
  /// The core type to set in the workers' environment, or nil for the library's own choice.
  static func coreType(_ configuration: Configuration) -> String? {
    guard configuration.fleet.coreType == "auto" else { return configuration.fleet.coreType }
    let processor = processor
    // On AMD processors with AVX-512 the AVX2 kernels are as fast as those for AVX-512 (measured with `clava bench`),
    // and every AVX2 processor computes the same bits with them; on Intel ones AVX-512 is worth much more.
    let hasWide = ["avx512f", "avx512bw", "avx512dq", "avx512vl"].allSatisfy(processor.flags.contains)
    if hasWide && processor.vendor == "GenuineIntel" { return "SkylakeX" }
    if processor.flags.contains("avx2") && processor.flags.contains("fma") { return "Haswell" }
    return nil
  }

  /// The profile of the run's workers; part of every task key.
  static func profile(_ configuration: Configuration) -> NumericProfile {
    var profile = NumericProfile.current
    if let coreType = coreType(configuration) { profile.core = coreType }
    return profile
  }

  private static var processor: (vendor: String, flags: Set<String>) {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func field(_ name: String) -> [String] {
      guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return [] }
      return line.split(separator: ":").last.map { $0.split(separator: " ").map(String.init) } ?? []
    }
    return (field("vendor_id").first ?? "", Set(field("flags")))
  }
}
