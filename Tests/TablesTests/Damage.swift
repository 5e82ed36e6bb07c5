import Essentials
import Foundation
import Tables
import TestSupport
import Testing

/// One way to damage a valid database, and what the message must say.
struct Damage: Sendable, CustomTestStringConvertible {
  let name: String
  let isMethodForm: Bool
  let apply: @Sendable (SampleDatabase) throws -> Void
  let options: SchemaOptions
  let expected: [String]

  var testDescription: String { name }

  static func method(
    _ name: String, _ expected: [String], options: SchemaOptions = SchemaOptions(),
    _ apply: @escaping @Sendable (SampleDatabase) throws -> Void
  ) -> Damage {
    Damage(name: name, isMethodForm: true, apply: apply, options: options, expected: expected)
  }

  static func sdv(
    _ name: String, _ expected: [String], options: SchemaOptions = SchemaOptions(),
    _ apply: @escaping @Sendable (SampleDatabase) throws -> Void
  ) -> Damage {
    Damage(name: name, isMethodForm: false, apply: apply, options: options, expected: expected)
  }

  static let files: [Damage] = [
    .method("missing table file", ["sale.csv", "no such file"]) { try $0.remove("sale.csv") },
    .method("folder instead of a table file", ["sale.csv", "this is a folder"]) {
      try $0.remove("sale.csv")
      try FileManager.default.createDirectory(atPath: $0.folder.file("sale.csv"), withIntermediateDirectories: false)
    },
    .method("missing domain file", ["sale_domain.json", "no such file"]) { try $0.remove("sale_domain.json") },
    .method("no metadata at all", ["neither dataset_meta.json nor metadata.json"]) {
      try $0.remove("dataset_meta.json")
    },
    .method(
      "metadata of the form that was asked for are missing", ["metadata.json", "no such file"],
      options: SchemaOptions(format: .sdv)
    ) { _ in },
    .method("empty table file", ["sale.csv", "the file is empty"]) { try $0.write("sale.csv", "") },
    .method("empty header line", ["sale.csv:1", "the header is empty"]) { try $0.write("sale.csv", "\n1\n") },
    .method("column without a name", ["sale.csv:1:3", "column 3 of the header has no name"]) {
      try $0.replace("sale.csv", "price", "")
    },
    .method("duplicate column names", ["sale.csv:1:4", "'price' twice"]) {
      try $0.replace("sale.csv", "price,kind", "price,price")
    },
    .method("semicolons instead of commas", ["sale.csv:1", "separate fields by commas"]) {
      try $0.write("sale.csv", $0.read("sale.csv").replacing(",", with: ";"))
    },
    .method("NUL byte", ["sale.csv:3", "a NUL byte"]) {
      try $0.write("sale.csv", bytes: Data("sale_id,shop_id,price,kind\n0,0,1,0\n1,0,\0,1\n".utf8))
    },
    .method("text that is not UTF-8", ["sale.csv:2", "not valid UTF-8", "iconv"]) {
      try $0.write("sale.csv", bytes: Data("sale_id,shop_id,price,kind\n0,0,1,Caf".utf8) + [0xE9, 0x0A])
    },
    .method("UTF-16 file", ["sale.csv", "UTF-8"]) {
      try $0.write("sale.csv", bytes: try #require($0.read("sale.csv").data(using: .utf16LittleEndian)))
    },
  ]

  static let rows: [Damage] = [
    .method("too few fields", ["sale.csv:3:4", "table sale", "3 fields, the header has 4"]) {
      try $0.replace("sale.csv", "1,0,2.25,1", "1,0,2.25")
    },
    .method("too many fields", ["sale.csv:3", "table sale", "5 fields, the header has only 4"]) {
      try $0.replace("sale.csv", "1,0,2.25,1", "1,0,2,25,1")
    },
    .method("empty line", ["sale.csv:4", "the line is empty"]) {
      try $0.replace("sale.csv", "2.25,1\n", "2.25,1\n\n")
    },
    .method("quote inside a field", ["sale.csv:3:4", "column kind", "a quote stands inside"]) {
      try $0.replace("sale.csv", "2.25,1", "2.25,1\"")
    },
    .method("text after a closing quote", ["sale.csv:3:4", "text follows the closing quote"]) {
      try $0.replace("sale.csv", "2.25,1", "2.25,\"1\"x")
    },
    .method("unterminated quote", ["sale.csv:3:4", "never closed"]) {
      try $0.replace("sale.csv", "2.25,1", "2.25,\"1")
    },
    .method("carriage return inside a field", ["sale.csv:3:4", "carriage return"]) {
      try $0.replace("sale.csv", "2.25,1", "2.25,1\r2")
    },
    .method("bad number", ["sale.csv:3:3", "table sale", "column price", "'cheap'"]) {
      try $0.replace("sale.csv", "2.25", "cheap")
    },
    .method("NaN", ["sale.csv:3:3", "column price", "missing values are written as empty fields"]) {
      try $0.replace("sale.csv", "2.25", "NaN")
    },
    .method("infinite number", ["sale.csv:3:3", "column price", "finite"]) {
      try $0.replace("sale.csv", "2.25", "-inf")
    },
    .method("number beyond double precision's range", ["sale.csv:3:3", "finite", "1e999"]) {
      try $0.replace("sale.csv", "2.25", "1e999")
    },
    .method("decimal comma", ["sale.csv:3:3", "decimal point"]) { try $0.replace("sale.csv", "2.25", "\"2,25\"") },
    .sdv("bad date", ["shop.csv:2:2", "column opened", "'2001-02-30'", "%Y-%m-%d"]) {
      try $0.replace("shop.csv", "2001-02-03", "2001-02-30")
    },
    .sdv("third value of a boolean", ["customer.csv:4:2", "column active", "'maybe'", "'True'"]) {
      try $0.replace("customer.csv", "11,,", "11,maybe,")
    },
    .sdv("more problems than are listed", ["customer.csv", "further problems"]) {
      let rows = (0..<30).map { "\($0),v\($0),x\n" }.joined()
      try $0.write("customer.csv", "id,active,email\n" + rows)
    },
  ]

  static let keys: [Damage] = [
    .method("duplicate primary key", ["sale.csv:5:1", "column sale_id", "'1' is not unique", "line 3"]) {
      try $0.replace("sale.csv", "3,1,4.75", "1,1,4.75")
    },
    .sdv("duplicate text key after a field with a line break", ["sale.csv:6:1", "'101'", "line 3"]) {
      try $0.replace("sale.csv", "103,", "101,")
    },
    .method("empty primary key", ["sale.csv:4:1", "the primary key is empty"]) {
      try $0.replace("sale.csv", "2,2,3.00", ",2,3.00")
    },
    .method("dangling foreign key", ["sale.csv:4:2", "column shop_id", "'7' is no key of table 'shop'"]) {
      try $0.replace("sale.csv", "2,2,3.00", "2,7,3.00")
    },
    .sdv("dangling text key", ["sale.csv:3:2", "'S2'", "tables.sale.ignore_relations: [shop]"]) {
      try $0.replace("sale.csv", "S02", "S2")
    },
    .sdv("foreign key written with a decimal point", ["sale.csv:2:3", "'7.0' is no key"]) {
      try $0.replace("sale.csv", "S01,7,1.5", "S01,7.0,1.5")
    },
    .method(
      "missing foreign key", ["sale.csv:4:2", "is empty in 1 row", "tables.sale.ignore_relations: [shop_id]"]
    ) { try $0.replace("sale.csv", "2,2,3.00", "2,,3.00") },
  ]

  static let methodMetadata: [Damage] = [
    .method("broken JSON", ["dataset_meta.json:2", "not valid JSON"]) {
      try $0.replace("dataset_meta.json", "\"sale\"]],", "\"sale\"]]")
    },
    .method("empty metadata file", ["dataset_meta.json:1", "the file is empty"]) {
      try $0.write("dataset_meta.json", "")
    },
    .method(
      "wrong JSON type", ["dataset_meta.json", "expected a list at 'tables.shop.parents', found the text 'none'"]
    ) {
      try $0.replace(
        "dataset_meta.json", "\"parents\": [], \"children\": [\"sale\"]",
        "\"parents\": \"none\", \"children\": [\"sale\"]")
    },
    .method("duplicate key in JSON", ["dataset_meta.json:3", "'tables.shop' is given twice"]) {
      try $0.replace("dataset_meta.json", "\"sale\": {", "\"shop\": {")
    },
    .method("missing relation_order", ["dataset_meta.json", "'relation_order' is missing"]) {
      try $0.replace("dataset_meta.json", "relation_order", "relationorder")
    },
    .method("unknown table in the order", ["'shops', which is no table", "did you mean 'shop'?"]) {
      try $0.replace("dataset_meta.json", "[\"shop\", \"sale\"]", "[\"shops\", \"sale\"]")
    },
    .method("order before its parent", ["relation_order lists [shop, sale] before [null, shop]"]) {
      try $0.replace(
        "dataset_meta.json", "[null, \"shop\"], [\"shop\", \"sale\"]", "[\"shop\", \"sale\"], [null, \"shop\"]")
    },
    .method("relation that the order leaves out", ["does not list [shop, sale]"]) {
      try $0.replace("dataset_meta.json", ", [\"shop\", \"sale\"]", "")
    },
    .method("parents and children that disagree", ["'shop' is given as parent", "table sale"]) {
      try $0.replace("dataset_meta.json", "\"children\": [\"sale\"]", "\"children\": []")
    },
    .method("cyclic order", ["form a cycle", "shop.sale_id → sale.shop_id → shop"]) {
      try $0.write(
        "dataset_meta.json",
        """
        {"relation_order": [["sale", "shop"], ["shop", "sale"]],
         "tables": {"shop": {"parents": ["sale"], "children": ["sale"]},
                    "sale": {"parents": ["shop"], "children": ["shop"]}}}
        """)
      try $0.write("shop.csv", "shop_id,sale_id,size\n0,0,10\n")
    },
    .method("column that the domain file lacks", ["sale.csv:1", "column kind", "not described in sale_domain.json"]) {
      try $0.replace("sale_domain.json", "\"kind\"", "\"kinds\"")
    },
    .method("unknown type in the domain file", ["sale_domain.json", "'price.type' is 'real'", "continuous"]) {
      try $0.replace("sale_domain.json", "\"size\": 4, \"type\": \"continuous\"", "\"size\": 4, \"type\": \"real\"")
    },
    .method("foreign key column that is missing", ["sale.csv:1", "'shop_id' is missing"]) {
      try $0.write("sale.csv", "sale_id,price,kind\n0,1,0\n")
    },
    .method("referenced table without its key", ["'shop', which has no primary key", "shop_id"]) {
      try $0.write("shop.csv", "size\n10\n")
    },
  ]

  static let sdvMetadata: [Damage] = [
    .sdv("other version", ["METADATA_SPEC_VERSION is 'SINGLE_TABLE_V1'"]) {
      try $0.replace("metadata.json", "MULTI_TABLE_V1", "SINGLE_TABLE_V1")
    },
    .sdv("sdtype of a wrong type", ["expected a text at 'tables.sale.columns.kind.sdtype', found the number 3"]) {
      try $0.replace("metadata.json", "\"kind\": {\"sdtype\": \"categorical\"}", "\"kind\": {\"sdtype\": 3}")
    },
    .sdv("misspelt sdtype", ["'tables.sale.columns.kind.sdtype' is 'categorial'", "did you mean 'categorical'?"]) {
      try $0.replace("metadata.json", "categorical", "categorial")
    },
    .sdv("datetime without a format", ["'tables.shop.columns.opened' is a datetime without 'datetime_format'"]) {
      try $0.replace("metadata.json", ", \"datetime_format\": \"%Y-%m-%d\"", "")
    },
    .sdv("unsupported date directive", ["'%Y-%W'", "supported directives"]) {
      try $0.replace("metadata.json", "%Y-%m-%d", "%Y-%W")
    },
    .sdv("column that the file lacks", ["shop.csv:1", "column nam", "is it the column 'name'?"]) {
      try $0.replace("metadata.json", "\"name\": {\"sdtype\"", "\"nam\": {\"sdtype\"")
    },
    .sdv("column that the metadata lack", ["customer.csv:1", "column age", "not described in metadata.json"]) {
      try $0.write("customer.csv", "id,active,email,age\n7,True,a,4\n")
    },
    .sdv("relation to an unknown table", ["'relationships[0].parent_table_name' is 'shops'", "did you mean 'shop'?"]) {
      try $0.replace("metadata.json", "\"parent_table_name\": \"shop\"", "\"parent_table_name\": \"shops\"")
    },
    .sdv("relation on an unknown column", ["'relationships[0].child_foreign_key' is 'shp'", "did you mean 'shop'?"]) {
      try $0.replace("metadata.json", "\"child_foreign_key\": \"shop\"", "\"child_foreign_key\": \"shp\"")
    },
    .sdv("relation to a column that is not the primary key", ["is 'name', but the primary key of 'shop' is 'code'"]) {
      try $0.replace("metadata.json", "\"parent_primary_key\": \"code\"", "\"parent_primary_key\": \"name\"")
    },
    .sdv("primary key that is no column", ["'tables.shop.primary_key' is 'cod'", "did you mean 'code'?"]) {
      try $0.replace("metadata.json", "\"primary_key\": \"code\"", "\"primary_key\": \"cod\"")
    },
    .sdv("composite primary key", ["table sale", "(id, shop) has several columns"]) {
      try $0.replace(
        "metadata.json", "\"sale\": {\"primary_key\": \"id\"", "\"sale\": {\"primary_key\": [\"id\", \"shop\"]")
    },
    .sdv("composite foreign key", ["(shop, kind) has several columns", "ignore_relations: [shop, kind]"]) {
      try $0.replace("metadata.json", "\"child_foreign_key\": \"shop\"", "\"child_foreign_key\": [\"shop\", \"kind\"]")
    },
    .sdv("self-reference", ["table sale, column shop", "refers to its own table"]) {
      try $0.replace(
        "metadata.json", "\"parent_table_name\": \"shop\", \"parent_primary_key\": \"code\"",
        "\"parent_table_name\": \"sale\", \"parent_primary_key\": \"id\"")
    },
    .sdv("parent without a primary key", ["'shop', which has no primary key", "column shop"]) {
      try $0.replace("metadata.json", "\"primary_key\": \"code\", ", "")
    },
    .sdv("table name that leads elsewhere", ["'../shop' cannot be the name of a file"]) {
      try $0.replace("metadata.json", "\"shop\": {\"primary_key\"", "\"../shop\": {\"primary_key\"")
    },
  ]

  static let configuration: [Damage] = [
    .sdv(
      "lookup of an unknown table", ["the table 'shopp', which does not exist", "did you mean 'shop'?", "here.yaml"],
      options: SchemaOptions(lookupTables: [.init(table: "shopp", place: .init(file: "here.yaml"))])
    ) { _ in },
    .sdv(
      "lookup that refers to generated rows", ["lookup table 'sale' refers to 'shop'"],
      options: SchemaOptions(lookupTables: [.init(table: "sale")])
    ) { _ in },
    .sdv(
      "ignored relation of a column that is no key", ["'sale.price', which is no foreign key"],
      options: SchemaOptions(ignoreRelations: [.init(table: "sale", column: "price")])
    ) { _ in },
    .sdv(
      "text rule for an unknown column", ["the column 'mail' of table 'customer'", "did you mean 'email'?"],
      options: SchemaOptions(textRules: [.init(table: "customer", column: "mail", rule: .constant("x"))])
    ) { _ in },
    .sdv(
      "text rule for a key", ["'sale.shop' a text, but it is a key"],
      options: SchemaOptions(textRules: [.init(table: "sale", column: "shop", rule: .constant("x"))])
    ) { _ in },
  ]

  static let all = files + rows + keys + methodMetadata + sdvMetadata + configuration
}
