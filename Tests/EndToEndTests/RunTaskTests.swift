import Essentials
import Foundation
import TestSupport
import Testing

@Suite("Plans without a coordinator")
struct RunTaskTests {
  /// The Chinook fixture beside the sources.
  private static let chinook = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/chinook").path

  private static let quick = [
    "--data", chinook, "--set", "denoiser.steps=20", "--set", "checkpoint.every=0.2s", "--set",
    "evaluation.enabled=false",
  ]

  @Test("make -j2 on an exported plan gives the same bytes as a run")
  func make() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run"), exported = folder.file("exported"), script = folder.file("plan.mk")
    #expect(try Program.run(["run", "--out", run, "--quiet", "--workers", "2"] + Self.quick).status == 0)
    let written = try Program.run(["plan", "--write", exported] + Self.quick)
    #expect(written.status == 0 && written.output.contains("nothing was run"))
    #expect(try Program.run(["export", "make", exported, "--out", script]).status == 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/make")
    process.arguments = ["-s", "-j2", "-f", script]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let expected = try Program.digests("\(run)/synthetic")
    #expect(expected.count == 11)
    #expect(try Program.digests("\(exported)/synthetic") == expected)
    // The last step found everything done.
    let summary = try String(contentsOfFile: "\(exported)/summary.json", encoding: .utf8)
    #expect(summary.contains("\"tasksRun\" : 0"))
  }

  @Test("a task runs once, needs its inputs, and two copies at the same time give one result")
  func single() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    #expect(try Program.run(["plan", "--write", run] + Self.quick).status == 0)
    let early = try Program.run(["run-task", "--run", run, "--task", "label/track.AlbumId>album"])
    #expect(early.status == 2 && early.errors.contains("which is not finished"))
    let unknown = try Program.run(["run-task", "--run", run, "--task", "encode/artits"])
    #expect(unknown.status == 2 && unknown.errors.contains("did you mean 'encode/artist'"))
    let copies = try (0..<3).map {
      try Program.start(
        ["run-task", "--run", run, "--task", "encode/artist"], in: folder, name: "copy-\($0)")
    }
    for copy in copies {
      copy.waitUntilExit()
      #expect(copy.terminationStatus == 0)
    }
    #expect(FileSystem.list("\(run)/cache").count { $0.hasSuffix(".json") } == 1)
    let again = try Program.run(["run-task", "--run", run, "--task", "encode/artist"])
    #expect(again.status == 0 && again.output == "encode/artist: was done\n")
  }

  @Test("elements of a level share its tasks between them")
  func width() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    #expect(try Program.run(["plan", "--write", run] + Self.quick).status == 0)
    var names: [String] = []
    for index in 0..<2 {
      let result = try Program.run(
        ["run-task", "--run", run, "--level", "0", "--index", "\(index)", "--width", "2"])
      #expect(result.status == 0)
      names += result.output.split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
    }
    #expect(names.count == 5 && Set(names).count == 5)
    #expect(try Program.run(["run-task", "--run", run, "--level", "99"]).status == 2)
    #expect(try Program.run(["run-task", "--run", run, "--level", "0", "--index", "2", "--width", "2"]).status == 64)
  }

  @Test("a signal saves the work; the next call goes on from there and ends with the same bytes")
  func checkpoint() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    let options = Self.quick + ["--set", "denoiser.steps=6000"]
    #expect(try Program.run(["plan", "--write", run] + options).status == 0)
    for level in 0...4 { #expect(try Program.run(["run-task", "--run", run, "--level", "\(level)"]).status == 0) }
    let task = "train-denoiser/playlist"
    let first = try Program.start(["run-task", "--run", run, "--task", task], in: folder, name: "first")
    let deadline = Date(timeIntervalSinceNow: 30)
    func checkpoints() -> Int {
      let base = "\(run)/tasks"
      return FileSystem.list(base).flatMap { task in
        FileSystem.list("\(base)/\(task)").flatMap { FileSystem.list("\(base)/\(task)/\($0)") }
      }
      .count { $0.hasPrefix("ck-") && $0.hasSuffix(".json") }
    }
    // The folder of its attempt is made once signals are listened to.
    let attempt = "\(run)/tasks/train-denoiser_playlist/a1"
    while !FileSystem.exists(attempt), first.isRunning, Date() < deadline { usleep(20_000) }
    usleep(500_000)
    kill(first.processIdentifier, SIGUSR1)
    first.waitUntilExit()
    #expect(first.terminationStatus == 99)
    #expect(checkpoints() > 0)
    let second = try Program.run(["run-task", "--run", run, "--task", task])
    #expect(second.status == 0)
    #expect(checkpoints() == 0)
  }
}
