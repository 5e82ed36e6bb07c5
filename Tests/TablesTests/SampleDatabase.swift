import Essentials
import Foundation
import Tables
import TestSupport

/// A small valid database in a folder of its own, to be damaged by a test.
struct SampleDatabase {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.path }

  func write(_ name: String, _ text: String) throws { try write(name, bytes: Data(text.utf8)) }

  func write(_ name: String, bytes: Data) throws {
    try bytes.write(to: URL(fileURLWithPath: folder.file(name)))
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }

  /// Replaces a text that must be there.
  func replace(_ name: String, _ old: String, _ new: String) throws {
    let text = try read(name)
    precondition(text.contains(old), "\(name) does not contain \(old)")
    try write(name, text.replacing(old, with: new))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder.file(name)) }

  /// Loads and surveys as a run does: all problems come in one error.
  @discardableResult
  func survey(_ options: SchemaOptions = SchemaOptions()) throws -> (schema: Schema, survey: DatabaseSurvey) {
    let reading = try SchemaLoader.read(folder: path, options: options)
    return (reading.schema, try Surveyor.survey(reading))
  }

  /// The method's own form: shops and their sales.
  static func method() throws -> SampleDatabase {
    let database = try SampleDatabase()
    try database.write(
      "dataset_meta.json",
      """
      {"relation_order": [[null, "shop"], ["shop", "sale"]],
       "tables": {"shop": {"parents": [], "children": ["sale"]},
                  "sale": {"parents": ["shop"], "children": []}}}
      """)
    try database.write("shop_domain.json", #"{"size": {"size": 3, "type": "continuous"}}"#)
    try database.write(
      "sale_domain.json", #"{"price": {"size": 4, "type": "continuous"}, "kind": {"size": 2, "type": "discrete"}}"#)
    try database.write("shop.csv", "shop_id,size\n0,10\n1,25\n2,40\n")
    try database.write("sale.csv", "sale_id,shop_id,price,kind\n0,0,1.50,0\n1,0,2.25,1\n2,2,3.00,0\n3,1,4.75,1\n")
    return database
  }

  /// SDV form: shops, customers and the sales that join them.
  static func sdv() throws -> SampleDatabase {
    let database = try SampleDatabase()
    try database.write(
      "metadata.json",
      """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1",
       "tables": {
        "shop": {"primary_key": "code", "columns": {
         "code": {"sdtype": "id"}, "opened": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
         "name": {"sdtype": "unknown", "pii": true}}},
        "customer": {"primary_key": "id", "columns": {
         "id": {"sdtype": "id"}, "active": {"sdtype": "boolean"}, "email": {"sdtype": "email", "pii": true}}},
        "sale": {"primary_key": "id", "columns": {
         "id": {"sdtype": "id"}, "shop": {"sdtype": "id"}, "customer": {"sdtype": "id"},
         "price": {"sdtype": "numerical", "computer_representation": "Float"}, "kind": {"sdtype": "categorical"}}}},
       "relationships": [
        {"parent_table_name": "shop", "parent_primary_key": "code", "child_table_name": "sale",
         "child_foreign_key": "shop"},
        {"parent_table_name": "customer", "parent_primary_key": "id", "child_table_name": "sale",
         "child_foreign_key": "customer"}]}
      """)
    try database.write("shop.csv", "code,opened,name\nS01,2001-02-03,\"Miller, Sons\"\nS02,2004-05-06,\n")
    try database.write("customer.csv", "id,active,email\n7,True,a@b.c\n9,False,\n11,,d@e.f\n")
    try database.write(
      "sale.csv",
      "id,shop,customer,price,kind\n100,S01,7,1.5,new\n101,S02,9,,\"used\nold\"\n102,S01,7,0.25,\n103,S01,11,12,new\n")
    return database
  }
}

/// The error an operation ends with, if it is one of this program.
func failure(_ operation: () throws -> Void) -> ClavaError? {
  do {
    try operation()
    return nil
  } catch {
    return error as? ClavaError
  }
}
