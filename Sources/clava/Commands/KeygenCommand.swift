import ArgumentParser
import Essentials
import Fleet
import Foundation
import Storage

struct KeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen", abstract: "Make, list and revoke the keys with which workers of other machines join a run.",
    discussion: """
      A key file holds all that 'clava worker --connect ADDRESS --key FILE' needs to be trusted by the coordinator and
      to trust it. Give every machine its own, so that one can be shut out alone; treat it like a password. Keys work
      at once, before and during a run; a revoked one is shut out within a second, for good.

      EXAMPLES
        clava keygen --run RUN                          the next free key: RUN/keys/workers/worker-0.json
        clava keygen --run RUN --name hal --out /media  a key called hal, also copied to /media/hal.json
        clava keygen --run RUN --name slot --count 8    keys slot-0 to slot-7
        clava keygen --run RUN --list
        clava keygen --run RUN --revoke hal

      EXIT CODES
        0 done, 1 disk errors, 2 no such run or key, 64 wrong usage.
      """)

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Folder of the run; it may be one still to be started.", valueName: "run"),
    completion: .directory)
  var directory: String

  @Option(name: .long, help: "Name of the key; with --count its beginning (default: worker).")
  var name: String?

  @Option(name: .long, help: "Make so many keys: NAME-0, NAME-1 and so on.")
  var count: Int?

  @Option(name: .long, help: "Folder for copies of the key files, to be taken to the workers.", completion: .directory)
  var out: String?

  @Option(name: .long, help: "Shut out the key of this name.")
  var revoke: String?

  @Flag(name: .long, help: "List the keys.")
  var list = false

  func validate() throws {
    if let count, !(1...10_000).contains(count) { throw ValidationError("--count takes a number from 1 to 10000") }
    if revoke != nil, list || name != nil || count != nil || out != nil {
      throw ValidationError("--revoke goes with --run only")
    }
    if list, name != nil || count != nil || out != nil { throw ValidationError("--list goes with --run only") }
  }

  func run() throws {
    if FileSystem.exists(directory), !FileSystem.isFolder(directory) {
      throw ClavaError(.input, "this is a file, the folder of a run was expected", at: .init(file: directory))
    }
    let keys = KeyFolder(runPath: directory)
    if list {
      let names = keys.list()
      for name in names.allowed { print("\(name)  allowed") }
      for name in names.revoked { print("\(name)  revoked") }
    } else if let revoke {
      try keys.revoke(revoke)
      print("\(revoke) is revoked")
    } else {
      try make(keys)
    }
  }

  private func make(_ keys: KeyFolder) throws {
    let endpoint = (try? RunDirectory(path: directory, create: false)).flatMap { try? JoinFile.read($0).endpoint }
    if let out { try FileSystem.createFolder(out) }
    for name in names(keys) {
      let key = try keys.worker(name, endpoint: endpoint)
      var path = keys.file(of: key.name)
      if let out {
        let copy = "\(out)/\(name).json"
        try keys.copy(key, to: copy)
        path = copy
      }
      print(path)
    }
  }

  private func names(_ keys: KeyFolder) -> [String] {
    if let count { return (0..<count).map { "\(name ?? "worker")-\($0)" } }
    if let name { return [name] }
    let (allowed, revoked) = keys.list()
    let taken = Set(allowed + revoked)
    return (0...).lazy.map { "worker-\($0)" }.first { !taken.contains($0) }.map { [$0] } ?? []
  }
}
