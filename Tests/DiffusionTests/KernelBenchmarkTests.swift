import Diffusion
import Dispatch
import Testing

@Suite("Kernel benchmarks")
struct KernelBenchmarkTests {
  @Test("every figure is positive and the training steps are compared with products alone")
  func figures() throws {
    let clock = { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
    var results = KernelBenchmarks.defaultStep(repeats: 1, seconds: clock)
    results.append(try KernelBenchmarks.sampling(repeats: 1, seconds: clock))
    results += KernelBenchmarks.randomNumbers(repeats: 1, seconds: clock)
    #expect(results.count == 4)
    #expect(results.allSatisfy { $0.value > 0 && $0.value.isFinite })
    let divided = try #require(KernelBenchmarks.dividedDefaultStep(threads: 2, repeats: 1, seconds: clock))
    #expect(divided.value > 0 && divided.name.hasSuffix("2 threads"))
    #expect(
      KernelBenchmarks.dividedDefaultStep(threads: 3, repeats: 1, seconds: clock)?.name == nil,
      "a batch has two micro-shards")
    let share = try #require(results[0].comparison?.ratio)
    #expect(share > 0 && share < 1.5)
  }
}
