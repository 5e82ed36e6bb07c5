import Sweeps
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
}
