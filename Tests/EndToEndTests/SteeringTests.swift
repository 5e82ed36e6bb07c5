import Essentials
import Foundation
import TestSupport
import Testing

@Suite("Watching and steering a run from another terminal", .serialized)
struct SteeringTests {
  private func status(_ out: String) throws -> JSONValue {
    let result = try Program.run(["status", out, "--json"])
    return try CanonicalJSON.decode(JSONValue.self, from: Data(result.output.utf8), source: "status")
  }

  private func count(_ value: JSONValue?) -> Int { if case .array(let list) = value { list.count } else { 0 } }

  @Test("a run can be watched, read, cancelled, and gone on with")
  func cancelled() throws {
    let folder = try TemporaryFolder(), out = "\(folder.path)/run"
    let command = [
      "run", "--data", Fixtures.path("chinook"), "--out", out, "--workers", "2", "--quiet", "--set",
      "denoiser.steps=4000",
    ]
    let process = try Program.start(command, in: folder)
    var seen: JSONValue = .null
    for _ in 0..<200 {
      usleep(100_000)
      guard FileSystem.exists("\(out)/status.json") else { continue }
      seen = try status(out)
      if count(seen["running"]) > 0, count(seen["waiting"]) > 0 { break }
    }
    #expect(seen["isAlive"] == .bool(true) && count(seen["workers"]) == 2 && count(seen["waiting"]) > 0)
    let text = try Program.run(["status", out]).output
    #expect(text.contains("worker 1") && text.contains("waiting:") && text.contains("running for"), "\(text)")
    let metrics = try Program.run(["status", out, "--prometheus"]).output
    #expect(metrics.contains("clava_up 1\n") && metrics.contains("clava_workers 2\n"))
    #expect(try Program.run(["logs", out]).output.contains("worker 2 is there"))
    #expect(try Program.run(["logs", out, "worker 1"]).status == 0)
    // Elements of a Slurm array write a log for every job their slot had.
    for (job, slot) in [(9, 6), (12, 6), (12, 5)] {
      try Data("job \(job)\n".utf8).write(to: URL(fileURLWithPath: "\(out)/logs/slurm-\(job)_\(slot).log"))
    }
    for name in ["slot-6", "worker 7", "7", "slot-6@node3"] {
      let jobs = try Program.run(["logs", out, name]).output.split(separator: "\n").filter { $0.hasPrefix("job") }
      #expect(jobs == ["job 9", "job 12"], "\(name)")
    }
    #expect(try Program.run(["logs", out, "12_5"]).output == "job 12\n")
    let unknown = try Program.run(["logs", out, "train-denoiser"])
    #expect(unknown.status == 2 && unknown.errors.contains("did you mean train-denoiser/"), "\(unknown.errors)")
    let nobody = try Program.run(["drain", out, "worker 9"])
    #expect(nobody.status == 2 && nobody.errors.contains("here are: worker 1, worker 2"), "\(nobody.errors)")
    #expect(try Program.run(["retry", out]).status == 2)

    let start = Date()
    let cancel = try Program.run(["cancel", out])
    #expect(cancel.status == 0 && cancel.output.contains("cancelled with"), "\(cancel.errors)")
    process.waitUntilExit()
    #expect(Date().timeIntervalSince(start) < 6)
    #expect(process.terminationStatus == 130)
    #expect(try status(out)["isAlive"] == .bool(false))
    let second = try Program.run(["cancel", out])
    #expect(second.status == 2 && second.errors.contains("nothing to cancel"))
    #expect(FileSystem.exists("\(out)/trace.html"))
    let left = (FileManager.default.enumerator(atPath: out)?.allObjects ?? []).compactMap { $0 as? String }
      .filter { $0.contains(".tmp") || $0.contains("/tmp/") }
    #expect(left == [])
  }
}
