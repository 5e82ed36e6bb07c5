import Essentials
import Foundation
import Testing

@Suite("Canonical JSON")
struct JSONTests {
  private struct Sample: Codable, Equatable {
    var zebra = 1
    var apple = ["y": 2.5, "x": 1]
    var path = "a/b"
    var list: [Int?] = [nil, 3]
  }

  @Test("keys are sorted, nothing is between the parts and slashes stay as they are")
  func order() throws {
    let text = String(decoding: try CanonicalJSON.encode(Sample()), as: UTF8.self)
    #expect(text == #"{"apple":{"x":1,"y":2.5},"list":[null,3],"path":"a/b","zebra":1}"#)
  }

  @Test("equal dictionaries give equal bytes, however they were filled")
  func dictionaries() throws {
    var forward: [String: Int] = [:], backward: [String: Int] = [:]
    for number in 0..<200 { forward["key\(number)"] = number }
    for number in (0..<200).reversed() { backward["key\(number)"] = number }
    #expect(try CanonicalJSON.encode(forward) == CanonicalJSON.encode(backward))
  }

  @Test("numbers JSON cannot express are refused")
  func notANumber() {
    let error = #expect(throws: ClavaError.self) { try CanonicalJSON.encode(["x": Double.nan]) }
    #expect(error?.code == .internal)
  }

  @Test("what does not fit is refused with the place and the source")
  func decoding() {
    let data = Data(#"{"zebra":"one"}"#.utf8)
    let error = #expect(throws: ClavaError.self) {
      try CanonicalJSON.decode([String: Int].self, from: data, source: "plan.json")
    }
    #expect(error?.code == .damaged)
    #expect(error?.description == "plan.json: expected Int at 'zebra'")
  }

  @Test("any JSON value survives, large integers included")
  func anyValue() throws {
    let text = #"{"a":[1,-9223372036854775808,2.5,true,null,"s",{}],"b":{"c":false}}"#
    let value = try CanonicalJSON.decode(JSONValue.self, from: Data(text.utf8), source: "test")
    #expect(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) == text)
    #expect(value["b"]?["c"] == .bool(false) && value["none"] == nil)
    let sample = try JSONValue(encoding: Sample()).decode(Sample.self, source: "test")
    #expect(sample == Sample())
  }
}

@Suite("Errors and suggestions")
struct ErrorTests {
  @Test("an error says place, problem and remedy on one line each")
  func description() {
    let place = Problem.Place(file: "a.csv", line: 3, position: 2, table: "loan", column: "amount")
    let problem = Problem("'x' is not a number", at: place, remedy: "mend it")
    #expect(problem.description == "a.csv:3:2, table loan, column amount: 'x' is not a number; mend it")
    let error = ClavaError(.input, problems: [problem, Problem("second")])
    #expect(error.description.split(separator: "\n").count == 2)
    #expect(ClavaError.wrapping(error, .internal) == error)
    struct Other: Error {}
    #expect(ClavaError.wrapping(Other(), .storage).code == .storage)
  }

  @Test("the nearest name is suggested, far ones are not, equal distances go by name")
  func nearestName() {
    #expect(NearestName.of("acount", among: ["card", "account", "loan"]) == "account")
    #expect(NearestName.of("ACCOUNT", among: ["account"]) == "account")
    #expect(NearestName.of("zzzzzz", among: ["account"]) == nil)
    #expect(NearestName.of("ab", among: ["ad", "ac"]) == "ac")
    #expect(NearestName.of("x", among: [String]()) == nil)
    #expect(NearestName.remedy("acount", among: ["account"], of: "tables") == "did you mean 'account'?")
    #expect(NearestName.remedy("zzzzzz", among: ["b", "account"], of: "tables") == "valid tables: account, b")
  }

  @Test("a raised stop flag stays raised")
  func stopFlag() {
    let flag = StopFlag()
    #expect(!flag.isRaised)
    flag.raise()
    #expect(flag.isRaised)
  }
}
