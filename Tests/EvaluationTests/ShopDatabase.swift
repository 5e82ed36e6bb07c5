import Evaluation

/// A generated shop of four tables: region → customer → order, region → order (the customer's), customer → visit.
///
/// Amounts and channels follow the customer, orders follow the customer's first day, are shipped within a month and are
/// stored in order of time; the discount follows from the segment; who orders much visits much.
enum ShopDatabase {
  static let relations = [
    (child: "customer", column: "region", parent: "region"), (child: "order", column: "customer", parent: "customer"),
    (child: "order", column: "region", parent: "region"), (child: "visit", column: "customer", parent: "customer"),
  ]

  static func database(synthetic: SideBuilder, holdout: SideBuilder? = nil) -> EvaluationDatabase {
    EvaluationDatabase(
      relations: relations, dates: ["joined", "ordered", "shipped"], real: side(seed: 1), synthetic: synthetic,
      holdout: holdout)
  }

  static func side(seed: UInt64) -> SideBuilder {
    var random = RandomNumbers(state: seed)
    func whole(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
    func uniform() -> Double { Double.random(in: 0..<1, using: &random) }
    let regions = 8, customers = 400
    let climates = (0..<regions).map { Int32($0 % 3) }
    let regionOf = (0..<customers).map { _ in Int32(whole(regions)) }
    // The segment follows the climate two times in three.
    let segments = regionOf.map { uniform() < 0.67 ? climates[Int($0)] : Int32(whole(3)) }
    let incomes = segments.map { Double($0) * 10 + uniform() * 15 }
    let joined = segments.map { _ in (uniform() * 3000).rounded() }
    var owner: [Int32] = [], ordered: [Double] = [], visitor: [Int32] = []
    for customer in 0..<customers {
      let activity = uniform() * uniform() * 10
      for _ in 0..<Int(activity + uniform() * 2) { visitor.append(Int32(customer)) }
      var day = joined[customer]
      for _ in 0..<Int(activity + uniform() * 2) {
        day += (1 + uniform() * 60).rounded()
        owner.append(Int32(customer))
        ordered.append(day)
      }
    }
    let amounts = owner.map { incomes[Int($0)] * 3 + uniform() * 20 }
    let channels = owner.map { uniform() < 0.8 ? segments[Int($0)] : Int32(whole(3)) }
    let shipped = ordered.map { $0 + (uniform() * 30).rounded() }
    let places = visitor.map { uniform() < 0.7 ? segments[Int($0)] : Int32(whole(4)) }
    return SideBuilder(
      tables: [
        EvaluationTable(
          name: "region", rowCount: regions,
          columns: [
            .discrete(name: "climate", codes: climates, levels: 3),
            .continuous(name: "height", values: (0..<regions).map { Double($0) }),
          ]),
        EvaluationTable(
          name: "customer", rowCount: customers,
          columns: [
            .discrete(name: "segment", codes: segments, levels: 3),
            .discrete(name: "discount", codes: segments.map { $0 / 2 }, levels: 2),
            .continuous(name: "income", values: incomes), .continuous(name: "joined", values: days(joined)),
          ]),
        EvaluationTable(
          name: "order", rowCount: owner.count,
          columns: [
            .continuous(name: "amount", values: amounts), .discrete(name: "channel", codes: channels, levels: 3),
            .continuous(name: "ordered", values: days(ordered)), .continuous(name: "shipped", values: days(shipped)),
          ]),
        EvaluationTable(
          name: "visit", rowCount: visitor.count, columns: [.discrete(name: "place", codes: places, levels: 4)]),
      ],
      parents: [regionOf, owner, owner.map { regionOf[Int($0)] }, visitor])
  }
}
