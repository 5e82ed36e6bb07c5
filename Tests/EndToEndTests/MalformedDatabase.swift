import Essentials
import Foundation
import TestSupport

/// A small valid database, to be damaged by a test.
struct MalformedDatabase {
  /// One change to the files.
  enum Damage: Sendable {
    /// Replaces a text that must be there.
    case replace(_ file: String, _ old: String, _ new: String)
    case write(_ file: String, _ text: String)
    case bytes(_ file: String, _ bytes: [UInt8])
    case remove(_ file: String)
    /// Puts a folder in the place of a file.
    case folder(_ file: String)
    /// Puts a link to nowhere in the place of a file.
    case link(_ file: String)
  }

  enum Form: Sendable {
    case method, sdv
  }

  /// Shops and their sales in the method's own form.
  private static let method = [
    "dataset_meta.json": """
    {"relation_order": [[null, "shop"], ["shop", "sale"]],
     "tables": {"shop": {"parents": [], "children": ["sale"]},
                "sale": {"parents": ["shop"], "children": []}}}
    """,
    "shop_domain.json": #"{"size": {"size": 3, "type": "continuous"}}"#,
    "sale_domain.json": #"{"price": {"size": 4, "type": "continuous"}, "kind": {"size": 2, "type": "discrete"}}"#,
    "shop.csv": "shop_id,size\n0,10\n1,25\n2,40\n",
    "sale.csv": "sale_id,shop_id,price,kind\n0,0,1.50,0\n1,0,2.25,1\n2,2,3.00,0\n3,1,4.75,1\n",
  ]

  /// Shops, customers and the sales that join them in SDV form.
  private static let sdv = [
    "metadata.json": """
    {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1",
     "tables": {
      "shop": {"primary_key": "code", "columns": {
       "code": {"sdtype": "id"}, "opened": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
       "size": {"sdtype": "numerical"}}},
      "customer": {"primary_key": "id", "columns": {
       "id": {"sdtype": "id"}, "active": {"sdtype": "boolean"}, "referrer": {"sdtype": "id"}}},
      "sale": {"primary_key": "id", "columns": {
       "id": {"sdtype": "id"}, "shop": {"sdtype": "id"}, "customer": {"sdtype": "id"},
       "price": {"sdtype": "numerical"}, "kind": {"sdtype": "categorical"}}}},
     "relationships": [
      {"parent_table_name": "shop", "parent_primary_key": "code",
       "child_table_name": "sale", "child_foreign_key": "shop"},
      {"parent_table_name": "customer", "parent_primary_key": "id",
       "child_table_name": "sale", "child_foreign_key": "customer"}]}
    """,
    "shop.csv": "code,opened,size\nS01,2001-02-03,120\nS02,2004-05-06,80\n",
    "customer.csv": "id,active,referrer\n7,true,9\n9,false,7\n11,true,7\n",
    "sale.csv": "id,shop,customer,price,kind\n100,S01,7,1.5,new\n101,S02,9,0.75,used\n102,S01,7,0.25,new\n",
  ]

  let folder: TemporaryFolder

  init(_ form: Form, _ damages: [Damage] = []) throws {
    folder = try TemporaryFolder()
    try FileSystem.createFolder(path)
    for (name, text) in form == .method ? Self.method : Self.sdv { try write(name, Array(text.utf8)) }
    for damage in damages { try apply(damage) }
  }

  /// The folder of the data.
  var path: String { folder.file("data") }
  /// Where the run would go.
  var output: String { folder.file("run") }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try FileSystem.writeAtomically(Data(bytes), to: "\(path)/\(name)")
  }

  private func apply(_ damage: Damage) throws {
    switch damage {
    case .replace(let file, let old, let new):
      let text = String(decoding: try FileSystem.read("\(path)/\(file)"), as: UTF8.self)
      guard text.contains(old) else { throw ClavaError(.internal, "\(file) does not contain \(old)") }
      try write(file, Array(text.replacing(old, with: new).utf8))
    case .write(let file, let text): try write(file, Array(text.utf8))
    case .bytes(let file, let bytes): try write(file, bytes)
    case .remove(let file): try FileManager.default.removeItem(atPath: "\(path)/\(file)")
    case .folder(let file):
      try FileManager.default.removeItem(atPath: "\(path)/\(file)")
      try FileSystem.createFolder("\(path)/\(file)")
    case .link(let file):
      try FileManager.default.removeItem(atPath: "\(path)/\(file)")
      try FileManager.default.createSymbolicLink(atPath: "\(path)/\(file)", withDestinationPath: folder.file("nowhere"))
    }
  }
}
