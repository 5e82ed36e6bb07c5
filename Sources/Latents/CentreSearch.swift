internal import CKernels

/// Finds the nearest centre of numeric rows.
///
/// Scores in single precision decide wherever they differ by more than their rounding error can be; the other rows are
/// decided in double precision. The labels are therefore those of double precision.
final class CentreSearch {
  private let features: MixedFeatures
  private let origin: [Double]
  private let panels: UnsafeMutablePointer<Float>
  private let norms: UnsafeMutablePointer<Float>

  /// Prepares rows without one-hot blocks; `origin`, best the mean row, keeps the rounding error small.
  init(_ features: MixedFeatures, origin: [Double]) {
    precondition(
      features.categories.isEmpty && origin.count == features.numericCount,
      "\(features.categories.count) one-hot blocks, \(origin.count) means of \(features.numericCount) coordinates")
    self.features = features
    self.origin = origin
    let width = features.numericCount
    let rows = RowPanels.count(rows: features.rowCount) * RowPanels.length
    let panels = RowPanels.allocate(Float.self, count: rows * width)
    let norms = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows))
    RowPanels.forEach(features) { panel, firstRow in
      ck_screening_panel(panel, Int64(width), origin, panels + firstRow * width, norms + firstRow)
    }
    self.panels = panels
    self.norms = norms
  }

  deinit {
    panels.deallocate()
    norms.deallocate()
  }

  /// Writes the nearest centre of every row, lowest on ties.
  func nearest(_ centres: [Double], into labels: inout [Int32]) {
    labels.withUnsafeMutableBufferPointer { labels in
      guard let first = labels.baseAddress else { return }
      search(centres) { start, nearest in
        (first + start).update(from: nearest, count: min(RowPanels.length, features.rowCount - start))
      }
    }
  }

  /// Gives every row its nearest centre and moves it between the sums; returns how many rows moved.
  func reassign(_ centres: [Double], _ labels: inout [Int32], _ sums: ClusterSums) -> Int {
    let width = features.numericCount
    var changes = 0
    labels.withUnsafeMutableBufferPointer { labels in
      features.numerics.withUnsafeBufferPointer { numerics in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: RowPanels.length) { waiting in
          guard let first = labels.baseAddress, let rows = numerics.baseAddress, let waiting = waiting.baseAddress
          else { return }
          var waitingStart: Int?
          func moveWaiting() {
            guard let start = waitingStart else { return }
            changes += sums.move(
              rows: rows + start * width, count: min(RowPanels.length, features.rowCount - start), first + start,
              to: waiting)
          }
          // A panel's rows are moved after the search of the next panel, in which time they arrive from memory.
          search(centres) { start, nearest in
            let count = min(RowPanels.length, features.rowCount - start)
            ck_fetch_moving_rows(rows + start * width, Int64(count), Int64(width), nearest, first + start)
            moveWaiting()
            waiting.update(from: nearest, count: count)
            waitingStart = start
          }
          moveWaiting()
        }
      }
    }
    return changes
  }

  /// Calls `deliver` with the first row of every panel and the nearest centres of its rows.
  private func search(_ centres: [Double], deliver: (Int, UnsafePointer<Int32>) -> Void) {
    let width = features.numericCount
    let tile = Int(CK_CENTRE_TILE)
    let count = width == 0 ? 0 : centres.count / width
    let padded = (count + tile - 1) / tile * tile
    // |x − c|² without |x|²: base |c|², slope −2c.
    var base = [Double](repeating: .infinity, count: padded)
    var slopes = [Double](repeating: 0, count: padded * width)
    var screeningBase = [Float](repeating: .infinity, count: padded)
    var screeningSlopes = [Float](repeating: 0, count: padded * width)
    var largest = 0.0
    var largestNear = 0.0
    for centre in 0..<count {
      var square = 0.0
      var nearSquare = 0.0
      for d in 0..<width {
        let value = centres[centre * width + d]
        let near = value - origin[d]
        square += value * value
        nearSquare += near * near
        slopes[centre * width + d] = -2 * value
        screeningSlopes[centre * width + d] = Float(-2 * near)
      }
      base[centre] = square
      screeningBase[centre] = Float(nearSquare)
      largest = max(largest, square)
      largestNear = max(largestNear, nearSquare)
    }
    let bound = differenceBound(largest: largest, largestNear: largestNear)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: RowPanels.length) { labels in
      features.numerics.withUnsafeBufferPointer { numerics in
        base.withUnsafeBufferPointer { base in
          slopes.withUnsafeBufferPointer { slopes in
            screeningBase.withUnsafeBufferPointer { screeningBase in
              screeningSlopes.withUnsafeBufferPointer { screeningSlopes in
                guard let first = labels.baseAddress, let rows = numerics.baseAddress else { return }
                var argument = ck_centres(
                  width: Int64(width), count: Int64(padded), base: base.baseAddress, slopes: slopes.baseAddress,
                  screening_base: screeningBase.baseAddress, screening_slopes: screeningSlopes.baseAddress,
                  bound_base: bound.base, bound_slope: bound.slope)
                for start in stride(from: 0, to: features.rowCount, by: RowPanels.length) {
                  _ = ck_nearest_centres(
                    panels + start * width, norms + start, rows + start * width,
                    Int64(min(RowPanels.length, features.rowCount - start)), &argument, first)
                  deliver(start, first)
                }
              }
            }
          }
        }
      }
    }
  }

  /// How far two scores must differ in single precision to be in the same order in double precision, as a function of
  /// the norm of the row: base + slope × norm.
  ///
  /// A score b + Σ x s is wrong by at most (width + 4) rounding units of b + |x| |s|: one for each addition, three for
  /// the product and its rounded factors. Twice that covers the rounding of this bound itself, and 1e-37 underflow.
  private func differenceBound(largest: Double, largestNear: Double) -> (base: Float, slope: Float) {
    let operations = Double(2 * features.numericCount + 16)
    let single = operations * 0x1p-24
    let double = operations * 0x1p-53
    let originNorm = origin.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let slope = 2 * largest.squareRoot()
    let nearSlope = 2 * largestNear.squareRoot()
    return (
      Float(2 * (single * largestNear + double * (largest + originNorm * slope) + 1e-37)).nextUp,
      Float(2 * (single * nearSlope + double * slope)).nextUp
    )
  }
}
