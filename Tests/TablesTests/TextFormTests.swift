import Foundation
import Tables
import Testing

@Suite("Text forms of values")
struct TextFormTests {
  @Test(
    "numbers are read to the nearest double",
    arguments: [
      "0", "-0", "12", "007", "+5", ".5", "5.", "0.1", "1e-05", "1E5", "123456789012345678", "9007199254740993",
      "0.30000000000000004", "1.7976931348623157e308", "4.9e-324", "2.2250738585072014e-308", "123456789.123456789123",
      "99999999999999999999", "0.000000000000000000000001", "-33.333333333333336",
    ])
  func numbers(text: String) {
    #expect(NumberText(text)?.value == strtod(text, nil))
  }

  @Test(
    "what is no number is refused",
    arguments: [
      "", "-", "+", ".", "e5", "1e", "1e+", "1 ", " 1", "1,5", "0x10", "nan", "inf", "1e999", "--1", "1.2.3", "١",
    ])
  func noNumbers(text: String) {
    #expect(NumberText(text) == nil)
  }

  @Test("the places of a number count what plain notation needs")
  func places() {
    #expect(NumberText("1.50")?.places == 2)
    #expect(NumberText("1e-05")?.places == 5)
    #expect(NumberText("1.5e1")?.places == 0)
    #expect(NumberText("15")?.places == 0)
  }

  @Test("only canonical integers are integer keys")
  func integers() {
    #expect(IntegerText.canonical("0") == 0)
    #expect(IntegerText.canonical("-17") == -17)
    #expect(IntegerText.canonical("9223372036854775807") == .max)
    #expect(IntegerText.canonical("-9223372036854775808") == .min)
    for text in ["", "-", "-0", "00", "007", "+1", "1.0", "9223372036854775808", "1e3", " 1"] {
      #expect(IntegerText.canonical(text) == nil)
    }
  }

  @Test("numbers are written in the style of the column")
  func styles() {
    #expect(NumberFormat.integer.text(1e15) == "1000000000000000")
    #expect(NumberFormat.integer.text(-0.2) == "0")
    #expect(NumberFormat.integer.text(1e22) == "10000000000000000000000")
    let cents = NumberFormat.decimal(minimumPlaces: 2, maximumPlaces: 2)
    #expect(cents.text(1.5) == "1.50")
    #expect(cents.text(-0.07) == "-0.07")
    #expect(cents.text(-0.001) == "0.00")
    let mixed = NumberFormat.decimal(minimumPlaces: 1, maximumPlaces: 4)
    #expect(mixed.text(100) == "100.0")
    #expect(mixed.text(0.0125) == "0.0125")
    #expect(mixed.text(63.4615) == "63.4615")
    let fine = NumberFormat.decimal(minimumPlaces: 0, maximumPlaces: 17)
    #expect(
      fine.text(45.123456789012345) == "45.123456789012344"
        || fine.text(45.123456789012345).hasPrefix("45.12345678901234"))
    #expect(fine.text(1e-5) == "0.00001")
    #expect(fine.text(3) == "3")
  }

  @Test(
    "dates are read and written in their own format",
    arguments: [
      ("%Y-%m-%d", "1970-01-02", 1.0), ("%Y-%m-%d", "1969-12-31", -1), ("%d/%m/%y", "29/02/00", 11_016),
      ("%Y-%m-%d %H:%M:%S", "2006-02-15 04:57:16", 1_139_979_436), ("%b %d, %Y", "Feb 15, 2006", 13_194),
      ("%d-%B-%Y %I:%M %p", "15-February-2006 12:05 AM", 1_139_961_900), ("%Y%j", "2004366", 12_783),
      ("%F %T.%f", "1970-01-01 00:00:01.250000", 1.25), ("%H:%M", "23:59", 86_340), ("%Y", "2001", 11_323),
      ("%a %e %b %Y", "Thu  1 Jan 1970", 0), ("%Y-%m-%dT%H:%M:%S%z", "1970-01-01T01:00:00+0000", 3600),
    ])
  func dates(pattern: String, text: String, value: Double) throws {
    let format = try #require(DateFormat(pattern))
    #expect(format.value(text) == value)
    #expect(format.text(value) == text)
  }

  @Test("every day of four centuries survives the way to a number and back")
  func calendar() throws {
    let format = try #require(DateFormat("%Y-%m-%d"))
    for day in stride(from: -100_000.0, through: 60_000, by: 1) { #expect(format.value(format.text(day)) == day) }
  }

  @Test("offsets are converted to UTC")
  func offsets() throws {
    let format = try #require(DateFormat("%Y-%m-%d %H:%M%z"))
    #expect(format.value("1970-01-01 02:30+02:30") == 0)
    #expect(format.value("1969-12-31 23:00-0100") == 0)
    #expect(format.value("1970-01-01 00:00Z") == 0)
    #expect(format.value("1970-01-01 00:00+1") == nil)
  }

  @Test(
    "what is no date of the calendar is refused",
    arguments: [
      "2001-02-29", "2001-13-01", "2001-00-10", "2001-01-32", "2001-1", "2001-01-01 ", "", "abcd-01-01",
    ])
  func noDates(text: String) throws {
    #expect(try #require(DateFormat("%Y-%m-%d")).value(text) == nil)
  }

  @Test("a text rule replaces row, table and column and nothing else")
  func rules() {
    let rule = TextRule.pattern("{table}.{column}#{row} {x} {")
    #expect(rule.text(row: 4, table: "t", column: "c") == "t.c#5 {x} {")
    #expect(TextRule.constant("{row}").text(row: 4, table: "t", column: "c") == "{row}")
  }

  @Test("keys of every format are unique and grow beyond their width")
  func keys() {
    for format: KeyFormat in [
      .integer(first: -3), .numbered(prefix: "S", width: 2), .letters(uppercase: true, width: 1), .uuid,
    ] {
      let keys = (0..<2000).map { format.text(row: $0) }
      #expect(Set(keys).count == keys.count)
    }
    #expect(KeyFormat.letters(uppercase: false, width: 2).text(row: 26) == "ba")
    #expect(KeyFormat.letters(uppercase: true, width: 1).text(row: 26) == "AA")
    #expect(KeyFormat.numbered(prefix: "S", width: 3).text(row: 6) == "S007")
    #expect(KeyFormat.integer(first: 5).integer(row: 2) == 7)
  }
}
