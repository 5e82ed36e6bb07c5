/// What parameters do: parallel coordinates, slices, a contour and importance.
extension SweepReport {
  /// One axis for each parameter and objective; dragging along an axis keeps the trials that pass there.
  var parallel: String {
    let parameters = varied, objectives = specification.objectives
    guard parameters.count + objectives.count > 1, !state.trials.isEmpty else { return "" }
    let count = parameters.count + objectives.count
    let width = max(860, Double(count) * 110), gap = (width - 160) / Double(count - 1)
    let y = (top: 46.0, bottom: 300.0)
    let scales = objectives.map { objective in
      ChartScale(complete.compactMap { $0.values[objective.name] }, start: y.bottom, end: y.top)
    }
    let ranks = colours()
    var parts: [String] = []
    // The good ones are drawn last, above the others.
    for trial in state.trials.sorted(by: { (ranks[$0.number] ?? 2, $0.number) > (ranks[$1.number] ?? 2, $1.number) }) {
      var points: [(Double, Double)] = [], places: [String] = []
      for (index, parameter) in parameters.enumerated() {
        guard let position = trial.parameters[parameter.name].flatMap(parameter.position) else {
          places.append("")
          continue
        }
        points.append((80 + Double(index) * gap, y.bottom + position * (y.top - y.bottom)))
        places.append(Markup.pixel(points[points.count - 1].1))
      }
      for (index, objective) in objectives.enumerated() {
        guard trial.end == .complete, let value = trial.values[objective.name] else {
          places.append("")
          continue
        }
        points.append((80 + Double(parameters.count + index) * gap, scales[index].pixel(value)))
        places.append(Markup.pixel(points[points.count - 1].1))
      }
      let colour =
        ranks[trial.number].map { " style=\"stroke:\(Self.colour($0))\"" } ?? ""
      parts.append(
        Markup.path(
          points, name: ranks[trial.number] == nil ? "course dim" : "course", title: title(of: trial),
          more: "\(colour) data-places=\"\(places.joined(separator: ","))\""))
    }
    for (index, parameter) in parameters.enumerated() {
      parts.append(axis(parameter, at: 80 + Double(index) * gap, y.top, y.bottom, lowered: index % 2 == 1))
    }
    for (index, objective) in objectives.enumerated() {
      let at = 80 + Double(parameters.count + index) * gap
      let labels = scales[index].ticks.map {
        Markup.text(at - 6, scales[index].pixel($0) + 4, Markup.number($0), anchor: "end")
      }
      parts.append(
        Markup.line(at, y.top, at, y.bottom, name: "axis") + labels.joined()
          + Markup.text(at, (parameters.count + index) % 2 == 1 ? 32 : 16, objective.name, name: "name"))
    }
    for index in 0..<count {
      parts.append(
        "<rect class=\"brush\" data-axis=\"\(index)\" x=\"\(Markup.pixel(80 + Double(index) * gap - 14))\" y=\"\(y.top)\" "
          + "width=\"28\" height=\"\(y.bottom - y.top)\"/>")
    }
    return "<div class=\"scroll\" id=\"parallel\">"
      + Markup.picture(width, 320, label: "parallel coordinates", parts.joined())
      + "</div><p>Drag along an axis to keep the trials that pass there, click it to let go. Blue is best, "
      + "yellow worst; trials that did not complete are dimmed.</p>"
  }

  /// 0 for the best complete trial to 1 for the worst.
  private func colours() -> [Int: Double] {
    let trials = complete
    let last = Double(max(trials.count - 1, 1))
    if specification.objectives.count > 1 {
      let ranks = ParetoFront.ranks(trials.map(state.losses))
      let worst = Double(max(ranks.max() ?? 0, 1))
      return Dictionary(uniqueKeysWithValues: zip(trials.map(\.number), ranks.map { Double($0) / worst }))
    }
    let order = trials.sorted { (state.losses(of: $0)[0], $0.number) < (state.losses(of: $1)[0], $1.number) }
    return Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element.number, Double($0.offset) / last) })
  }

  /// From blue over green to yellow, even for eyes that tell few colours apart.
  static func colour(_ share: Double) -> String {
    let stops: [(Double, Double, Double)] = [(38, 84, 166), (33, 145, 140), (94, 190, 98), (240, 200, 40)]
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2), part = place - Double(index)
    func mixed(_ from: Double, _ to: Double) -> Int { Int(from + part * (to - from)) }
    let (from, to) = (stops[index], stops[index + 1])
    return "rgb(\(mixed(from.0, to.0)),\(mixed(from.1, to.1)),\(mixed(from.2, to.2)))"
  }

  private func axis(_ parameter: Parameter, at x: Double, _ top: Double, _ bottom: Double, lowered: Bool) -> String {
    let ticks = marks(of: parameter).map { mark in
      Markup.text(x - 6, bottom + mark.position * (top - bottom) + 4, mark.text, anchor: "end")
    }
    return Markup.line(x, top, x, bottom, name: "axis") + ticks.joined()
      + Markup.text(x, lowered ? 32 : 16, parameter.name, name: "name")
  }

  /// Values that are written at a parameter's axis: the choices, or round numbers.
  private func marks(of parameter: Parameter) -> [(position: Double, text: String)] {
    let ends: (Double, Double)
    switch parameter.domain {
    case .value(let value): return [(0.5, TrialParameters(["v": value]).text("v") ?? "")]
    case .choice(let values):
      return values.enumerated().map { index, value in
        let text = TrialParameters(["v": value]).text("v") ?? ""
        let short = text.count > 16 ? "\(text.prefix(15))…" : text
        return ((Double(index) + 0.5) / Double(values.count), short)
      }
    case .integers(let range): ends = (Double(range.low), Double(range.high))
    case .numbers(let range): ends = (range.low, range.high)
    }
    let scale = ChartScale([ends.0, ends.1], isLogarithmic: parameter.isLogarithmic, start: 0, end: 1)
    return scale.ticks.map { (scale.pixel($0), Markup.number($0)) }
  }

  /// The first objective against each parameter.
  var slices: String {
    guard let objective = specification.objectives.first else { return "" }
    let points = complete.compactMap { trial in trial.values[objective.name].map { (trial, $0) } }
    guard !points.isEmpty else { return "" }
    let last = Double(max(state.trials.count - 1, 1))
    let pictures = varied.map { parameter in
      let y = ChartScale(points.map(\.1), start: 180, end: 26)
      let x = ChartScale([0, 1], start: 60, end: 300)
      var parts = [Markup.axes(x, y, names: ("", objective.name), showsNumbers: false)]
      parts.append(Markup.text((x.start + x.end) / 2, y.start + 42, parameter.name, name: "name"))
      for (index, mark) in marks(of: parameter).enumerated() {
        // Long neighbours stand in two rows.
        let row = index % 2 == 1 && mark.text.count > 8 ? 12.0 : 0
        parts.append(Markup.text(x.pixel(mark.position), y.start + 14 + row, mark.text))
      }
      for (trial, value) in points {
        guard let position = trial.parameters[parameter.name].flatMap(parameter.position) else { continue }
        let colour = " style=\"fill-opacity:\(Markup.number(0.25 + 0.65 * Double(trial.number) / last))\""
        parts.append(
          Markup.dot(
            x.pixel(position), y.pixel(value), name: "complete", title: title(of: trial), more: colour))
      }
      return Markup.picture(320, 230, label: "\(objective.name) by \(parameter.name)", parts.joined())
    }
    return "<div class=\"many\">\(pictures.joined())</div><p>Later trials are darker.</p>"
  }

  /// The forest's picture of the two most important parameters, the others as in the best trial.
  var contour: String {
    guard let objective = specification.objectives.first, let forest = forest(objective), forest.importance.isEvident,
      let best = complete.min(by: { (state.losses(of: $0)[0], $0.number) < (state.losses(of: $1)[0], $1.number) })
    else { return "" }
    let names = forest.importance.shares.prefix(2).map(\.name)
    let parameters = names.compactMap(specification.space.named)
    let indices = names.compactMap { name in specification.space.parameters.firstIndex { $0.name == name } }
    guard parameters.count == 2, indices.count == 2 else { return "" }
    let x = ChartScale([0, 1], start: 90, end: 490), y = ChartScale([0, 1], start: 330, end: 30)
    let cells = 24
    var values: [(row: Int, column: Int, value: Double)] = []
    var point = specification.space.position(of: best.parameters)
    for row in 0..<cells {
      for column in 0..<cells {
        point[indices[0]] = (Double(column) + 0.5) / Double(cells)
        point[indices[1]] = (Double(row) + 0.5) / Double(cells)
        values.append((row, column, forest.forest.value(at: point)))
      }
    }
    let losses = values.map { objective.loss($0.value) }
    let low = losses.min() ?? 0, range = max((losses.max() ?? 1) - low, 1e-300)
    var parts = values.map { cell in
      let left = x.pixel(Double(cell.column) / Double(cells)), top = y.pixel(Double(cell.row + 1) / Double(cells))
      return "<rect x=\"\(Markup.pixel(left))\" y=\"\(Markup.pixel(top))\" width=\"16.9\" height=\"12.7\" "
        + "fill=\"\(Self.colour((objective.loss(cell.value) - low) / range))\"><title>\(Markup.number(cell.value))"
        + "</title></rect>"
    }
    for trial in complete {
      let places = parameters.map { parameter in trial.parameters[parameter.name].flatMap(parameter.position) }
      guard let across = places[0], let up = places[1] else { continue }
      parts.append(Markup.dot(x.pixel(across), y.pixel(up), radius: 2.5, name: "mark", title: title(of: trial)))
    }
    for mark in marks(of: parameters[0]) { parts.append(Markup.text(x.pixel(mark.position), 347, mark.text)) }
    for mark in marks(of: parameters[1]) {
      parts.append(Markup.text(84, y.pixel(mark.position) + 4, mark.text, anchor: "end"))
    }
    parts.append(Markup.text(290, 366, parameters[0].name, name: "name"))
    parts.append(Markup.text(10, 18, parameters[1].name, anchor: "start", name: "name"))
    return Markup.picture(520, 375, label: "\(objective.name) by two parameters", parts.joined())
      + "<p>\(Markup.escape(objective.name)) as the random forest sees it, the other parameters as in trial "
      + "\(best.number); blue is best.</p>"
  }

  /// Bars of the shares of each objective's variance, and of that of the first rung.
  var importances: String {
    let objectives = specification.objectives.map { objective in
      importance(of: objective).map { shares($0, objective.name) }
        ?? "<p>\(Markup.escape(objective.name)): not enough evidence. It takes four complete trials with different values; "
        + "there are \(complete.count) complete.</p>"
    }
    let rung = rungImportance.map {
      shares(
        $0,
        "\(specification.pruner.metric) at the first rung, after \(Markup.number(Double(state.ladder.steps[0]))) steps")
    }
    return state.trials.isEmpty ? "" : (objectives + [rung ?? ""]).joined()
  }

  private func shares(_ found: ParameterImportance, _ text: String) -> String {
    let score = found.score.map(Markup.number) ?? "none"
    let name = Markup.escape(text)
    guard found.isEvident else {
      return "<p>\(name): not enough evidence. A random forest on \(found.trials) trials has an out-of-bag R² of "
        + "\(score), below \(ParameterImportance.leastScore).</p>"
    }
    let height = Double(found.shares.count + 1) * 24 + 10
    var bars = found.shares.enumerated().map { index, share in
      bar(index, share.name, share.share, "± \(Markup.number((share.spread * 1000).rounded() / 10))")
    }
    bars.append(bar(found.shares.count, "interactions", found.interactions, ""))
    return "<p>\(name): share of the variance that each parameter explains by itself (fANOVA on a random forest; "
      + "\(found.trials) trials, out-of-bag R² \(score)).</p>"
      + Markup.picture(700, height, label: "importance for \(text)", bars.joined())
  }

  private func bar(_ index: Int, _ name: String, _ share: Double, _ spread: String) -> String {
    let y = Double(index) * 24 + 6
    return Markup.text(206, y + 13, name, anchor: "end")
      + "<rect x=\"212\" y=\"\(Markup.pixel(y))\" width=\"\(Markup.pixel(max(share, 0) * 380))\" height=\"17\" rx=\"2\" "
      + "class=\"complete\"/>"
      + Markup.text(
        220 + max(share, 0) * 380, y + 13, "\(Markup.number((share * 1000).rounded() / 10)) % \(spread)",
        anchor: "start")
  }

  /// The first two objectives against each other, the front joined by a line.
  var front: String {
    guard specification.objectives.count > 1, !complete.isEmpty else { return "" }
    let (first, second) = (specification.objectives[0], specification.objectives[1])
    let x = ChartScale(complete.compactMap { $0.values[first.name] }, start: 70, end: 640)
    let y = ChartScale(complete.compactMap { $0.values[second.name] }, start: 300, end: 30)
    let best = state.best
    let numbers = Set(best.map(\.number))
    let dots = complete.compactMap { trial -> String? in
      guard let across = trial.values[first.name], let up = trial.values[second.name] else { return nil }
      let isBest = numbers.contains(trial.number)
      return Markup.dot(
        x.pixel(across), y.pixel(up), radius: isBest ? 5 : 3, name: isBest ? "chosen" : "complete",
        title: title(of: trial))
    }
    let line = best.compactMap { trial -> (Double, Double)? in
      guard let across = trial.values[first.name], let up = trial.values[second.name] else { return nil }
      return (x.pixel(across), y.pixel(up))
    }.sorted { $0 < $1 }
    let joined = specification.objectives.count == 2 ? Markup.path(line, name: "best") : ""
    let volume = state.hypervolume.map { " Hypervolume \(Markup.number($0))." } ?? ""
    return Markup.picture(
      680, 345, label: "Pareto front",
      Markup.axes(
        x, y, names: ("\(first.name) (\(first.goal.rawValue))", "\(second.name) (\(second.goal.rawValue))")) + joined
        + dots.joined()) + "<p>\(best.count) of \(complete.count) complete trials are on the front.\(volume)</p>"
  }
}
