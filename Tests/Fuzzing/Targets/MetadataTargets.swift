import Essentials
import Foundation
import Tables

/// Writes a file that is read at once; no other process ever sees it, so it need not be durable.
func writePlainly(_ bytes: [UInt8], to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw FileSystem.writeError(path) }
  defer { close(descriptor) }
  guard bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
    throw FileSystem.writeError(path)
  }
}

/// SDV multi-table metadata beside sound CSV files.
package struct MetadataTarget: FuzzTarget {
  package static let name = "metadata"
  package static let fullCount = 1_000_000

  private let folder: String
  private let texts = Mutator(
    samples: [
      """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1",
       "tables": {
        "shop": {"primary_key": "code", "columns": {
         "code": {"sdtype": "id"}, "opened": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
         "name": {"sdtype": "unknown", "pii": true}}},
        "sale": {"primary_key": "id", "columns": {
         "id": {"sdtype": "id", "regex_format": "S[0-9]+"}, "shop": {"sdtype": "id"},
         "price": {"sdtype": "numerical", "computer_representation": "Float"}, "kind": {"sdtype": "categorical"}}}},
       "relationships": [
        {"parent_table_name": "shop", "parent_primary_key": "code", "child_table_name": "sale",
         "child_foreign_key": "shop"}]}
      """
    ],
    words: ["\"shop\"", "\"sale\"", "\"%Q\"", "\"%D%T%F\"", "\"primary_key\": [\"a\", \"b\"]", "\"relationships\":"])

  package init(folder: String) throws {
    self.folder = folder
    try FileSystem.createFolder(folder)
    try writePlainly(
      Array("code,opened,name\nS01,2001-02-03,\"Miller, Sons\"\nS02,2004-05-06,\n".utf8), to: folder + "/shop.csv")
    try writePlainly(
      Array("id,shop,price,kind\n100,S01,1.5,new\n101,S02,,\"used\nold\"\n".utf8), to: folder + "/sale.csv")
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] { [texts.input(&random)] }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    try writePlainly(parts[0], to: folder + "/metadata.json")
    return try Self.isAccepted {
      let reading = try SchemaLoader.read(folder: folder, options: SchemaOptions(format: .sdv))
      let schema = reading.schema
      let coded = try CanonicalJSON.encode(schema)
      guard try CanonicalJSON.decode(Schema.self, from: coded, source: "schema") == schema else {
        throw FuzzFailure("a schema does not survive a round trip")
      }
      for table in schema.tables { _ = schema.parentOrder(of: table.name) }
      guard reading.problems.isEmpty else { throw ClavaError(.input, problems: reading.problems) }
      _ = try Surveyor.survey(reading)
    }
  }
}

/// The published method's own form: `dataset_meta.json` and a domain file, of which either may be damaged; the first
/// part names the file.
package struct DomainTarget: FuzzTarget {
  package static let name = "domain"
  package static let fullCount = 1_000_000

  private static let files = [
    "dataset_meta.json": """
    {"relation_order": [[null, "shop"], ["shop", "sale"]],
     "tables": {"shop": {"parents": [], "children": ["sale"]}, "sale": {"parents": ["shop"], "children": []}}}
    """,
    "sale_domain.json": #"{"price": {"size": 4, "type": "continuous"}, "kind": {"size": 2, "type": "discrete"}}"#,
    "shop_domain.json": #"{"size": {"size": 3, "type": "continuous"}}"#,
    "shop.csv": "shop_id,size\n0,10\n1,25\n2,40\n",
    "sale.csv": "sale_id,shop_id,price,kind\n0,0,1.50,0\n1,0,2.25,1\n2,2,3.00,0\n3,1,4.75,1\n",
  ]
  private static let damaged = ["dataset_meta.json", "sale_domain.json"]

  private let folder: String
  private let mutators: [Mutator]

  package init(folder: String) throws {
    self.folder = folder
    try FileSystem.createFolder(folder)
    for (name, text) in Self.files { try writePlainly(Array(text.utf8), to: "\(folder)/\(name)") }
    mutators = Self.damaged.map { name in
      Mutator(samples: [Self.files[name] ?? ""], words: ["\"shop\"", "\"sale\"", "[null, \"sale\"]", "\"type\":"])
    }
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    let choice = random.below(Self.damaged.count)
    return [Array(Self.damaged[choice].utf8), mutators[choice].input(&random)]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    let name = String(decoding: parts[0], as: UTF8.self)
    guard parts.count == 2, let sound = Self.files[name] else { throw FuzzFailure("the first part names no file") }
    try writePlainly(parts[1], to: "\(folder)/\(name)")
    let isAccepted = try Self.isAccepted {
      let reading = try SchemaLoader.read(folder: folder, options: SchemaOptions(format: .clava))
      guard reading.problems.isEmpty else { throw ClavaError(.input, problems: reading.problems) }
      _ = try Surveyor.survey(reading)
    }
    try writePlainly(Array(sound.utf8), to: "\(folder)/\(name)")
    return isAccepted
  }
}
