/// Rows that equal another row in every column.
package enum IdenticalRows {
  /// The share of rows that equal a row of `training`, over all rows of both; NaN if there are none.
  ///
  /// Rows are compared by 64-bit digests of their values: one pair in 10¹⁹ is confused.
  package static func share(of rows: EvaluationTable, in training: EvaluationTable) -> Double {
    let known = Set(digests(training))
    return rows.rowCount == 0 ? .nan : Double(digests(rows).count { known.contains($0) }) / Double(rows.rowCount)
  }

  /// The share of rows that equal another row of the same table; NaN if there are none.
  package static func repeated(in table: EvaluationTable) -> Double {
    var counts: [UInt64: Int] = [:]
    let all = digests(table)
    for digest in all { counts[digest, default: 0] += 1 }
    return all.isEmpty ? .nan : Double(all.count { (counts[$0] ?? 0) > 1 }) / Double(all.count)
  }

  private static func digests(_ table: EvaluationTable) -> [UInt64] {
    var digests = [UInt64](repeating: 0x243F_6A88_85A3_08D3, count: table.rowCount)
    for column in table.columns {
      switch column {
      case .continuous(_, let values):
        // Adding zero makes minus zero plus zero.
        for row in digests.indices { mix(&digests[row], values[row].isNaN ? .max : (values[row] + 0).bitPattern) }
      case .discrete(_, let codes, _):
        for row in digests.indices { mix(&digests[row], UInt64(bitPattern: Int64(codes[row]))) }
      }
    }
    return digests
  }

  /// The finaliser of SplitMix64 on a running digest.
  @inline(__always)
  private static func mix(_ digest: inout UInt64, _ value: UInt64) {
    var mixed = (digest &* 0x9E37_79B9_7F4A_7C15) ^ value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    digest = mixed ^ (mixed >> 31)
  }
}
