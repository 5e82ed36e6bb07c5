/// When each worker computed what: one line a worker, one colour a kind of task.
struct TimelineFigure {
  let tasks: [RunReport.TaskSpan]

  private static let width = 1000.0
  private static let lane = 22.0
  /// Colours that also people with a colour deficiency tell apart; further kinds share the last one.
  ///
  /// Source: Okabe and Ito, "Color Universal Design".
  private static let colours = 8

  private struct Bar {
    var kind: Int
    var start: Double
    var end: Double
    var title: String
  }

  /// Kinds by the seconds they took, longest first.
  private var kinds: [(name: String, seconds: Double, tasks: Int)] {
    var found: [String: (seconds: Double, tasks: Int)] = [:]
    for task in tasks {
      found[task.kind, default: (0, 0)].seconds += task.seconds
      found[task.kind, default: (0, 0)].tasks += 1
    }
    return found.map { ($0.key, $0.value.seconds, $0.value.tasks) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  var markup: Markup {
    let kinds = kinds
    let colour = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1.name, min($0, Self.colours - 1)) })
    let workers = Set(tasks.map(\.worker)).sorted { ($0.count, $0) < ($1.count, $1) }
    let end = max(tasks.map { $0.start + $0.seconds }.max() ?? 0, 1e-9)
    let height = Double(workers.count) * Self.lane + 20
    return Markup {
      Markup("div", ["class": "scroll"]) {
        Markup(
          "svg",
          [
            "class": "timeline", "viewBox": "-100 0 1110 \(height)", "role": "img",
            "aria-label": "tasks of \(workers.count) workers over \(DisplayNumber.duration(end))",
          ]
        ) {
          for (row, worker) in workers.enumerated() {
            Markup("text", ["x": "-8", "y": "\(Double(row) * Self.lane + 15)", "text-anchor": "end"]) {
              Self.clipped(worker)
            }
            for bar in bars(worker, colour, end) {
              Markup(
                "rect",
                [
                  "class": "k\(bar.kind)", "x": DisplayNumber.coordinate(bar.start),
                  "y": "\(Double(row) * Self.lane + 2)",
                  "width": DisplayNumber.coordinate(max(0.8, bar.end - bar.start)), "height": "18",
                ]
              ) { Markup("title") { bar.title } }
            }
          }
          for part in 0...4 {
            let x = Double(part) * Self.width / 4
            Markup(
              "text",
              [
                "x": DisplayNumber.coordinate(x), "y": "\(height - 4)",
                "text-anchor": part == 0 ? "start" : part == 4 ? "end" : "middle",
              ]
            ) { DisplayNumber.duration(end * Double(part) / 4) }
          }
        }
      }
      Markup("div", ["class": "scroll"]) {
        Markup("table", ["class": "figures sortable"]) {
          Markup("thead") {
            Markup("tr") {
              Markup("th", ["scope": "col"]) { "kind of task" }
              for title in ["tasks", "seconds", "share, %"] {
                Markup("th", ["scope": "col", "class": "number"]) { title }
              }
            }
          }
          Markup("tbody") {
            for kind in kinds { line(kind, colour[kind.name] ?? 0, kinds.reduce(0) { $0 + $1.seconds }) }
          }
        }
      }
    }
  }

  private func line(_ kind: (name: String, seconds: Double, tasks: Int), _ colour: Int, _ total: Double) -> Markup {
    Markup("tr") {
      Markup("th", ["scope": "row"]) {
        Markup("i", ["class": "swatch k\(colour)"])
        kind.name
      }
      Markup("td", ["class": "number"]) { DisplayNumber.count(kind.tasks) }
      Markup("td", ["class": "number"]) { DisplayNumber.decimal(kind.seconds) }
      Markup("td", ["class": "number"]) { DisplayNumber.decimal(kind.seconds / max(total, 1e-9) * 100) }
    }
  }

  /// The tasks of a worker; those that are too short to see are joined with neighbours of their kind.
  private func bars(_ worker: String, _ colour: [String: Int], _ end: Double) -> [Bar] {
    var bars: [Bar] = []
    var joined = 1
    for task in tasks.filter({ $0.worker == worker }).sorted(by: { ($0.start, $0.name) < ($1.start, $1.name) }) {
      let start = task.start / end * Self.width
      let stop = (task.start + task.seconds) / end * Self.width
      let kind = colour[task.kind] ?? 0
      if let last = bars.last, last.kind == kind, start - last.end < 0.5, stop - last.start < 4 {
        joined += 1
        bars[bars.count - 1].end = max(last.end, stop)
        bars[bars.count - 1].title = "\(joined) short tasks of kind \(task.kind)"
      } else {
        joined = 1
        bars.append(
          Bar(kind: kind, start: start, end: stop, title: "\(task.name), \(DisplayNumber.duration(task.seconds))"))
      }
    }
    return bars
  }

  private static func clipped(_ name: String) -> String { name.count > 15 ? name.prefix(14) + "…" : name }
}
