import Essentials
import Foundation
import Storage
import Tables
import Tensors
import TestSupport
import Testing

@Suite("Tables under the quantile codec")
struct QuantileTableTests {
  private struct Expected: Decodable {
    var numericColumns: [String]
    var categoricalColumns: [String]
    var categoryOrder: [String: [String]]
    var snappedColumns: [String]
    var splitSizes: [[Int]]

    enum CodingKeys: String, CodingKey {
      case numericColumns = "numeric_columns"
      case categoricalColumns = "categorical_columns"
      case categoryOrder = "category_order"
      case snappedColumns = "snapped_columns"
      case splitSizes = "split_sizes_n_train_val_test"
    }
  }

  private static func expected() throws -> Expected {
    let path = Fixtures.path("golden/codec/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static let published = CodecOptions(
    kind: .quantile, categoryOrder: .lexicographic, roundsNumbers: false, tolerance: .absolute, usesAllRows: false)

  /// The golden table as a database of its own, its numbers in single precision: the published code rounds them so.
  private static func items() throws -> SampleDatabase {
    let database = try SampleDatabase()
    func golden(_ name: String) throws -> String {
      try String(contentsOfFile: Fixtures.path("golden/codec/\(name)"), encoding: .utf8)
    }
    try database.write("item_domain.json", golden("item_domain.json"))
    let lines = try golden("item.csv").split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let single = lines.dropFirst().map { fields in
      fields.map { field in Float(field).map { $0 == $0.rounded() ? String(Int($0)) : "\(Double($0))" } ?? field }
    }
    let text = ([lines[0]] + single).map { $0.joined(separator: ",") + "\n" }.joined()
    try database.write("item.csv", text)
    try database.write(
      "dataset_meta.json",
      #"{"relation_order": [[null, "item"]], "tables": {"item": {"parents": [], "children": []}}}"#)
    return database
  }

  @Test("a whole table is encoded and decoded like the golden one")
  func golden() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/table_codec.h5"))
    let expected = try Self.expected()
    let database = try Self.items()
    let (schema, survey) = try database.survey()
    let table = schema.tables[0], found = survey.tables[0]
    let trainingRows = try file.read("train_rows", as: Int32.self)
    let reader = try TableReader(table: table, survey: found)
    var fitter = TableCodecFitter(table: table, survey: found, options: Self.published, trainingRows: trainingRows)
    let block = try #require(try reader.next(maximumRows: 10_000))
    fitter.add(block)
    let (codec, levelOfCode) = fitter.finish { reader.dictionary(column: $0) }

    let order = expected.numericColumns + expected.categoricalColumns
    func column(_ name: String, _ position: Int, of dataset: String) throws -> [Double] {
      let values = try file.read(dataset, as: Double.self)
      let width = try file.shape(dataset)[1]
      return stride(from: position, to: values.count, by: width).map { values[$0] }
    }
    for (position, name) in order.enumerated() {
      let index = try #require(table.index(of: name))
      let z = try column(name, position, of: "z_train")
      let generated = try column(name, position, of: "z_generated")
      let quantiles = try column(name, position, of: "quantiles")
      switch codec.columns[index] {
      case .numeric(.quantile(let map), nil):
        #expect(relativeDifference(map.quantiles, quantiles) <= 1e-12, "\(name)")
        let values = try #require(block.columns[index].numbers)
        #expect(maximumDifference(trainingRows.map { map.encode(values[Int($0)]) }, z) <= 1e-9, "\(name)")
        let decoded = try column(name, position, of: "decoded_numeric")
        #expect(relativeDifference(generated.map(map.decode), decoded) <= 1e-12, "\(name)")
        let isSnapped = if case .values = map.rounding { true } else { false }
        #expect(isSnapped == expected.snappedColumns.contains(name))
      case .categorical(let category):
        guard case .ordinal(let map) = category.representation, case .quantile(let codec) = map else {
          Issue.record("\(name) must be an ordinal")
          return
        }
        #expect(category.levels == expected.categoryOrder[name])
        #expect(relativeDifference(codec.quantiles, quantiles) <= 1e-12, "\(name)")
        let codes = try #require(block.columns[index].codes)
        let encoded = trainingRows.map { row in
          map.encode(Double(levelOfCode[index][Int(codes[Int(row)])]), u: 0.5)
        }
        #expect(maximumDifference(encoded, z) <= 1e-9, "\(name)")
        let width = expected.categoricalColumns.count
        let decoded = try file.read("decoded_category", as: Int32.self)
        let texts = generated.map { category.text(Int(map.decode($0))) }
        #expect(
          texts == generated.indices.map { String(decoded[$0 * width + position - expected.numericColumns.count]) })
      default: Issue.record("\(name) has no quantile codec")
      }
    }
  }

  @Test("the split has the published sizes, every row once, and always the same rows")
  func split() throws {
    for sizes in try Self.expected().splitSizes {
      let split = TrainingSplit(rowCount: sizes[0], stream: RandomStream(seed: 3, name: "split"))
      #expect([split.training.count, split.validation.count, split.test.count] == Array(sizes[1...]))
      let rows = split.training + split.validation + split.test
      #expect(rows.sorted() == (0..<sizes[0]).map(Int32.init))
      #expect(split == TrainingSplit(rowCount: sizes[0], stream: RandomStream(seed: 3, name: "split")))
    }
    let one = TrainingSplit(rowCount: 1000, table: "a", seed: 1)
    #expect(one != TrainingSplit(rowCount: 1000, table: "b", seed: 1))
    #expect(one != TrainingSplit(rowCount: 1000, table: "a", seed: 2))
    for count in 0...5 { #expect(TrainingSplit(rowCount: count, table: "a", seed: 1).training.isEmpty == (count == 0)) }
  }

  @Test("missing values become ordinal indicators and levels, and empty tables work")
  func missing() throws {
    let database = try SampleDatabase.sdv()
    let (schema, survey) = try database.survey()
    let options = CodecOptions(kind: .quantile)
    let codecs = try zip(schema.tables, survey.tables).map {
      try TableCodec.fit(table: $0, survey: $1, options: options).codec
    }
    guard case .numeric(.quantile(let price), let indicator?) = codecs[2].columns[3],
      case .ordinal(.quantile(let ordinal)) = indicator.representation,
      case .categorical(let kind) = codecs[2].columns[4], case .ordinal(let levels) = kind.representation,
      case .text(_, let presence?) = codecs[0].columns[2], case .ordinal = presence.representation
    else {
      Issue.record("numbers, indicators and categories must be numbers")
      return
    }
    #expect(price.quantiles.first == 0.25 && price.quantiles.last == 12)
    #expect(price.rounding == .format)
    #expect(ordinal.rounding == .levels(2))
    #expect([-6, -0.1, 0.1, 6].map(ordinal.decode) == [0, 0, 0, 1])
    #expect(kind.levels == ["new", "used\nold", ""])
    #expect((0..<3).allSatisfy { levels.decode(levels.encode(Double($0), u: 0.5)) == Double($0) })
    #expect(levels.decode(9) == 2)

    try database.write("sale.csv", "id,shop,customer,price,kind\n")
    let (again, emptySurvey) = try database.survey()
    let empty = try TableCodec.fit(table: again.tables[2], survey: emptySurvey.tables[2], options: options).codec
    guard case .numeric(let number, nil) = empty.columns[3], case .categorical(let none) = empty.columns[4] else {
      Issue.record("an empty table keeps its kinds of columns")
      return
    }
    #expect(number.decode(1) == 0)
    #expect(none.levelCount == 0)
  }

  @Test("levels are ordered by number, by frequency or by bytes")
  func orders() throws {
    let database = try SampleDatabase.method()
    let kinds = ["10", "9", "9", "2", "10", "10", "30"]
    try database.write(
      "sale.csv",
      "sale_id,shop_id,price,kind\n" + kinds.enumerated().map { "\($0),0,1,\($1)\n" }.joined())
    let (schema, survey) = try database.survey()
    let expected: [(CodecOptions.CategoryOrder, [String])] = [
      (.numeric, ["2", "9", "10", "30"]), (.frequency, ["10", "9", "2", "30"]),
      (.lexicographic, ["10", "2", "30", "9"]),
    ]
    for (order, levels) in expected {
      for kind in [CodecOptions.Kind.hybrid, .quantile] {
        let (codec, levelOfCode) = try TableCodec.fit(
          table: schema.tables[1], survey: survey.tables[1], options: CodecOptions(kind: kind, categoryOrder: order))
        guard case .categorical(let category) = codec.columns[3] else {
          Issue.record("kind must be a category")
          return
        }
        #expect(category.levels == levels)
        #expect(levelOfCode[3].map { levels[Int($0)] } == ["10", "9", "2", "30"])
      }
    }
  }

  @Test("a label column keeps the labels that occur, in the order of the categories")
  func labels() {
    let labels: [Int32] = [0, 2, 11, 11, 2, 11]
    let quantile = CategoricalCodec(
      labelCodes: labels, levels: 12, options: Self.published, trainingRows: [0, 1, 2, 3])
    #expect(quantile.levels == ["0", "11", "2"])
    #expect(quantile.counts == [1, 3, 2])
    let levels = quantile.levels(ofLabels: labels)
    #expect(levels == [0, 2, 1, 1, 2, 1])
    #expect(quantile.labels(ofLevels: levels) == labels)
    #expect(quantile.levels(ofLabels: [1, 400]) == [-1, -1])
    guard case .ordinal(.quantile(let map)) = quantile.representation else {
      Issue.record("a label must be an ordinal")
      return
    }
    #expect(maximumDifference(map.quantiles, [0, 1, 1, 2]) < 1e-15)
    #expect(levels.allSatisfy { map.decode(map.encode(Double($0))) == Double($0) })
    let hybrid = CategoricalCodec(labelCodes: labels, levels: 12, options: CodecOptions(maxLevels: 2))
    #expect(hybrid.representation == .oneHot)
    #expect(hybrid.levels == ["0", "2", "11"])
  }
}
