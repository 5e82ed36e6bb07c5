import Essentials
import Foundation
import Fuzzing

/// Tries damaged inputs on the decoders.
///
///     FuzzProgram run TARGET --seed S --first I --count N --folder F   in this process; used by the next one
///     FuzzProgram all [--count N] [--seed S] [--only NAME] [--save F]   in child processes; prints a table
///     FuzzProgram replay TARGET --seed S --index I [--save F]           one input, in this process
///     FuzzProgram file TARGET PART...                                   one input from its saved parts
@main
enum Program {
  static func main() {
    do {
      let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
      switch arguments.words.first {
      case "run" where arguments.words.count == 2: try run(arguments)
      case "all" where arguments.words.count == 1: exit(try Campaign(arguments).run() ? 0 : 1)
      case "replay" where arguments.words.count == 2: try replay(arguments)
      case "file" where arguments.words.count > 2: try file(arguments)
      default:
        print("usage: FuzzProgram all [--count N] [--seed S] [--only NAME] [--save FOLDER] [--jobs N]")
        print("       FuzzProgram replay TARGET --index I [--seed S] [--save FOLDER]")
        print("       FuzzProgram file TARGET PART...")
        print("targets: \(FuzzTargets.all.map { $0.name }.joined(separator: " "))")
        exit(2)
      }
    } catch {
      print("\(error)")
      exit(2)
    }
  }

  /// Tries inputs here; the number of the present one is kept in a file, should this process die of it.
  private static func run(_ arguments: Arguments) throws {
    let name = arguments.words[1]
    let progress = try ProgressMark(path: arguments.folder + "/progress")
    var run = try fuzzRun(name, arguments)
    run.onInput = { progress.set($0) }
    let result = run.run(first: arguments.first, count: arguments.count ?? 1000)
    progress.end()
    print(String(decoding: try CanonicalJSON.encode(result), as: UTF8.self))
  }

  private static func replay(_ arguments: Arguments) throws {
    let name = arguments.words[1]
    var run = try fuzzRun(name, arguments)
    let parts = run.input(arguments.first)
    if let folder = arguments.save { print(try Campaign.save(parts, name, arguments.first, in: folder)) }
    tell(parts, try run.tryInput(parts))
  }

  private static func file(_ arguments: Arguments) throws {
    let parts = try arguments.words.dropFirst(2).map { [UInt8](try FileSystem.read($0)) }
    var run = try fuzzRun(arguments.words[1], arguments)
    tell(parts, try run.tryInput(parts))
  }

  private static func tell(_ parts: [[UInt8]], _ isAccepted: Bool) {
    for part in parts where part.count < 4096 { print(String(decoding: part, as: UTF8.self)) }
    print(isAccepted ? "accepted" : "refused")
  }

  private static func fuzzRun(_ name: String, _ arguments: Arguments) throws -> FuzzRun {
    guard let target = try FuzzTargets.make(name, folder: "\(arguments.folder)/\(name)") else {
      throw FuzzFailure("there is no target '\(name)'")
    }
    return FuzzRun(target: target, name: name, seed: arguments.seed)
  }
}

/// What stands on the command line.
struct Arguments {
  var words: [String] = []
  var count: Int?
  var seed: UInt64 = 1
  var first: UInt64 = 0
  var jobs = 2
  var only: String?
  var save: String?
  var folder = "/dev/shm/clava-fuzz-\(getpid())"

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        words.append(word)
        continue
      }
      guard let value = rest.popFirst() else { throw FuzzFailure("\(word) needs a value") }
      func number<Value: LosslessStringConvertible>() throws -> Value {
        guard let number = Value(value) else { throw FuzzFailure("\(word) needs a number, found '\(value)'") }
        return number
      }
      switch word {
      case "--count": count = try number()
      case "--seed": seed = try number()
      case "--first", "--index": first = try number()
      case "--jobs": jobs = try number()
      case "--only": only = value
      case "--save": save = value
      case "--folder": folder = value
      default: throw FuzzFailure("there is no option \(word)")
      }
    }
  }
}

/// A number in a file that outlives this process.
struct ProgressMark {
  private let place: UnsafeMutablePointer<UInt64>

  init(path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, 8) == 0 else { throw FileSystem.writeError(path) }
    defer { close(descriptor) }
    guard let address = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED else {
      throw FileSystem.writeError(path)
    }
    place = address.bindMemory(to: UInt64.self, capacity: 1)
  }

  func set(_ index: UInt64) { place.pointee = index }

  func end() { place.pointee = .max }

  /// What the process that had it said last; nil: it came to its end.
  static func read(_ path: String) -> UInt64? {
    guard let data = FileManager.default.contents(atPath: path), data.count == 8 else { return nil }
    let value = data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    return value == .max ? nil : value
  }
}
