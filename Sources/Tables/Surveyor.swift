internal import Dispatch
internal import Essentials
internal import Foundation

/// Reads a whole database once and checks every value before anything runs.
public enum Surveyor {
  /// Problems that are listed in one error.
  private static let maximumProblems = 50

  /// Examines every table: well-formed text and CSV, values that fit their column, unique primary keys, foreign keys
  /// that exist in the parent. Two tables at a time, parents before children; the result does not depend on timing.
  ///
  /// - Throws: one `ClavaError.input` that lists up to 50 problems with file, line, column and remedy.
  public static func survey(_ schema: Schema) throws -> DatabaseSurvey {
    try survey(SchemaReading(schema: schema, problems: []))
  }

  /// Examines the tables of a schema that may have problems of its own.
  ///
  /// - Throws: one `ClavaError.input` that lists the problems of the schema and up to 50 of the data, so that everything
  ///   a database has that is not supported is told at once.
  public static func survey(_ reading: SchemaReading) throws -> DatabaseSurvey {
    let schema = reading.schema
    let board = SurveyBoard(schema)
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      while let job = board.next() {
        let result = TableExamination(table: job.table, schema: schema, parents: job.parents).run()
        board.finish(job.table.name, result)
      }
    }
    let results = schema.tables.map { board.result(of: $0.name) }
    var problems = results.flatMap(\.problems)
    if problems.count > maximumProblems {
      let more = problems.count - maximumProblems + 1
      problems = Array(problems.prefix(maximumProblems - 1))
      problems.append(Problem("there are \(more) more problems", remedy: "correct those listed first"))
    }
    problems = reading.problems + problems
    if !problems.isEmpty { throw ClavaError(.input, problems: problems) }
    return DatabaseSurvey(
      tables: results.compactMap(\.survey), warnings: schema.warnings + results.flatMap(\.warnings))
  }
}

/// Hands out tables whose parents are done. Shared by the threads of a survey.
private final class SurveyBoard: @unchecked Sendable {
  private let schema: Schema
  private let condition = NSCondition()
  private var waiting: [String]
  private var results: [String: TableExamination.Result] = [:]

  init(_ schema: Schema) {
    self.schema = schema
    waiting = schema.topologicalOrder
  }

  /// The next table and its parents' keys; nil when all are handed out. Waits until a table is ready.
  func next() -> (table: TableSchema, parents: [String: PrimaryKeys])? {
    condition.lock()
    defer { condition.unlock() }
    while !waiting.isEmpty {
      let ready = waiting.firstIndex { name in
        schema.parents(of: name).allSatisfy { results[$0.parent] != nil }
      }
      guard let ready else {
        condition.wait()
        continue
      }
      guard let table = schema.table(waiting.remove(at: ready)) else { continue }
      var parents: [String: PrimaryKeys] = [:]
      for relation in schema.parents(of: table.name) { parents[relation.parent] = results[relation.parent]?.keys }
      return (table, parents)
    }
    return nil
  }

  func finish(_ table: String, _ result: TableExamination.Result) {
    condition.lock()
    results[table] = result
    condition.broadcast()
    condition.unlock()
  }

  func result(of table: String) -> TableExamination.Result {
    condition.lock()
    defer { condition.unlock() }
    return results[table] ?? TableExamination.Result()
  }
}
