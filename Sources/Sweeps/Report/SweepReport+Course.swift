/// How the sweep went on: objectives by trial, metrics by rung, trials by time.
extension SweepReport {
  /// One chart for each objective: every complete trial, and the best so far.
  var history: String {
    specification.objectives.map(history).joined()
  }

  private func history(_ objective: Objective) -> String {
    let points = complete.compactMap { trial in trial.values[objective.name].map { (trial, $0) } }
    guard !points.isEmpty else { return "" }
    let x = ChartScale([0, Double(max(state.trials.count - 1, 1))], start: 64, end: 840)
    let y = ChartScale(points.map(\.1), start: 250, end: 30)
    var best = Double.infinity
    var steps: [(Double, Double)] = []
    for (trial, value) in points where objective.loss(value) < best {
      best = objective.loss(value)
      if let last = steps.last { steps.append((x.pixel(Double(trial.number)), last.1)) }
      steps.append((x.pixel(Double(trial.number)), y.pixel(value)))
    }
    if let last = steps.last { steps.append((x.end, last.1)) }
    let dots = points.map { trial, value in
      Markup.dot(x.pixel(Double(trial.number)), y.pixel(value), name: "complete", title: title(of: trial))
    }
    return Markup.picture(
      860, 295, label: "\(objective.name) by trial",
      Markup.axes(x, y, names: ("trial", "\(objective.name) (\(objective.goal.rawValue))")) + dots.joined()
        + Markup.path(steps, name: "best"))
  }

  /// The pruner's metric of every trial from rung to rung, with the trials that each rung has seen.
  var rungs: String {
    let metric = specification.pruner.metric
    let lines = state.trials.map { trial in
      (trial, trial.rungs.compactMap { reached in reached.metrics[metric].map { (Double(reached.step), $0) } })
    }.filter { !$0.1.isEmpty }
    guard state.prunes, !lines.isEmpty else { return "" }
    let steps = state.ladder.steps.map(Double.init)
    let x = ChartScale(steps, isLogarithmic: true, start: 64, end: 820)
    let y = ChartScale(lines.flatMap { $0.1.map(\.1) }, start: 306, end: 46)
    // The name stands above the numbers of trials.
    var parts = [
      Markup.axes(x, y, names: (specification.pruner.resource, ""), showsNumbers: false),
      Markup.text(x.start - 40, 14, metric, anchor: "start", name: "name"),
    ]
    let counts = state.status.rungs
    for (rung, step) in steps.enumerated() {
      parts.append(Markup.line(x.pixel(step), y.start, x.pixel(step), y.end))
      parts.append(Markup.text(x.pixel(step), y.start + 17, Markup.number(step)))
      parts.append(Markup.text(x.pixel(step), y.end - 10, "\(counts[rung])"))
    }
    for (trial, points) in lines {
      let places = points.map { (x.pixel($0.0), y.pixel($0.1)) }
      parts.append(Markup.path(places, name: "trace \(trial.state.name)", title: title(of: trial)))
      if let last = places.last {
        parts.append(Markup.dot(last.0, last.1, radius: 2.5, name: trial.state.name, title: title(of: trial)))
      }
    }
    return Markup.picture(860, 351, label: "\(metric) by rung", parts.joined())
      + "<p>Numbers on top: trials that reached the rung. Compare values within a rung only.</p>"
  }

  /// Bars of trials, each in the first slot that is free.
  var timeline: String {
    let timed = state.trials.compactMap { trial -> (trial: Trial, from: Double, to: Double)? in
      guard let began = trial.began, let ended = trial.finished ?? trial.rungs.last?.time else { return nil }
      return (trial, began, max(began, ended))
    }.sorted { ($0.from, $0.trial.number) < ($1.from, $1.trial.number) }
    guard let first = timed.first?.from, let last = timed.map(\.to).max(), last > first else { return "" }
    var free: [Double] = []
    var bars: [String] = []
    let x = ChartScale([0, last - first], start: 20, end: 840)
    for bar in timed {
      let slot = free.firstIndex { $0 <= bar.from } ?? free.count
      if slot == free.count { free.append(bar.to) } else { free[slot] = bar.to }
      let left = x.pixel(bar.from - first), width = max(x.pixel(bar.to - first) - left, 1)
      bars.append(
        "<rect x=\"\(Markup.pixel(left))\" y=\"\(Markup.pixel(Double(slot) * 16 + 8))\" width=\"\(Markup.pixel(width))\" "
          + "height=\"12\" rx=\"2\" class=\"bar \(bar.trial.state.name)\"><title>\(Markup.escape(title(of: bar.trial)))"
          + "</title></rect>")
    }
    let bottom = Double(free.count) * 16 + 12
    let ticks = x.ticks.map { tick in
      Markup.line(x.pixel(tick), 4, x.pixel(tick), bottom)
        + Markup.text(x.pixel(tick), bottom + 16, Markup.duration(tick))
    }
    return Markup.picture(860, bottom + 24, label: "trials by time", ticks.joined() + bars.joined())
  }

  /// Every trial with its parameters; a click on a head sorts by it.
  var table: String {
    let parameters = specification.space.parameters.map(\.name), objectives = specification.objectives.map(\.name)
    let best = Set(state.best.map(\.number))
    let head = (["trial", "state"] + objectives + parameters + ["rungs", "seconds", "cause", ""])
      .map { "<th>\(Markup.escape($0))</th>" }.joined()
    let rows = state.trials.map { trial in
      let link = links[trial.number].map { "<a href=\"\(Markup.escape($0))\">log</a>" } ?? ""
      let cells =
        [
          "\(trial.number)",
          "<svg viewBox=\"0 0 12 12\"><circle cx=\"6\" cy=\"6\" r=\"5\" class=\"\(trial.state.name)\"/></svg>\(trial.state.name)",
        ]
        + objectives.map { name in
          let spread = trial.spread?[name].map { " ± \(Markup.number($0))" } ?? ""
          return trial.values[name].map { Markup.number($0) + spread } ?? ""
        } + parameters.map { Markup.escape(trial.parameters.shortText($0) ?? "") }
        + [
          "\(trial.rungs.count)", trial.seconds.map(Markup.number) ?? "", Markup.escape(trial.cause ?? ""), link,
        ]
      return "<tr\(best.contains(trial.number) ? " class=\"chosen\"" : "")>"
        + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return
      "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>"
  }
}
