/// The joint distribution of two columns: real, synthetic and their difference, side by side.
struct HeatMapFigure {
  let plot: PairPlot
  /// A number of its own on the page, for the names of parts that are used several times.
  let number: Int
  /// Whether the numbers under the pointer are shown.
  let hasPointerValues: Bool

  private static let levels = 8
  /// Cells grow where there are few of them, so that maps of any pair are about equally large.
  private var cell: (width: Int, height: Int) {
    (max(12, 144 / max(1, plot.first.count)), min(30, max(12, 120 / max(1, plot.second.count))))
  }
  private static let margin = 76.0

  var markup: Markup {
    let real = shares(plot.counts.real)
    let synthetic = shares(plot.counts.synthetic)
    let largest = max(real.max() ?? 0, synthetic.max() ?? 0, 1e-9)
    let difference = zip(real, synthetic).map { $1 - $0 }
    let widest = max(difference.map(abs).max() ?? 0, 1e-9)
    return Markup("div", ["class": "maps"]) {
      map("real", isFirst: true, real, synthetic) { cells("real", real.map { level($0, largest) }) }
      map("synthetic", isFirst: false, real, synthetic) { cells("synthetic", synthetic.map { level($0, largest) }) }
      map("difference", isFirst: false, real, synthetic) {
        cells("real", difference.map { $0 < 0 ? level(-$0, widest) : 0 })
        cells("synthetic", difference.map { $0 > 0 ? level($0, widest) : 0 })
      }
    }
  }

  private func map(
    _ title: String, isFirst: Bool, _ real: [Double], _ synthetic: [Double], @MarkupBuilder content: () -> Markup
  ) -> Markup {
    let width = Double(plot.first.count * cell.width)
    let height = Double(plot.second.count * cell.height)
    let left = isFirst ? Self.margin : 6
    let size = (width: width + left + 4, height: height + Self.margin + 10)
    let description =
      "\(title): \(plot.pair.pair.first.column) from left to right, \(plot.pair.pair.second.column) from bottom to top"
    return Markup("figure") {
      Markup("figcaption") { title == "difference" ? "synthetic − real" : title }
      Markup(
        "svg",
        [
          "class": "map", "viewBox": "\(-left) -4 \(size.width) \(size.height)", "width": "\(size.width)",
          "height": "\(size.height)", "role": "img", "aria-label": description,
          "data-x": hasPointerValues ? joined(plot.first) : nil,
          "data-y": hasPointerValues ? joined(plot.second) : nil,
          "data-r": hasPointerValues ? values(real) : nil, "data-s": hasPointerValues ? values(synthetic) : nil,
        ]
      ) {
        Markup(
          "rect",
          [
            "class": "ground", "width": DisplayNumber.coordinate(width), "height": DisplayNumber.coordinate(height),
          ])
        content()
        if isFirst {
          Markup("g", ["class": "labels"]) { leftLabels(height) }
          Markup("g", ["id": "axis-\(number)", "class": "labels"]) { lowerLabels(height) }
        } else {
          Markup("use", ["href": "#axis-\(number)"])
        }
      }
    }
  }

  @MarkupBuilder
  private func leftLabels(_ height: Double) -> Markup {
    for (index, label) in plot.second.enumerated() {
      let y = height - (Double(index) + 0.5) * Double(cell.height) + 3.5
      Markup("text", ["x": "-5", "y": DisplayNumber.coordinate(y), "text-anchor": "end"]) { clipped(label) }
    }
  }

  @MarkupBuilder
  private func lowerLabels(_ height: Double) -> Markup {
    for (index, label) in plot.first.enumerated() {
      let x = DisplayNumber.coordinate((Double(index) + 0.5) * Double(cell.width) + 3.5)
      let y = DisplayNumber.coordinate(height + 6)
      Markup(
        "text", ["x": x, "y": y, "text-anchor": "end", "transform": "rotate(-90 \(x) \(y))"]
      ) { clipped(label) }
    }
  }

  private func clipped(_ label: String) -> String {
    let text = label.isEmpty ? "(empty)" : label
    return text.count > 13 ? text.prefix(12) + "…" : text
  }

  /// One path a level, cells of a level that touch in a row joined.
  @MarkupBuilder
  private func cells(_ side: String, _ levels: [Int]) -> Markup {
    let width = plot.first.count
    for level in 1...Self.levels {
      let path = (0..<plot.second.count).map { row -> String in
        var text = ""
        var column = 0
        while column < width {
          guard levels[row * width + column] == level else {
            column += 1
            continue
          }
          let start = column
          while column < width && levels[row * width + column] == level { column += 1 }
          let (y, run) = ((plot.second.count - 1 - row) * cell.height, (column - start) * cell.width)
          text += "M\(start * cell.width) \(y)h\(run)v\(cell.height)h-\(run)z"
        }
        return text
      }.joined()
      if !path.isEmpty { Markup("path", ["class": "\(side) o\(level)", "d": path]) }
    }
  }

  /// The square root makes rare cells visible beside frequent ones.
  private func level(_ share: Double, _ largest: Double) -> Int {
    share <= 0 ? 0 : max(1, Int(((share / largest).squareRoot() * Double(Self.levels)).rounded()))
  }

  private func shares(_ counts: [Int]) -> [Double] {
    let total = Double(max(1, counts.reduce(0, +)))
    return counts.map { Double($0) / total }
  }

  private func values(_ shares: [Double]) -> String {
    shares.map { DisplayNumber.coordinate($0 * 1000) }.joined(separator: ",")
  }

  /// Labels in one attribute; the separator does not occur in them.
  private func joined(_ labels: [String]) -> String {
    labels.map { $0.map { $0 == "¦" ? "|" : String($0) }.joined() }.joined(separator: "¦")
  }
}
