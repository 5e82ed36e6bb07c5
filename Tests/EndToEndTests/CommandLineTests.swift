import Essentials
import Foundation
import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
  @Test(
    "help is there for every command, with an example",
    arguments: [
      "run", "sample", "plan", "status", "logs", "retry", "cancel", "drain", "inspect", "evaluate", "config", "doctor",
      "bench",
    ])
  func help(command: String) throws {
    let result = try Program.run([command, "--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("EXAMPLE"))
    #expect(result.output.contains("clava \(command)"))
  }

  @Test("wrong usage ends with 64", arguments: [["fly"], ["run", "--speed", "9"], ["inspect"]])
  func usage(arguments: [String]) throws {
    #expect(try Program.run(arguments).status == 64)
  }

  @Test("the machine that runs the tests is found fit by the doctor")
  func doctor() throws {
    let result = try Program.run(["doctor"])
    #expect(result.status == 0, "\(result.output)")
    #expect(!result.output.contains("FAIL"))
  }

  @Test("the printed defaults are a valid configuration")
  func defaults() throws {
    let folder = try TemporaryFolder()
    let printed = try Program.run(["config", "--defaults"])
    #expect(printed.status == 0)
    try FileSystem.writeAtomically(Data(printed.output.utf8), to: "\(folder.path)/c.yaml")
    let again = try Program.run(["config", "\(folder.path)/c.yaml"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains("steps: "))
  }

  @Test("a plan lists its stages and writes nothing")
  func plan() throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/run"
    let result = try Program.run(["plan", "--data", Fixtures.path("chinook"), "--out", out])
    #expect(result.status == 0, "\(result.errors)")
    for stage in ["encode", "label", "train", "structure", "sample", "calibrate", "assemble", "evaluate"] {
      #expect(result.output.contains(stage))
    }
    #expect(!FileSystem.exists(out))
  }

  @Test("bad input ends with 2, names the place and a remedy, and leaves nothing behind")
  func badInput() throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/run"
    let empty = "\(folder.path)/empty"
    try FileSystem.createFolder(empty)
    let cases: [([String], String)] = [
      (["run", "--data", "\(folder.path)/nowhere"], "nowhere"),
      (["run", "--data", empty], "dataset_meta.json"),
      (["run"], "--data"),
      (["run", "\(folder.path)/missing.yaml"], "missing.yaml"),
      (["run", empty], "--data"),
      (["run", "--data", Fixtures.path("chinook"), "--set", "denoiser.stepz=3"], "denoiser.steps"),
      (["run", "--data", Fixtures.path("chinook"), "--seed", "soon"], "seed"),
      (["run", "--data", Fixtures.path("chinook"), "--workers", "0"], "workers"),
      (["run", "--data", Fixtures.path("chinook"), "--format", "xml"], "data.format"),
      (["inspect", "\(folder.path)/no.h5"], "no.h5"),
      (["inspect", "\(Fixtures.path("chinook"))/album.csv"], "album.csv"),
      (["status", empty], "no run"), (["logs", empty], "no run"), (["retry", empty], "no run"),
      (["cancel", "\(folder.path)/nowhere"], "no such folder"), (["drain", empty, "1"], "no run"),
      (["evaluate", "--real", Fixtures.path("chinook"), "--synthetic", empty], ".csv"),
    ]
    for (arguments, expected) in cases {
      let more = arguments.first == "run" ? ["--out", out] : []
      let result = try Program.run(arguments + more)
      #expect(result.status == 2, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(expected), "\(arguments): \(result.errors)")
      #expect(result.errors.hasPrefix("error: "), "\(arguments): \(result.errors)")
      #expect(!FileSystem.exists(out), "\(arguments)")
    }
  }

  @Test("an output folder with other files in it is refused and left alone")
  func foreignFolder() throws {
    let folder = try TemporaryFolder()
    try FileSystem.writeAtomically(Data("mine".utf8), to: "\(folder.path)/notes.txt")
    let result = try Program.run(["run", "--data", Fixtures.path("chinook"), "--out", folder.path])
    #expect(result.status == 2)
    #expect(FileSystem.list(folder.path) == ["notes.txt"])
  }
}
