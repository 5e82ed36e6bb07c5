import ArgumentParser
import Essentials
import Fleet
import Foundation
import Storage

struct CancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End a run within five seconds.",
    discussion: """
      Workers save what they can in two seconds; then every process of the run ends. What is finished is kept: the same
      `clava run` command goes on from there. A coordinator of this machine that does not react is killed, which does
      no harm either.

      EXAMPLE
        clava cancel RUN
      """)

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  /// Seconds until a coordinator that is asked has answered; it looks twice a second.
  private static let answerSeconds = 1.5
  /// Seconds until one that has answered has ended.
  private static let endSeconds = 8.0

  func run() throws {
    let run = try RunFolder.open(directory)
    let reader = try RunStatusReader(directory: run)
    let before = try reader.read()
    guard before.isAlive else {
      throw ClavaError(
        .input, "no coordinator is at work on this run; there is nothing to cancel", at: .init(file: directory))
    }
    let answer = try RunControl(directory: run).ask(ControlRequest(.cancel), seconds: Self.answerSeconds)
    if answer != nil {
      let deadline = Date().addingTimeInterval(Self.endSeconds)
      while Date() < deadline {
        guard try reader.read().isAlive else { return report(try reader.read()) }
        usleep(50_000)
      }
    }
    guard RunCoordinator.kill(before) else {
      throw ClavaError(
        .messaging,
        "the coordinator (process \(before.process ?? 0) on \(before.machine ?? "another machine")) does not react",
        at: .init(file: directory), remedy: "give the command on that machine, or end the process there")
    }
    print("the coordinator did not react and was killed")
    report(try reader.read())
  }

  private func report(_ status: RunStatus) {
    print("cancelled with \(status.done) of \(status.total) tasks done; give the same `clava run` command to go on")
  }
}

struct DrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Let a worker save its work and leave a run.",
    discussion: """
      The worker finishes its step, saves a checkpoint, gives its task back and ends. Others go on from the checkpoint.

      EXAMPLE
        clava drain RUN "worker 2"
      """)

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Argument(help: "Name or number of the worker, as `clava status` shows it.")
  var worker: String

  func run() throws {
    print(try RunFolder.ask(ControlRequest(.drain, worker: worker), of: RunFolder.open(directory)))
  }
}
