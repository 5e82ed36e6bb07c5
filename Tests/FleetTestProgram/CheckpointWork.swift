import Essentials
import Foundation
import Storage

/// Checkpoints written until the process is killed, and damaged on purpose: the other half of
/// `scripts/faults/checkpoints`.
enum CheckpointWork {
  /// Loads the newest checkpoint, checks its content, and saves one step after the other for ever. Prints
  /// `loaded STEP` and `saved STEP`.
  static func save(_ folder: String, _ bytes: Int) -> Int32 {
    do {
      let store = CheckpointStore(taskFolder: folder) { print("damaged: \($0)") }
      var step = 0
      if let latest = try store.latest() {
        let values = try ArtifactReader(path: latest.path).read("weights", as: Float.self)
        guard values.count == bytes / 4, values.allSatisfy({ $0 == Float(latest.step % 1000) }) else {
          print("wrong content at step \(latest.step)")
          return 1
        }
        step = latest.step
      }
      say("loaded \(step)")
      while true {
        step += 1
        try save(store, step, count: bytes / 4)
        say("saved \(step)")
      }
    } catch {
      print("\(error)")
      return 1
    }
  }

  /// Flips one random bit of the newest checkpoint or its manifest, again and again. Prints how many went unnoticed.
  static func flip(_ folder: String, _ count: Int, _ seed: UInt64) -> Int32 {
    do {
      var state = seed
      func random(below bound: Int) -> Int {
        // Knuth's generator is good enough to choose bits.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
      }
      let store = CheckpointStore(taskFolder: folder)
      for step in 1...2 { try save(store, step, count: 50_000) }
      let stem = "\(folder)/a1/ck-2"
      let files = try ["h5", "json"].map { (path: "\(stem).\($0)", good: try FileSystem.read("\(stem).\($0)")) }
      var unnoticed = 0
      for round in 0..<count {
        // One in four in the manifest, which is small.
        let (path, good) = files[round % 4 == 3 ? 1 : 0]
        var bad = good
        let bit = random(below: 8 * good.count)
        bad[bit / 8] ^= 1 << UInt8(bit % 8)
        try bad.write(to: URL(fileURLWithPath: path))
        let found = try store.latest()?.step
        if found != 1 {
          unnoticed += 1
          print("bit \(bit) of \(path): found \(found.map(String.init) ?? "nothing")")
        }
        for (path, good) in files {
          unlink("\(path).bad")
          try good.write(to: URL(fileURLWithPath: path))
        }
      }
      print("\(count) bits flipped, \(unnoticed) unnoticed")
      return unnoticed == 0 ? 0 : 1
    } catch {
      print("\(error)")
      return 1
    }
  }

  private static func save(_ store: CheckpointStore, _ step: Int, count: Int) throws {
    try store.save(attempt: 1 + step / 50 % 2, step: step, loss: 1 / Double(step)) { path in
      let writer = try ArtifactWriter(path: path)
      try writer.write("weights", [Float](repeating: Float(step % 1000), count: count))
      try writer.finish()
    }
  }

  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
