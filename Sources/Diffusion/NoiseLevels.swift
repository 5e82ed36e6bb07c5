internal import CKernels
package import Tensors

/// Noise levels of a block of training rows and the times at which a network sees them; reused for every block.
package final class NoiseLevels {
  /// Time of every row, as the time embedding takes it.
  package let times: UnsafeMutablePointer<Double>
  /// σ of every row: the row's noisy form is (x₀ + σ ε) / √(1 + σ²).
  package let sigma: UnsafeMutablePointer<Double>

  private let process: NoiseProcess
  private let location: Double
  private let scale: Double
  private let capacity: Int
  private let normals: Matrix
  private let levelsOfSteps: [Double]

  /// Creates memory for blocks of up to `capacity` rows.
  ///
  /// - Parameters:
  ///   - location: mean of ln σ of the continuous process.
  ///   - scale: standard deviation of ln σ of the continuous process.
  package init(_ process: NoiseProcess, location: Double = -0.8, scale: Double = 1.4, capacity: Int) {
    self.process = process
    self.location = location
    self.scale = scale
    self.capacity = max(1, capacity)
    times = .allocate(capacity: self.capacity)
    sigma = .allocate(capacity: self.capacity)
    switch process {
    case .edm:
      normals = Matrix(rows: self.capacity, columns: 1)
      levelsOfSteps = []
    case .ddpm(let schedule):
      normals = Matrix(rows: 0, columns: 1)
      levelsOfSteps = (0..<schedule.steps).map { schedule.noiseLevel($0) }
    }
  }

  deinit {
    times.deallocate()
    sigma.deallocate()
  }

  /// Draws the levels of `rows` rows; row r takes draw (firstRow + r, step) of the stream.
  package func draw(rows: Int, from stream: RandomStream, firstRow: UInt64, step: UInt32) {
    precondition(rows <= capacity, "\(rows) noise levels do not fit into memory for \(capacity)")
    switch process {
    case .edm:
      stream.fillNormals(normals, rows: 0..<rows, firstRow: firstRow, step: step)
      ck_edm_sigmas(sigma, normals.pointer, location, scale, Int64(rows))
      ck_edm_times(times, sigma, NoiseProcess.timeFactor, Int64(rows))
    case .ddpm:
      for row in 0..<rows {
        let drawn = stream.integer(below: levelsOfSteps.count, row: firstRow &+ UInt64(row), step: step)
        times[row] = Double(drawn)
        sigma[row] = levelsOfSteps[drawn]
      }
    }
  }
}
