import Evaluation

/// A small database of shops and their sales, drawn from one distribution, to compare sides with.
enum GeneratedShop {
  static let schema = EvaluationSchema(
    tables: [
      .init(
        name: "shop",
        columns: [
          .init(name: "size", kind: .number), .init(name: "region", kind: .categorical, levels: ["a", "b", "c"]),
          .init(name: "opened", kind: .date),
        ]),
      .init(
        name: "sale",
        columns: [
          .init(name: "amount", kind: .number), .init(name: "kind", kind: .categorical, levels: ["a", "b", "c", "d"]),
          .init(name: "paid", kind: .boolean, levels: ["no", "yes"]), .init(name: "weight", kind: .number),
        ]),
    ],
    relations: [.init(name: "sale.shop_id>shop", parent: "shop", child: "sale", column: "shop_id")])

  /// Draws a side.
  ///
  /// - Parameter shift: added to the amounts.
  static func side(_ state: UInt64, shops: Int, shift: Double = 0) -> DatabaseSide {
    var generator = RandomNumbers(state: state)
    func uniform() -> Double { Double.random(in: 0..<1, using: &generator) }
    var (size, region, opened): ([Double], [Int32], [Double]) = ([], [], [])
    var (parents, amount, kind, paid, weight): ([Int32], [Double], [Int32], [Int32], [Double]) = ([], [], [], [], [])
    for shop in 0..<shops {
      let area = uniform()
      size.append(area < 0.05 ? .nan : (area * 1000).rounded() / 10)
      region.append(Int32(uniform() * 3))
      opened.append((uniform() * 9000).rounded() * 86_400e9)
      for _ in 0..<Int(1 + uniform() * 6) {
        parents.append(Int32(shop))
        let own = uniform() + uniform() + uniform()
        kind.append(Int32((own + uniform()).rounded(.down)))
        amount.append(shift + (100 * (own + area)).rounded() / 10)
        paid.append(own + uniform() > 2 ? 1 : 0)
        weight.append(uniform() + uniform())
      }
    }
    return DatabaseSide(
      tables: [
        EvaluationTable(
          name: "shop", rowCount: shops,
          columns: [
            .continuous(name: "size", values: size), .discrete(name: "region", codes: region, levels: 3),
            .continuous(name: "opened", values: opened),
          ]),
        EvaluationTable(
          name: "sale", rowCount: parents.count,
          columns: [
            .continuous(name: "amount", values: amount), .discrete(name: "kind", codes: kind, levels: 4),
            .discrete(name: "paid", codes: paid, levels: 2), .continuous(name: "weight", values: weight),
          ]),
      ], parentRows: [parents])
  }

  static func database(
    synthetic: DatabaseSide, real: DatabaseSide? = nil, holdout: DatabaseSide? = nil
  ) -> EvaluationDatabase {
    EvaluationDatabase(
      schema: schema, real: real ?? side(1, shops: 300), synthetic: synthetic, holdout: holdout)
  }
}

extension [Finding] {
  /// The first finding of a metric.
  subscript(_ metric: String) -> Finding? { first { $0.metric == metric } }
}
