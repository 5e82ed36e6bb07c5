import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Optimiser")
struct OptimizerTests {
  @Test("AdamW follows the reference", arguments: ["pure_denoiser", "pure_classifier", "pure_large_wd"])
  func adamW(group: String) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/adamw.h5"))
    let hyper = try numbers("\(group)/hyper", file)
    let rates = try numbers("\(group)/lr_used", file)
    let parameters = try numbers("\(group)/params", file)
    let gradients = try numbers("\(group)/grads", file)
    var layout = ParameterLayout()
    layout.add("w", shape: [5, 3], fanIn: 3)
    let optimized = OptimizedParameters(layout)
    for index in 0..<15 { optimized.values.pointer[index] = Float(parameters[index]) }
    let gradient = Matrix(rows: 1, columns: layout.count)
    let settings = AdamWSettings(beta1: hyper[2], beta2: hyper[3], epsilon: hyper[4], weightDecay: hyper[1])
    for step in 0..<10 {
      for index in 0..<15 { gradient.pointer[index] = Float(gradients[15 * step + index]) }
      optimized.update(
        gradients: gradient.pointer, step: step, learningRate: rates[step], averageDecay: 0.9, settings: settings)
      let expected = Array(parameters[15 * (step + 1)..<15 * (step + 2)])
      #expect(relativeDifference(Array(optimized.values.values.prefix(15)).map(Double.init), expected) < 2e-6)
    }
    let mean = try numbers("\(group)/exp_avg", file).suffix(15)
    #expect(relativeDifference(optimized.mean.values.prefix(15).map(Double.init), Array(mean)) < 2e-6)
    let variance = try numbers("\(group)/exp_avg_sq", file).suffix(15)
    #expect(relativeDifference(optimized.variance.values.prefix(15).map(Double.init), Array(variance)) < 2e-6)
    #expect(optimized.values.values.suffix(1) == [0], "the padding stays zero")
  }

  @Test("learning rate and average decay follow the reference")
  func schedules() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    let steps = try file.read("optimiser/step", as: Int32.self)
    let rates = try numbers("optimiser/learning_rate", file)
    let hyper = try numbers("optimiser/hyper", file)
    let schedule = LearningRateSchedule(base: hyper[0], warmup: Int(hyper[2]), steps: Int(hyper[1]))
    for (step, rate) in zip(steps, rates) {
      #expect(abs(schedule.rate(step: Int(step)) - rate) <= 1e-12 * max(rate, 1e-6))
    }
    let averageSteps = try file.read("optimiser/ema_step", as: Int32.self)
    for (step, decay) in zip(averageSteps, try numbers("optimiser/ema_decay", file)) {
      #expect(abs(AverageDecay.value(step: Int(step)) - decay) < 1e-12)
    }
  }

  @Test("the gradient tree gives the bits of its fixed order for every number of shards", arguments: 1...9)
  func tree(shards: Int) {
    let values = (0..<shards).map { Float(1) / Float(3 + 7 * $0) }
    let tree = GradientTree(count: 1)
    for _ in 0..<2 {
      for value in values {
        let buffer = tree.nextBuffer()
        buffer[0, 0] = value
        tree.add(buffer)
      }
      #expect(tree.finish()[0, 0] == sum(values[...]))
    }
  }

  /// The largest power of two first, then the rest: the order of a binary counter.
  private func sum(_ values: ArraySlice<Float>) -> Float {
    if values.count == 1 { return values[values.startIndex] }
    var half = 1
    while half * 2 < values.count { half *= 2 }
    return sum(values.prefix(half)) + sum(values.dropFirst(half))
  }

  @Test("exported tensors load back, and a wrong shape or name is reported")
  func exchange() {
    var layout = ParameterLayout()
    layout.add("a.weight", shape: [2, 3], fanIn: 3, transposed: true)
    layout.add("a.bias", shape: [2], fanIn: 3)
    let source = OptimizedParameters(layout)
    source.initialize(from: RandomStream(seed: 1, name: "x"))
    let tensors = Dictionary(uniqueKeysWithValues: source.export().map { ($0.name, $0) })
    #expect(tensors["parameters/a.weight"]?.values[1] == source.values[0, 2], "memory is [in][out], files [out, in]")
    let target = OptimizedParameters(layout)
    #expect(target.load(tensors) == nil)
    #expect(target.values.values == source.values.values && target.average.values == source.average.values)
    var broken = tensors
    broken["mean/a.bias"] = NamedTensor(name: "mean/a.bias", shape: [3], values: [0, 0, 0])
    #expect(target.load(broken)?.contains("shape [3], expected [2]") == true)
    broken["mean/a.bias"] = nil
    #expect(target.load(broken)?.contains("mean/a.bias is missing") == true)
  }
}
