import Matching
import Testing

@Test("labels are respected when the counts per label agree")
func labelsRespected() {
  let assignment = CellMatching.assign(rowLabels: [1, 0, 1], stubLabels: [0, 1, 1], stubOrder: [2, 0, 1])
  #expect(assignment.stubOfRow == [2, 0, 1])
  #expect(assignment.outsideCell == 0)
}
