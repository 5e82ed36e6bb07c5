/// One thing that is wrong: what was found, where, what was expected and what to do about it.
public struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Where the problem lies. Every part is optional; what is known is printed.
  public struct Place: Sendable, Hashable, Codable {
    /// Path of the file, as the user named it.
    public var file: String?
    /// Line in the file, from 1.
    public var line: Int?
    /// Column in the line (characters for text, fields for CSV), from 1.
    public var position: Int?
    /// Name of the table.
    public var table: String?
    /// Name of the column of the table.
    public var column: String?
    /// Path of a configuration key.
    public var key: String?

    /// Creates a place from the parts that are known.
    public init(
      file: String? = nil, line: Int? = nil, position: Int? = nil, table: String? = nil, column: String? = nil,
      key: String? = nil
    ) {
      self.file = file
      self.line = line
      self.position = position
      self.table = table
      self.column = column
      self.key = key
    }

    /// The parts in the usual `file:line:position, table t, column c` form; empty when nothing is known.
    public var text: String {
      var parts: [String] = []
      if let file {
        var location = file
        if let line { location += ":\(line)" }
        if line != nil, let position { location += ":\(position)" }
        parts.append(location)
      }
      if let table { parts.append("table \(table)") }
      if let column { parts.append("column \(column)") }
      if let key { parts.append("key \(key)") }
      return parts.joined(separator: ", ")
    }
  }

  /// Where it is.
  public var place: Place
  /// What was found and what was expected, as one sentence without a final full stop.
  public var message: String
  /// What the user can do, as one sentence without a final full stop.
  public var remedy: String?

  /// Creates a problem.
  public init(_ message: String, at place: Place = Place(), remedy: String? = nil) {
    self.message = message
    self.place = place
    self.remedy = remedy
  }

  /// `place: message. Remedy.` on one line.
  public var description: String {
    let location = place.text
    var text = location.isEmpty ? message : "\(location): \(message)"
    if let remedy { text += "; \(remedy)" }
    return text
  }
}

/// The error type of every module: a kind, which decides the exit code, and one or more problems.
public struct ClavaError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is. A structure of constants, so that it can grow without breaking callers.
  public struct Code: Sendable, Hashable {
    /// The name used in JSON output.
    public let name: String
    /// The exit code of the command line.
    public let exitCode: Int32

    /// Data, metadata or a file named by the user is unusable.
    public static let input = Code(name: "input", exitCode: 2)
    /// The configuration is unusable.
    public static let configuration = Code(name: "configuration", exitCode: 2)
    /// A file could not be read or written (disk full, permissions, I/O error).
    public static let storage = Code(name: "storage", exitCode: 1)
    /// An artifact, checkpoint or message is damaged or of another version.
    public static let damaged = Code(name: "damaged", exitCode: 1)
    /// One or more tasks failed.
    public static let tasks = Code(name: "tasks", exitCode: 1)
    /// Messages between processes could not be sent or received.
    public static let messaging = Code(name: "messaging", exitCode: 1)
    /// A defect of the program that was caught before it could do harm.
    public static let `internal` = Code(name: "internal", exitCode: 1)
    /// The user or the system asked to stop; the run can be resumed.
    public static let interrupted = Code(name: "interrupted", exitCode: 130)
  }

  /// The kind.
  public var code: Code
  /// What is wrong; never empty.
  public var problems: [Problem]

  /// Creates an error with one problem.
  public init(_ code: Code, _ message: String, at place: Problem.Place = Problem.Place(), remedy: String? = nil) {
    self.code = code
    self.problems = [Problem(message, at: place, remedy: remedy)]
  }

  /// Creates an error that reports several problems at once.
  public init(_ code: Code, problems: [Problem]) {
    precondition(!problems.isEmpty, "an error needs at least one problem")
    self.code = code
    self.problems = problems
  }

  /// One line per problem.
  public var description: String {
    problems.map(\.description).joined(separator: "\n")
  }

  /// Turns any error into a `ClavaError`, keeping those that are one already.
  public static func wrapping(_ error: any Error, _ code: Code = .internal) -> ClavaError {
    (error as? ClavaError) ?? ClavaError(code, "\(error)")
  }
}
