/// Checks that a synthetic database must pass; anything below 1 is a defect of the program that made it.
public enum Integrity {
  /// The share of foreign key values found among the primary keys of the parent.
  ///
  /// - Parameter foreignKeys: one entry a row, nil for null.
  /// - Parameter realColumnHasNulls: if so, nulls are left out; if not, each null counts as a violation.
  /// - Complexity: O(foreign keys + primary keys), memory O(primary keys).
  @inlinable
  public static func referential<Key: Hashable>(
    foreignKeys: some Collection<Key?>, primaryKeys: some Sequence<Key>, realColumnHasNulls: Bool
  ) -> Score {
    let known = Set(primaryKeys)
    var found = 0
    var counted = 0
    for key in foreignKeys {
      guard let key else {
        if !realColumnHasNulls { counted += 1 }
        continue
      }
      counted += 1
      if known.contains(key) { found += 1 }
    }
    return counted == 0 ? .undefined("there is no foreign key to check") : Score(Double(found) / Double(counted))
  }

  /// The share of rows whose parent exists, where keys were already turned into parent rows.
  ///
  /// - Parameter parentRows: one entry a row, −1 for a key that is null or dangling; each such row is a violation.
  public static func referential(parentRows: [Int32]) -> Score {
    if parentRows.isEmpty { return .undefined("there is no foreign key to check") }
    return Score(Double(parentRows.count { $0 >= 0 }) / Double(parentRows.count))
  }

  /// 1 − (keys that an earlier row has + missing keys) / rows.
  ///
  /// - Parameter keys: one entry a row, nil for a missing key.
  @inlinable
  public static func keyUniqueness<Key: Hashable>(_ keys: some Collection<Key?>) -> Score {
    var seen = Set<Key>(minimumCapacity: keys.count)
    for key in keys {
      if let key { seen.insert(key) }
    }
    return keys.isEmpty ? .undefined("there is no key to check") : Score(Double(seen.count) / Double(keys.count))
  }

  /// 1 − (pairs of parents that an earlier row has) / rows: 1 where a junction table has no pair twice.
  public static func pairUniqueness(_ first: [Int32], _ second: [Int32]) -> Score {
    precondition(
      first.count == second.count, "parent rows of \(first.count) and \(second.count) rows of one junction table")
    let pairs = zip(first, second).map { UInt64(UInt32(bitPattern: $0)) << 32 | UInt64(UInt32(bitPattern: $1)) }
    return keyUniqueness(pairs.map(Optional.some))
  }
}
