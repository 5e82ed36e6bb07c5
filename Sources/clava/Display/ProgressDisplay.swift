import Essentials
import Foundation
import Synchronization
import TaskGraph

/// Shows a run's progress: a live picture in a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var model: ProgressModel
    var drawnLines = 0
    var lastDraw = -1e9
    var announced: Set<String> = []
  }

  private let state: Guarded<State>
  private let isTerminal: Bool
  private let start = ContinuousClock.now

  init(plan: Plan, workers: Int) {
    state = Guarded(State(model: ProgressModel(plan: plan, workers: workers)))
    isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Seconds since the display was made.
  var elapsed: Double {
    Double((ContinuousClock.now - start).components.seconds)
      + Double((ContinuousClock.now - start).components.attoseconds) * 1e-18
  }

  /// Applies a change and redraws when it is time.
  func update(_ change: (inout ProgressModel, Double) -> Void) {
    let now = elapsed
    state.withLock { state in
      change(&state.model, now)
      if isTerminal {
        if now - state.lastDraw >= 0.1 { draw(&state, now) }
      } else {
        announce(&state, now)
      }
    }
  }

  /// Prints a line that stays, above the live picture.
  func say(_ line: String) {
    state.withLock { state in
      erase(&state)
      write(line + "\n")
      if isTerminal { draw(&state, elapsed) }
    }
  }

  /// Draws the final state and leaves it on the screen.
  func finish() {
    state.withLock { state in
      if isTerminal {
        draw(&state, elapsed)
        state.drawnLines = 0
      }
    }
  }

  private func draw(_ state: inout State, _ now: Double) {
    erase(&state)
    var lines: [String] = []
    for stage in state.model.stages { lines.append(line(of: stage, in: state.model)) }
    let model = state.model
    let left =
      model.doneCount == model.totalCount ? "done" : "about \(TextFormatting.duration(model.remainingSeconds)) left"
    lines.append("  \(TextFormatting.duration(now)) elapsed, \(left)")
    let names = model.runningTasks.joined(separator: ", ")
    if !names.isEmpty { lines.append("  running: \(String(names.prefix(100)))") }
    write(lines.joined(separator: "\n") + "\n")
    state.drawnLines = lines.count
    state.lastDraw = now
  }

  private func erase(_ state: inout State) {
    guard isTerminal, state.drawnLines > 0 else { return }
    write("\u{1B}[\(state.drawnLines)A\u{1B}[J")
    state.drawnLines = 0
  }

  private func line(of stage: ProgressModel.Stage, in model: ProgressModel) -> String {
    let width = 24
    let filled = Int((model.fraction(stage) * Double(width)).rounded(.down))
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    let name = stage.name.padding(toLength: 10, withPad: " ", startingAt: 0)
    let count = "\(stage.done)/\(stage.total)"
    let padded = String(repeating: " ", count: max(0, 9 - count.count)) + count
    var text = "  \(name) \(bar) \(padded)"
    if let loss = stage.loss, stage.done < stage.total { text += String(format: "  loss %.3f", loss) }
    if stage.cached > 0 { text += "  (\(stage.cached) already done)" }
    return text
  }

  /// Without a terminal: one line when a stage is complete, and every ten seconds while one is running.
  private func announce(_ state: inout State, _ now: Double) {
    for stage in state.model.stages where stage.done == stage.total && state.announced.insert(stage.name).inserted {
      let cached = stage.cached > 0 ? ", \(stage.cached) already done" : ""
      write("[\(TextFormatting.duration(now))] \(stage.name): \(stage.total) tasks done\(cached)\n")
      state.lastDraw = now
    }
    guard now - state.lastDraw >= 10 else { return }
    state.lastDraw = now
    let model = state.model
    let percent = Int(model.overallFraction * 100)
    var text =
      "[\(TextFormatting.duration(now))] \(model.doneCount) of \(model.totalCount) tasks, \(percent) % of the work"
    text += ", about \(TextFormatting.duration(model.remainingSeconds)) left"
    let names = model.runningTasks.prefix(4).joined(separator: ", ")
    if !names.isEmpty { text += "; running \(names)" }
    write(text + "\n")
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
