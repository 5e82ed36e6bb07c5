extension EvaluationDatabase {
  /// The held-out rows of a table if they are rows that training did not have.
  ///
  /// A table that all groups refer to, such as a list of districts, is in the training rows as a whole and in the holdout
  /// as a whole. Its rows held out are no rows held out: nineteen of twenty equal a training row although training
  /// rows hardly equal each other.
  package func unseenHoldout(_ table: Int) -> DatabaseSide? {
    guard let holdout, !schema.tables[table].columns.isEmpty else { return holdout }
    let (real, held) = (self.real.tables[table], holdout.tables[table])
    guard held.rowCount > 0, real.rowCount > 0 else { return holdout }
    let isShared =
      IdenticalRows.share(of: held, in: real) >= 0.95 && IdenticalRows.repeated(in: real) < 0.5
    return isShared ? nil : holdout
  }

  /// The same without held-out rows where they are rows of the training side.
  package func withUnseenHoldout(for table: Int) -> EvaluationDatabase {
    unseenHoldout(table) == nil
      ? EvaluationDatabase(schema: schema, real: real, synthetic: synthetic) : self
  }
}
