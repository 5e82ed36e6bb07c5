import Sweeps
import Tensors
import Testing

@Suite("Sobol points")
struct SobolTests {
  @Test("unscrambled points of two dimensions are the published ones")
  func published() {
    let expected = [
      (0.0, 0.0), (0.5, 0.5), (0.75, 0.25), (0.25, 0.75), (0.375, 0.375), (0.875, 0.875), (0.625, 0.125),
      (0.125, 0.625),
    ]
    for (index, point) in expected.enumerated() {
      #expect(SobolSequence.coordinate(index: UInt32(index), dimension: 0) == point.0)
      #expect(SobolSequence.coordinate(index: UInt32(index), dimension: 1) == point.1)
    }
  }

  @Test("points of high dimensions are those of another implementation", arguments: golden)
  func other(dimension: Int, expected: [Double]) {
    let found = [1, 2, 3, 5, 100, 777].map { SobolSequence.coordinate(index: $0, dimension: dimension) }
    #expect(found == expected)
  }

  /// scipy 1.x, `qmc.Sobol(150, scramble=False, bits=32)`, points 1, 2, 3, 5, 100 and 777.
  private static let golden: [(Int, [Double])] = [
    (2, [0.5, 0.25, 0.75, 0.125, 0.7734375, 0.1630859375]),
    (5, [0.5, 0.75, 0.25, 0.625, 0.7421875, 0.3564453125]),
    (20, [0.5, 0.25, 0.75, 0.625, 0.7578125, 0.2373046875]),
    (99, [0.5, 0.75, 0.25, 0.375, 0.8828125, 0.5107421875]),
    (149, [0.5, 0.75, 0.25, 0.625, 0.3046875, 0.5693359375]),
  ]

  @Test("2ᵏ scrambled points have one point in each interval of length 2⁻ᵏ", arguments: [0, 1, 7, 60])
  func balance(dimension: Int) {
    let stream = RandomStream(seed: 3, name: "balance/\(dimension)")
    let cells = (0..<64).map {
      Int(SobolSequence.scrambled(index: $0, dimension: dimension, stream: stream) * 64)
    }
    #expect(Set(cells).count == 64)
  }

  @Test("64 scrambled points of two dimensions have one point in each box of area 1/64")
  func boxes() {
    let first = RandomStream(seed: 3, name: "first"), second = RandomStream(seed: 3, name: "second")
    for power in 0...6 {
      let (wide, tall) = (Double(1 << power), Double(1 << (6 - power)))
      let cells = (0..<64).map { index in
        [
          Int(SobolSequence.scrambled(index: index, dimension: 0, stream: first) * wide),
          Int(SobolSequence.scrambled(index: index, dimension: 1, stream: second) * tall),
        ]
      }
      #expect(Set(cells).count == 64)
    }
  }
}
