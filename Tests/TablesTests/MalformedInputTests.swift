import Essentials
import Foundation
import Tables
import TestSupport
import Testing

@Suite("Malformed input")
struct MalformedInputTests {
  @Test("the undamaged databases are accepted")
  func undamaged() throws {
    #expect(throws: Never.self) { try SampleDatabase.method().survey() }
    #expect(throws: Never.self) { try SampleDatabase.sdv().survey() }
  }

  @Test("damaged input ends in one message with the place and the remedy", arguments: Damage.all)
  func damaged(_ damage: Damage) throws {
    let database = try damage.isMethodForm ? SampleDatabase.method() : SampleDatabase.sdv()
    try damage.apply(database)
    let error = try #require(failure { try database.survey(damage.options) })
    #expect(error.code == .input)
    for text in damage.expected {
      #expect(error.description.contains(text), "the message is: \(error.description)")
    }
    for problem in error.problems {
      #expect(problem.remedy != nil)
      #expect(!problem.message.hasSuffix("."))
    }
  }

  @Test("a folder that does not exist and a file in its place are told apart")
  func folders() throws {
    let database = try SampleDatabase.method()
    let missing = try #require(failure { _ = try SchemaLoader.load(folder: database.folder.file("nowhere")) })
    #expect(missing.description.contains("there is no such folder"))
    let file = try #require(failure { _ = try SchemaLoader.load(folder: database.folder.file("shop.csv")) })
    #expect(file.description.contains("this is a file, a folder was expected"))
  }

  @Test("all unsupported places are listed at once")
  func allPlaces() throws {
    let database = try SampleDatabase.sdv()
    try database.replace(
      "metadata.json", "\"child_foreign_key\": \"shop\"", "\"child_foreign_key\": [\"shop\", \"kind\"]")
    try database.replace(
      "metadata.json", "\"primary_key\": \"id\", \"columns\": {\n   \"id\": {\"sdtype\": \"id\"}, \"active\"",
      "\"primary_key\": [\"id\", \"email\"], \"columns\": {\n   \"id\": {\"sdtype\": \"id\"}, \"active\"")
    let error = try #require(failure { try database.survey() })
    let places = error.problems.map { [$0.place.table, $0.place.column] }
    #expect(places == [["customer", "id"], ["sale", "shop"], ["sale", "customer"]])
  }
}
