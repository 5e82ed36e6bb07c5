import Essentials
import Foundation
import TestSupport
import Testing

/// One mistake of a user, and what the message must say about place and remedy.
struct Mistake: Sendable, CustomTestStringConvertible {
  let name: String
  let form: MalformedDatabase.Form
  let damages: [MalformedDatabase.Damage]
  let options: [String]
  /// Text of a configuration file.
  let configuration: String?
  let place: String
  let remedy: String

  var testDescription: String { name }

  private init(
    _ form: MalformedDatabase.Form, _ name: String, _ damages: [MalformedDatabase.Damage], _ options: [String],
    _ configuration: String?, _ place: String, _ remedy: String
  ) {
    self.name = name
    self.form = form
    self.damages = damages
    self.options = options
    self.configuration = configuration
    self.place = place
    self.remedy = remedy
  }

  static func method(_ name: String, _ damage: MalformedDatabase.Damage, _ place: String, _ remedy: String) -> Mistake {
    Mistake(.method, name, [damage], [], nil, place, remedy)
  }

  static func sdv(_ name: String, _ damage: MalformedDatabase.Damage, _ place: String, _ remedy: String) -> Mistake {
    Mistake(.sdv, name, [damage], [], nil, place, remedy)
  }

  static func option(_ name: String, _ options: [String], _ place: String, _ remedy: String) -> Mistake {
    Mistake(.sdv, name, [], options, nil, place, remedy)
  }

  static func configuration(_ name: String, _ text: String, _ place: String, _ remedy: String) -> Mistake {
    Mistake(.sdv, name, [], [], text, place, remedy)
  }

  private static let correct = "check the path and the permissions"
  private static let json = "any JSON checker shows the place"

  static let files: [Mistake] = [
    .method("table file missing", .remove("sale.csv"), "data/sale.csv, table sale", correct),
    .method("folder in the place of a table", .folder("sale.csv"), "data/sale.csv, table sale", correct),
    .method("link to nowhere in the place of a table", .link("sale.csv"), "data/sale.csv, table sale", correct),
    .method("domain file missing", .remove("shop_domain.json"), "data/shop_domain.json", correct),
    .method("folder in the place of the metadata", .folder("dataset_meta.json"), "data/dataset_meta.json", correct),
    .method("no metadata", .remove("dataset_meta.json"), "data: the folder holds neither", "name the folder"),
    .method("empty table file", .write("sale.csv", ""), "data/sale.csv, table sale", "write the header line"),
    .sdv("UTF-16", .bytes("shop.csv", [0xFF, 0xFE, 0x63, 0x00, 0x0A, 0x00]), "data/shop.csv:1", "UTF-8"),
    .sdv(
      "Latin-1", .replace("sale.csv", "used", "\0"), "data/sale.csv:3, table sale", "save it as UTF-8"),
  ]

  static let rows: [Mistake] = [
    .method(
      "too few fields", .replace("sale.csv", "2.25,1", "2.25"), "sale.csv:3:4, table sale", "one field per column"),
    .method("too many fields", .replace("sale.csv", "2.25,", "2,25,"), "sale.csv:3:5, table sale", "in quotes"),
    .method("empty line", .replace("sale.csv", "2,2,", "\n2,2,"), "sale.csv:4", "remove the line"),
    .sdv(
      "open quote", .replace("sale.csv", "used", "\"used"), "sale.csv:3:5, table sale, column kind", "closing quote"),
    .sdv("semicolons", .write("shop.csv", "code;opened;size\n"), "shop.csv:1, table shop", "separate fields by commas"),
    .sdv("two columns of one name", .replace("shop.csv", "opened", "size"), "shop.csv:1:3", "rename or remove"),
    .method(
      "bad number", .replace("sale.csv", "2.25", "cheap"), "sale.csv:3:3, table sale, column price", "categorical"),
    .method("NaN", .replace("sale.csv", "2.25", "NaN"), "sale.csv:3:3, table sale, column price", "empty fields"),
    .sdv(
      "bad date", .replace("shop.csv", "-02-03", "-02-30"), "shop.csv:2:2, table shop, column opened", "datetime_format"
    ),
    .sdv("third boolean", .replace("customer.csv", "11,true", "11,maybe"), "customer.csv:4:2", "as categorical"),
    .method(
      "duplicate key", .replace("sale.csv", "\n3,", "\n1,"), "sale.csv:5:1, table sale, column sale_id", "of its own"),
    .sdv(
      "duplicate text key", .replace("shop.csv", "S02", "S01"), "shop.csv:3:1, table shop, column code", "of its own"),
    .method("dangling key", .replace("sale.csv", "3,1,", "3,8,"), "sale.csv:5:2", "ignore_relations: [shop_id]"),
    .sdv("missing foreign key", .replace("sale.csv", "S02,9", "S02,"), "sale.csv:3:3", "ignore_relations: [customer]"),
    .sdv("missing primary key", .replace("sale.csv", "102,", ","), "sale.csv:4:1, table sale, column id", "of its own"),
  ]

  fileprivate static func relation(_ parent: String, _ key: String, _ child: String, _ column: String)
    -> MalformedDatabase.Damage
  {
    .replace(
      "metadata.json", "\"relationships\": [",
      """
      "relationships": [
        {"parent_table_name": "\(parent)", "parent_primary_key": "\(key)",
         "child_table_name": "\(child)", "child_foreign_key": "\(column)"},
      """)
  }

  private static func metadata(_ old: String, _ new: String) -> MalformedDatabase.Damage {
    .replace("metadata.json", old, new)
  }

  static let metadata: [Mistake] = [
    .sdv(
      "self reference", relation("customer", "id", "customer", "referrer"), "table customer, column referrer",
      "ignore_relations: [referrer]"),
    .sdv(
      "circle", relation("sale", "id", "customer", "referrer"), "table customer, column referrer",
      "ignore_relations: [referrer]"),
    .sdv(
      "composite primary key", metadata(#""primary_key": "code""#, #""primary_key": ["code", "size"]"#),
      "metadata.json:3, table shop", "one-column key"),
    .sdv(
      "composite foreign key", metadata(#""child_foreign_key": "shop""#, #""child_foreign_key": ["shop", "kind"]"#),
      "metadata.json:13, table sale", "ignore_relations: [shop, kind]"),
    .sdv(
      "key that is no column", metadata(#""primary_key": "code""#, #""primary_key": "kode""#), "metadata.json:3",
      "'code'"),
    .sdv(
      "unknown kind of column", metadata("\"boolean\"", "\"boolaen\""), "metadata.json:7, table customer", "'boolean'"),
    .sdv("date format that is none", metadata("%Y-%m-%d", "%Q"), "metadata.json:4, table shop", "supported directives"),
    .sdv(
      "date without a format", metadata(#", "datetime_format": "%Y-%m-%d""#, ""), "metadata.json:4, table shop",
      "add it"),
    .sdv(
      "relation of no table",
      metadata(
        #""child_table_name": "sale", "child_foreign_key": "shop""#,
        #""child_table_name": "sail", "child_foreign_key": "shop""#),
      "metadata.json:13", "'sale'"),
    .sdv(
      "relation to no key", metadata(#""parent_primary_key": "code""#, #""parent_primary_key": "size""#),
      "metadata.json:12", "refer to the primary key"),
    .sdv(
      "column that the file lacks", .write("customer.csv", "id,active\n7,true\n9,false\n11,true\n"),
      "customer.csv:1, table customer, column referrer", "remove it from metadata.json"),
    .sdv(
      "column that the metadata lack", metadata(#", "referrer": {"sdtype": "id"}"#, ""),
      "customer.csv:1, table customer, column referrer", "describe it there"),
    .sdv(
      "list of tables", .write("metadata.json", #"{"METADATA_SPEC_VERSION": "MULTI_TABLE_V1", "tables": []}"#),
      "metadata.json:1", "correct the metadata"),
    .sdv("broken JSON", metadata("\"tables\": {", "\"tables\": {{"), "metadata.json:2", json),
    .sdv("JSON that ends early", .write("metadata.json", "{\"tables\": {"), "metadata.json:1", json),
    .sdv("table beyond the folder", metadata("\"shop\": {", "\"../shop\": {"), "metadata.json:3", "rename the table"),
    .method(
      "unknown column in a domain file", .replace("sale.csv", "price,kind", "price,sort"), "sale.csv:1, table sale",
      "discrete or continuous"),
    .method(
      "unknown type in a domain file", .replace("sale_domain.json", "discrete", "fuzzy"), "sale_domain.json:1",
      "valid types"),
    .method(
      "order that goes in a circle",
      .replace("dataset_meta.json", #"[[null, "shop"], ["shop", "sale"]]"#, #"[["sale", "shop"], ["shop", "sale"]]"#),
      "dataset_meta.json:1, table shop", "parents first"),
    .method(
      "foreign key without a column", .replace("sale.csv", "shop_id", "store_id"),
      "sale.csv:1, table sale, column shop_id",
      "remove the parent"),
  ]

  static let options: [Mistake] = [
    .option("unknown key", ["--set", "denoiser.stepz=5"], "--set denoiser.stepz=5", "'denoiser.steps'"),
    .option("wrong type", ["--set", "denoiser.steps=many"], "key denoiser.steps", "it means"),
    .option("out of range", ["--scale", "0"], "key structure.scale", "it means"),
    .option("no value", ["--set", "denoiser.steps"], "--set denoiser.steps", "--set denoiser.steps=2000"),
    .option("unknown recipe", ["--recipe", "magic"], "key recipe", "it means"),
    .option("unknown kernels", ["--set", "fleet.core_type=Zilog"], "key fleet.core_type", "it means"),
    .option("form that is not there", ["--format", "clava"], "data/dataset_meta.json", correct),
    .option("unknown table", ["--set", "tables.shopp.kind=lookup"], "--set tables.shopp.kind=lookup", "'shop'"),
    .option("unknown kind of table", ["--set", "tables.shop.kind=static"], "key tables.shop.kind", "lookup keeps"),
    .option(
      "ignored relation of no key", ["--set", "tables.sale.ignore_relations=[price]"], "tables.sale",
      "valid foreign keys"),
    .option(
      "text rule of a key", ["--set", "columns.sale.shop={kind: text, constant: x}"], "columns.sale.shop",
      "remove the setting"),
    .option(
      "text rule without a text", ["--set", "columns.sale.kind.kind=text"], "columns.sale.kind", "constant: hidden"),
    .option("misspelt placeholder", ["--set", "columns.sale.kind.pattern=a{rwo}"], "columns.sale.kind", "{row}"),
    .option("text rule of no column", ["--set", "columns.sale.prise.constant=x"], "columns.sale.prise", "'price'"),
    .option(
      "lookup below a generated table", ["--set", "tables.sale.kind=lookup"], "tables.sale",
      "make 'shop' a lookup as well"),
    .configuration(
      "unknown keys in a file", "sed: 1\ndenoiser: { stepz: 4 }\n", "c.yaml:2:13, key denoiser.stepz", "'seed'"),
    .configuration("broken YAML", "denoiser: { steps: 5\n", "c.yaml:2:1", "check indentation"),
    .configuration("text in the place of keys", "hello\n", "c.yaml:1", "clava config --defaults"),
    .configuration("key twice", "seed: 1\nseed: 2\n", "c.yaml", "check indentation"),
  ]
}

@Suite("Mistakes in data and configuration")
struct MalformedInputTests {
  @Test(
    "end with 2, name the place and a remedy, and leave no output",
    arguments: Mistake.files + Mistake.rows + Mistake.metadata + Mistake.options)
  func mistakes(mistake: Mistake) throws {
    let database = try MalformedDatabase(mistake.form, mistake.damages)
    var arguments = ["run"]
    if let text = mistake.configuration {
      let file = database.folder.file("c.yaml")
      try FileSystem.writeAtomically(Data(text.utf8), to: file)
      arguments.append(file)
    }
    let result = try Program.run(arguments + ["--data", database.path, "--out", database.output] + mistake.options)
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.errors.hasPrefix("error: "), "\(result.errors)")
    #expect(result.errors.contains(mistake.place), "\(result.errors)")
    #expect(result.errors.contains(mistake.remedy), "\(result.errors)")
    #expect(!result.errors.contains("Fatal error") && !result.errors.contains("Backtrac"), "\(result.errors)")
    #expect(!FileSystem.exists(database.output))
  }

  @Test("what is not supported in the metadata and in the rows comes in one message")
  func oneMessage() throws {
    let database = try MalformedDatabase(
      .sdv,
      [
        Mistake.relation("customer", "id", "customer", "referrer"),
        .replace("metadata.json", #""child_foreign_key": "shop""#, #""child_foreign_key": ["shop", "kind"]"#),
        .replace("sale.csv", "S02,9", "S02,"),
      ])
    let result = try Program.run(["plan", "--data", database.path])
    #expect(result.status == 2, "\(result.errors)")
    for place in [
      "table customer, column referrer", "table sale, column shop", "sale.csv:3:3, table sale, column customer",
    ] {
      #expect(result.errors.contains(place), "\(result.errors)")
    }
  }

  @Test("an output that is a file is refused and left alone")
  func outputIsFile() throws {
    let database = try MalformedDatabase(.sdv)
    try FileSystem.writeAtomically(Data("mine".utf8), to: database.output)
    let result = try Program.run(["run", "--data", database.path, "--out", database.output])
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.errors.contains("choose another folder with --out"), "\(result.errors)")
    #expect(try FileSystem.read(database.output) == Data("mine".utf8))
  }
}
