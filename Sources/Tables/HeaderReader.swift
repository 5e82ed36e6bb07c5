internal import Essentials

/// Reads the header of a table's CSV file.
enum HeaderReader {
  /// The column names, or nil if the header is unusable, which is reported.
  static func read(file path: String, table: String, _ list: inout ProblemList) -> [String]? {
    let place = Problem.Place(file: path, line: 1, table: table)
    do {
      let file = try MappedFile(path: path, table: table)
      guard file.count > 0 else {
        list.add(
          "the file is empty, a header with the column names was expected", at: .init(file: path, table: table),
          remedy: "write the header line; a table may have no rows")
        return nil
      }
      var cursor = CSVCursor(start: file.start, end: file.end)
      let start = cursor.position
      let names = try cursor.record()
      if let fault = TextCheck.firstFault(UnsafeBufferPointer(start: start, count: cursor.position - start)) {
        list.add("the header holds \(fault.kind)", at: place, remedy: fault.remedy)
        return nil
      }
      return check(names, place, &list) ? names : nil
    } catch let fault as CSVFault {
      list.add(fault.problem(at: place))
    } catch {
      list.add(error)
    }
    return nil
  }

  private static func check(_ names: [String], _ place: Problem.Place, _ list: inout ProblemList) -> Bool {
    var seen: [String: Int] = [:]
    var isValid = true
    for (index, name) in names.enumerated() {
      var place = place
      place.position = index + 1
      if name.isEmpty {
        let what = names.count == 1 ? "the header is empty" : "column \(index + 1) of the header has no name"
        list.add(what, at: place, remedy: "give every column a name")
        isValid = false
      } else if let first = seen[name] {
        place.column = name
        list.add(
          "the header names the column '\(name)' twice, as columns \(first + 1) and \(index + 1)", at: place,
          remedy: "rename or remove one of them")
        isValid = false
      }
      seen[name] = seen[name] ?? index
    }
    if isValid, names.count == 1, let other = [";", "\t", "|"].first(where: names[0].contains) {
      let shown = other == "\t" ? "tabs" : "'\(other)'"
      list.add(
        "the header is one field that contains \(shown)", at: place,
        remedy: "separate fields by commas")
      return false
    }
    return isValid
  }
}
