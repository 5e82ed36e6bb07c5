import Essentials
import Storage
import Tables

/// Primary keys of a table, in row order: `keys/integer` (int64) or `keys/text`; nothing for a table without key.
enum KeyStore {
  enum Keys {
    case none
    case integers([Int64])
    case texts([String])

    /// The key of a row as it stands in a CSV file.
    func text(_ row: Int) -> String {
      switch self {
      case .none: ""
      case .integers(let keys): String(keys[row])
      case .texts(let keys): keys[row]
      }
    }

    /// Adds the keys of further rows, as read from a file.
    mutating func append(_ block: ColumnBlock) {
      switch (self, block) {
      case (.none, .integerKeys(let more)): self = .integers(more)
      case (.none, .textKeys(let more)): self = .texts(more)
      case (.integers(var keys), .integerKeys(let more)):
        self = .none
        keys += more
        self = .integers(keys)
      case (.texts(var keys), .textKeys(let more)):
        self = .none
        keys += more
        self = .texts(keys)
      default: break
      }
    }
  }

  static func write(_ keys: Keys, to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    switch keys {
    case .none: try writer.writeJSON("none", true)
    case .integers(let values): try writer.write("keys/integer", values)
    case .texts(let values): try writer.writeText("keys/text", values)
    }
    try writer.finish()
  }

  static func read(_ path: String) throws -> Keys {
    let reader = try ArtifactReader(path: path)
    if reader.contains("keys/integer") { return .integers(try reader.read("keys/integer", as: Int64.self)) }
    if reader.contains("none") { return .none }
    return .texts(try reader.readText("keys/text"))
  }
}
