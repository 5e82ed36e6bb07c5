internal import CKernels
internal import Neural
internal import Tensors

/// The matrix products of one training step and nothing else.
final class ProductTimer {
  /// One matrix product of a layer: forward and weight gradient always, input gradient where one is needed.
  typealias Layer = (inputs: Int, outputs: Int, hasInputGradient: Bool)

  private let shapes: [Layer]
  private let rows: Int
  private let times: Int
  private let input: Matrix
  private let output: Matrix
  private let weight: Matrix

  convenience init(_ shape: NetworkShape, rows: Int, times: Int = 1) {
    let widths = [shape.embeddingWidth] + shape.hiddenWidths + [shape.outputWidth]
    var layers: [Layer] = zip(widths, widths.dropFirst()).map { ($0, $1, true) }
    layers.append((shape.inputWidth, shape.embeddingWidth, false))
    if shape.conditionWidth > 0 { layers.append((shape.conditionWidth, shape.embeddingWidth, false)) }
    layers.append((shape.timeDimension, shape.timeDimension, false))
    layers.append((shape.timeDimension, shape.embeddingWidth, true))
    self.init(layers: layers, rows: rows, times: times)
  }

  convenience init(_ shape: ClassifierShape, rows: Int, times: Int = 1) {
    let (time, widths) = (shape.timeDimension, [shape.timeDimension] + shape.layers + [shape.classCount])
    var layers: [Layer] = zip(widths, widths.dropFirst()).map { ($0, $1, true) }
    layers += [(shape.inputWidth, time, false), (time, time, false), (time, time, true)]
    self.init(layers: layers, rows: rows, times: times)
  }

  private init(layers shapes: [Layer], rows: Int, times: Int) {
    self.shapes = shapes
    self.rows = rows
    self.times = times
    let widest = shapes.reduce(0) { max($0, $1.0, $1.1) }
    input = Matrix(rows: rows, columns: widest)
    output = Matrix(rows: rows, columns: widest)
    weight = Matrix(rows: widest, columns: widest)
    let stream = RandomStream(seed: 1, name: "products")
    stream.fillNormals(input, rows: 0..<rows, firstRow: 0)
    stream.fillNormals(weight, rows: 0..<widest, firstRow: 0, step: 1)
  }

  func run() {
    for _ in 0..<times {
      for (inputs, outputs, hasInputGradient) in shapes {
        BLAS.multiply(
          rows: rows, columns: outputs, inner: inputs, input.pointer, stride: inputs, transposed: false,
          weight.pointer, stride: inputs, transposed: true, into: output.pointer, stride: outputs)
        BLAS.multiply(
          rows: outputs, columns: inputs, inner: rows, input.pointer, stride: outputs, transposed: true,
          input.pointer, stride: inputs, transposed: false, into: output.pointer, stride: inputs)
        guard hasInputGradient else { continue }
        BLAS.multiply(
          rows: rows, columns: inputs, inner: outputs, input.pointer, stride: outputs, transposed: false,
          weight.pointer, stride: inputs, transposed: false, into: output.pointer, stride: inputs)
      }
    }
  }
}

/// A training step of the published denoiser on noise that is drawn once.
final class PublishedStep {
  private let network: TimeConditionedNetwork
  private let parameters: OptimizedParameters
  private let buffers: NetworkBuffers
  private let tree: GradientTree
  private let rows: Int
  private let shardRows: Int
  private let noisy: Matrix
  private let noise: Matrix
  private let times: [Double]
  private var completed = 0

  init(_ shape: NetworkShape, rows: Int, shardRows: Int) {
    network = TimeConditionedNetwork(shape)
    parameters = OptimizedParameters(network.layout)
    parameters.initialize(from: RandomStream(seed: 1, name: "parameters"))
    buffers = NetworkBuffers(shape, capacity: shardRows)
    tree = GradientTree(count: network.layout.count)
    self.rows = rows
    self.shardRows = shardRows
    noisy = Matrix(rows: rows, columns: shape.inputWidth)
    noise = Matrix(rows: rows, columns: shape.inputWidth)
    let stream = RandomStream(seed: 1, name: "rows")
    stream.fillNormals(noisy, rows: 0..<rows, firstRow: 0)
    stream.fillNormals(noise, rows: 0..<rows, firstRow: 0, step: 1)
    times = (0..<rows).map { Double(stream.integer(below: 2_000, row: UInt64($0), step: 2)) }
  }

  func step() {
    let width = network.shape.inputWidth
    var start = 0
    while start < rows {
      let count = min(shardRows, rows - start)
      buffers.input.pointer.update(from: noisy.pointer + start * width, count: count * width)
      times.withUnsafeBufferPointer { times in
        if let base = times.baseAddress { network.embed(base + start, rows: count, buffers) }
      }
      network.forward(parameters.values.pointer, condition: .none, rows: count, buffers)
      let factor = 2 / Float(rows * width)
      ck_combine(
        buffers.output.pointer, noise.pointer + start * width, nil, factor, -factor, 0, Int64(count * width))
      let gradient = tree.nextBuffer()
      network.backward(
        parameters.values.pointer, condition: .none, rows: count, buffers, gradients: gradient.pointer)
      tree.add(gradient)
      start += count
    }
    parameters.update(
      gradients: tree.finish().pointer, step: completed, learningRate: 6e-4, averageDecay: 0.999,
      settings: AdamWSettings())
    completed += 1
  }
}
