import ArgumentParser
import Essentials
import Fleet
import Foundation
import Storage

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how far a run is, from another terminal or after a crash.",
    discussion: """
      Shows tasks by stage, what runs where and how far it is, why other tasks wait, workers that were lost and why,
      and what is wrong now. Works on any machine that sees the run directory.

      EXAMPLES
        clava status RUN
        clava status RUN --watch            again every second until the run is over
        clava status RUN --json             the same as one JSON object (with --watch: one on each line)
        clava status RUN --prometheus       metrics in the text format of Prometheus
      """)

  @Argument(help: ArgumentHelp("Run directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Flag(name: .shortAndLong, help: "Show it again every second until the run is over.")
  var watch = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @Flag(name: .long, help: "Print metrics in the text format of Prometheus.")
  var prometheus = false

  func validate() throws {
    if json && prometheus { throw ValidationError("choose one of --json and --prometheus") }
  }

  func run() throws {
    let reader = try RunStatusReader(directory: RunFolder.open(directory))
    var status = try reader.read()
    let isTerminal = isatty(STDOUT_FILENO) == 1
    guard watch else { return show(status, clears: false) }
    while true {
      show(status, clears: isTerminal)
      guard status.isAlive else { return }
      sleep(1)
      status = try reader.read()
    }
  }

  private func show(_ status: RunStatus, clears: Bool) {
    if json { return JSONLines.print(status) }
    if prometheus { return print(PrometheusText.text(status), terminator: "") }
    let lines = StatusText.lines(status, run: directory)
    // Each line is cleared to its end, and the rest of the screen after the last: nothing flickers.
    let text =
      clears ? "\u{1B}[H" + lines.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J" : lines.joined(separator: "\n") + "\n"
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}
