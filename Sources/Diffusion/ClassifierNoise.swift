internal import CKernels
internal import Tensors

/// Makes rows of a table noisy, in variance-preserving form.
final class ClassifierNoise {
  private let features: FeatureRows
  private let layout: KernelLayout
  private let levels: NoiseLevels
  private let noise: Matrix
  private let noiseStream: RandomStream
  private let levelStream: RandomStream

  init(_ features: FeatureRows, process: NoiseProcess, options: ClassifierOptions, capacity: Int) {
    self.features = features
    layout = KernelLayout(features.layout)
    levels = NoiseLevels(
      process, location: options.sigmaLocation, scale: options.sigmaScale, capacity: capacity)
    noise = Matrix(rows: capacity, columns: features.layout.width)
    noiseStream = RandomStream(seed: options.seed, name: "\(options.stream)/noise")
    levelStream = RandomStream(seed: options.seed, name: "\(options.stream)/levels")
  }

  /// Times of the rows filled last.
  var times: UnsafePointer<Double> { UnsafePointer(levels.times) }

  /// Fills the first rows of a matrix with noisy rows of the table; row r takes draw (r, step) of either stream.
  func fill(_ input: Matrix, rows: UnsafePointer<Int32>, count: Int, step: Int) {
    let step = UInt32(truncatingIfNeeded: step)
    levels.draw(rows: count, from: levelStream, firstRow: 0, step: step)
    noiseStream.fillNormals(noise, rows: 0..<count, firstRow: 0, step: step)
    Self.combine(features, layout, input, rows: rows, noise: noise, sigma: levels.sigma, count: count)
  }

  /// (x₀ + σ ε) / √(1 + σ²) of some rows.
  static func combine(
    _ features: FeatureRows, _ layout: KernelLayout, _ input: Matrix, rows: UnsafePointer<Int32>, noise: Matrix,
    sigma: UnsafePointer<Double>, count: Int
  ) {
    features.numerics.withUnsafeBufferPointer { numerics in
      features.codes.withUnsafeBufferPointer { codes in
        // A table may lack either kind of column; the kernel then reads nothing through the stand-in.
        let numerics = numerics.baseAddress ?? UnsafePointer(noise.pointer)
        let codes = codes.baseAddress ?? rows
        withUnsafePointer(to: layout.value) {
          ck_edm_inputs(input.pointer, $0, numerics, codes, rows, noise.pointer, sigma, Int64(count))
        }
      }
    }
  }
}
