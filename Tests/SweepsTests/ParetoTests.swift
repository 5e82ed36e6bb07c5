import Sweeps
import Tensors
import Testing

@Suite("Several objectives")
struct ParetoTests {
  private func points(_ count: Int, _ objectives: Int, seed: UInt64) -> [[Double]] {
    let stream = RandomStream(seed: seed, name: "points")
    // Few levels, so that ties and equal points occur.
    return (0..<count).map { row in
      (0..<objectives).map { Double(stream.integer(below: 12, row: UInt64(row), draw: UInt32($0))) }
    }
  }

  @Test("the Pareto set equals brute force", arguments: [1, 2, 3, 4])
  func bruteForce(objectives: Int) {
    for seed in 0..<20 {
      let points = points(60, objectives, seed: UInt64(seed))
      let expected = points.indices.filter { index in
        !points.contains { other in
          zip(other, points[index]).allSatisfy { $0 <= $1 } && zip(other, points[index]).contains { $0 < $1 }
        }
      }
      #expect(ParetoFront.indices(of: points) == expected)
    }
  }

  @Test("a rank is one more than the largest rank of what dominates")
  func ranks() {
    let points = points(80, 2, seed: 4)
    let ranks = ParetoFront.ranks(points)
    for index in points.indices {
      let above = points.indices.filter { ParetoFront.dominates(points[$0], points[index]) }.map { ranks[$0] }
      #expect(ranks[index] == (above.max().map { $0 + 1 } ?? 0))
    }
  }

  @Test("the hypervolume equals the count of dominated unit cells", arguments: [1, 2, 3])
  func hypervolume(objectives: Int) {
    for seed in 0..<10 {
      let points = points(15, objectives, seed: UInt64(seed))
      let reference = [Double](repeating: 12, count: objectives)
      var cells = 0
      let count = (0..<objectives).reduce(1) { product, _ in product * 12 }
      for cell in 0..<count {
        var rest = cell
        let corner = (0..<objectives).map { _ -> Double in
          defer { rest /= 12 }
          return Double(rest % 12)
        }
        if points.contains(where: { zip($0, corner).allSatisfy { $0 <= $1 } }) { cells += 1 }
      }
      #expect(abs(Hypervolume.of(points, reference: reference) - Double(cells)) < 1e-9)
    }
  }
}
