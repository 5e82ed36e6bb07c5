internal import Tensors

/// Local search over swaps of two rows' stubs of one relation.
struct SwapSearch {
  var state: JointState
  var draws: DrawSequence
  /// Stubs by label, per relation.
  let cells: [StubIndex]
  /// Stubs by label and ancestor, per relation and path.
  let paths: [[StubIndex]]
  /// Stubs by ancestor alone, per relation and path.
  let ancestors: [[StubIndex]]

  init(state: JointState, stream: RandomStream) {
    self.state = state
    draws = DrawSequence(stream, step: 1_000)
    let orders = state.stubLabels.indices.map { stream.permutation(count: state.rowCount, step: UInt32(500 + $0)) }
    cells = orders.enumerated().map { relation, order in
      StubIndex(order: order) { UInt64(UInt32(bitPattern: state.stubLabels[relation][$0])) }
    }
    paths = orders.enumerated().map { relation, order in
      state.ancestors[relation].map { rows in
        StubIndex(order: order) {
          SwapSearch.key(label: state.stubLabels[relation][$0], ancestor: rows[$0])
        }
      }
    }
    ancestors = orders.enumerated().map { relation, order in
      state.ancestors[relation].map { rows in
        StubIndex(order: order) { UInt64(UInt32(bitPattern: rows[$0])) }
      }
    }
  }

  private static func key(label: Int32, ancestor: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: label)) << 32 | UInt64(UInt32(bitPattern: ancestor))
  }

  /// The stubs a row may take in a relation: of its stub's label, or of any.
  func cell(relation: Int, row: Int, acrossCells: Bool) -> (index: StubIndex?, range: Range<Int>) {
    if acrossCells { return (nil, 0..<state.rowCount) }
    let label = state.stubLabels[relation][state.stub(relation, row)]
    return (cells[relation], cells[relation].range(UInt64(UInt32(bitPattern: label))))
  }

  /// The same, of one ancestor.
  func cell(_ path: MatchingPath, ancestor: Int32, row: Int, acrossCells: Bool) -> (
    index: StubIndex?, range: Range<Int>
  ) {
    if acrossCells {
      let index = ancestors[path.relation][path.path]
      return (index, index.range(UInt64(UInt32(bitPattern: ancestor))))
    }
    let index = paths[path.relation][path.path]
    let label = state.stubLabels[path.relation][state.stub(path.relation, row)]
    return (index, index.range(SwapSearch.key(label: label, ancestor: ancestor)))
  }

  /// Where rows that could help a row with an unmet demand are found: for either of the two paths, the stubs that
  /// would make them meet, or all stubs of the cell where they are to differ.
  func remedies(demand: Int, row: Int, acrossCells: Bool) -> [(relation: Int, index: StubIndex?, range: Range<Int>)] {
    let agreement = state.agreements[demand]
    return [(agreement.first, agreement.second), (agreement.second, agreement.first)].map { own, other in
      let found =
        agreement.meets[row]
        ? cell(own, ancestor: state.ancestor(other, row: row), row: row, acrossCells: acrossCells)
        : cell(relation: own.relation, row: row, acrossCells: acrossCells)
      return (own.relation, found.index, found.range)
    }
  }
}
