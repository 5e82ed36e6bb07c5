import Essentials
import Tables
import TestSupport
import Testing

@Suite("What is not supported")
struct UnsupportedDatabaseTests {
  private struct Place: Hashable {
    var table: String?
    var column: String?
    var line: Int?
  }

  /// Composite keys, a self-reference, two cycles that share a relation, empty and dangling foreign keys.
  private static func database() throws -> SampleDatabase {
    let database = try SampleDatabase()
    func relation(_ parent: String, _ key: String, _ child: String, _ column: String) -> String {
      """
      {"parent_table_name": "\(parent)", "parent_primary_key": \(key), "child_table_name": "\(child)",
       "child_foreign_key": \(column)}
      """
    }
    func table(_ name: String, key: String, _ columns: [String]) -> String {
      let described = columns.map { #""\#($0)": {"sdtype": "id"}"# }.joined(separator: ", ")
      return #""\#(name)": {"primary_key": \#(key), "columns": {\#(described)}}"#
    }
    let tables = [
      table("plan", key: #"["a", "b"]"#, ["a", "b"]), table("step", key: #""id""#, ["id", "a", "b", "plan"]),
      table("person", key: #""id""#, ["id", "boss", "team"]), table("team", key: #""id""#, ["id", "head", "deputy"]),
      table("task", key: #""id""#, ["id", "person"]), table("note", key: #""id""#, ["id", "task"]),
    ]
    let relations = [
      relation("plan", #"["a", "b"]"#, "step", #"["a", "b"]"#), relation("plan", #""a""#, "step", #""plan""#),
      relation("person", #""id""#, "person", #""boss""#), relation("team", #""id""#, "person", #""team""#),
      relation("person", #""id""#, "team", #""head""#), relation("person", #""id""#, "team", #""deputy""#),
      relation("person", #""id""#, "task", #""person""#), relation("task", #""id""#, "note", #""task""#),
    ]
    try database.write(
      "metadata.json",
      """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1", "tables": {\(tables.joined(separator: ",\n"))},
       "relationships": [\(relations.joined(separator: ",\n"))]}
      """)
    try database.write("plan.csv", "a,b\n1,1\n")
    try database.write("step.csv", "id,a,b,plan\n1,1,1,1\n")
    try database.write("person.csv", "id,boss,team\n1,,1\n2,1,1\n")
    try database.write("team.csv", "id,head,deputy\n1,1,2\n")
    // An empty key here must not hide the dangling one of the table below.
    try database.write("task.csv", "id,person\n1,1\n2,\n3,\n")
    try database.write("note.csv", "id,task\n1,1\n2,3\n3,4\n")
    return database
  }

  @Test("everything that is not supported comes in one message, from the metadata and from the rows")
  func oneMessage() throws {
    let database = try Self.database()
    let error = try #require(failure { try database.survey() })
    let places = Set(
      error.problems.map { Place(table: $0.place.table, column: $0.place.column, line: $0.place.line) })
    #expect(error.code == .input)
    let expected: [(table: String, column: String, message: String)] = [
      ("plan", "a", "the primary key (a, b) has several columns"),
      ("step", "a", "the foreign key (a, b) has several columns"),
      ("step", "plan", "whose primary key has several columns"), ("person", "boss", "refers to its own table"),
      ("person", "team", "the foreign keys form a cycle"), ("task", "person", "is empty in 2 rows"),
      ("note", "task", "'4' is no key of table 'task'"),
    ]
    for (table, column, message) in expected {
      let problem = error.problems.first { $0.place.table == table && $0.place.column == column }
      #expect(problem?.message.contains(message) == true, "\(table).\(column)")
      #expect(problem?.remedy?.isEmpty == false)
    }
    #expect(places.contains(Place(table: "note", column: "task", line: 4)))
    #expect(error.problems.count == expected.count)
  }

  @Test("following every remedy of the message leads to a database that loads")
  func remedies() throws {
    let database = try Self.database()
    let ignored = [
      ("step", "a"), ("step", "b"), ("step", "plan"), ("person", "boss"), ("person", "team"), ("task", "person"),
    ]
    let options = SchemaOptions(ignoreRelations: ignored.map { .init(table: $0, column: $1) })
    try database.replace("metadata.json", #""primary_key": ["a", "b"], "#, "")
    try database.replace("note.csv", "3,4", "3,2")
    let (schema, _) = try database.survey(options)
    #expect(schema.relations.map(\.name) == ["team.head>person", "team.deputy>person", "note.task>task"])
  }

  @Test("metadata that cannot be read end at once, and a mistake in them does not hide one in the rows")
  func mistakes() throws {
    let database = try SampleDatabase.sdv()
    try database.replace("sale.csv", "102,S01", "102,S99")
    try database.replace("metadata.json", #""sdtype": "boolean""#, #""sdtype": "bolean""#)
    let both = try #require(failure { try database.survey() })
    #expect(both.problems.map(\.place.table) == ["customer", "sale"])
    try database.write("metadata.json", "{")
    let unreadable = try #require(failure { try database.survey() })
    #expect(unreadable.problems.count == 1)
    #expect(unreadable.problems[0].place.file?.hasSuffix("metadata.json") == true)
  }
}

@Suite("Order of relations")
struct RelationOrderTests {
  @Test("the method form's own order of relations and of parents is kept")
  func methodForm() throws {
    let database = try SampleDatabase()
    try database.write(
      "dataset_meta.json",
      """
      {"relation_order": [[null, "b"], [null, "a"], ["b", "c"], ["a", "c"], ["c", "d"]],
       "tables": {"a": {"parents": [], "children": ["c"]}, "b": {"parents": [], "children": ["c"]},
                  "c": {"parents": ["a", "b"], "children": ["d"]}, "d": {"parents": ["c"], "children": []}}}
      """)
    for (name, header) in [("a", "a_id"), ("b", "b_id"), ("c", "c_id,b_id,a_id"), ("d", "d_id,c_id")] {
      try database.write("\(name)_domain.json", "{}")
      try database.write("\(name).csv", header + "\n")
    }
    let schema = try database.survey().schema
    #expect(schema.relationOrder == ["c.b_id>b", "c.a_id>a", "d.c_id>c"])
    #expect(schema.parentOrder(of: "c").map(\.parent) == ["a", "b"])
    #expect(schema.parents(of: "c").map(\.parent) == ["b", "a"])
    #expect(schema.parentOrder(of: "a").isEmpty)
    let options = SchemaOptions(ignoreRelations: [.init(table: "c", column: "a_id")])
    let less = try database.survey(options).schema
    #expect(less.relationOrder == ["c.b_id>b", "d.c_id>c"])
    #expect(less.parentOrder(of: "c").map(\.parent) == ["b"])
  }

  @Test("metadata without an order are taken breadth first, all relations into a table before those out of it")
  func breadthFirst() throws {
    let schema = try SchemaLoader.load(folder: Fixtures.path("chinook"))
    #expect(schema.relationOrder.sorted() == schema.relations.map(\.name).sorted())
    var done: Set<String> = []
    for name in schema.relationOrder {
      let relation = try #require(schema.relation(name))
      #expect(schema.parents(of: relation.parent).allSatisfy { done.contains($0.name) })
      done.insert(name)
    }
    for table in schema.tables {
      #expect(
        schema.parentOrder(of: table.name).map(\.name)
          == schema.relationOrder.filter { schema.relation($0)?.child == table.name })
    }
  }
}
