internal import Foundation

/// A range of numbers laid out over a length of pixels.
struct ChartScale {
  var low: Double
  var high: Double
  var isLogarithmic = false
  /// Pixels of the two ends; the second may be the smaller one.
  var start: Double
  var end: Double

  /// A scale over all values, with a little room; logarithmic only if all are above 0.
  init(_ values: [Double], isLogarithmic: Bool = false, start: Double, end: Double) {
    let finite = values.filter(\.isFinite)
    self.isLogarithmic = isLogarithmic && finite.allSatisfy { $0 > 0 } && !finite.isEmpty
    var low = finite.min() ?? 0, high = finite.max() ?? 1
    if low == high {
      let room = self.isLogarithmic ? 0 : max(abs(low) * 0.05, 1e-9)
      (low, high) = self.isLogarithmic ? (low / 1.2, high * 1.2) : (low - room, high + room)
    }
    (self.low, self.high, self.start, self.end) = (low, high, start, end)
  }

  func pixel(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? (Foundation.log(max(value, low)) - Foundation.log(low)) / (Foundation.log(high) - Foundation.log(low))
      : (value - low) / (high - low)
    return start + min(max(share, -0.05), 1.05) * (end - start)
  }

  /// Round numbers within the range: powers of ten, or five steps of 1, 2 or 5.
  var ticks: [Double] {
    if isLogarithmic {
      let first = Int(log10(low).rounded(.up)), last = Int(log10(high).rounded(.down))
      let step = max(1, (last - first) / 5)
      let powers = first <= last ? stride(from: first, through: last, by: step).map { pow(10, Double($0)) } : []
      return powers.count >= 2 ? powers : [low, high]
    }
    let rough = (high - low) / 5, power = pow(10, log10(rough).rounded(.down))
    let sizes: [Double] = [1, 2, 5, 10]
    let step: Double = (sizes.first { $0 * power >= rough } ?? 10) * power
    let first = (low / step).rounded(.up), slack = step * 1e-9
    var ticks: [Double] = []
    for index in 0..<12 {
      let tick = (first + Double(index)) * step
      if tick <= high + slack { ticks.append(abs(tick) < slack ? 0 : tick) }
    }
    return ticks
  }
}

/// Texts and numbers inside HTML.
enum Markup {
  static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// Four digits, as short as they get.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value == value.rounded() && abs(value) < 1e6 { return String(Int(value)) }
    return String(format: "%.4g", value)
  }

  /// A place on the page.
  static func pixel(_ value: Double) -> String { String(format: "%.1f", value) }

  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(number((seconds * 10).rounded() / 10)) s"
    case ..<7200: "\(number((seconds / 6).rounded() / 10)) min"
    default: "\(number((seconds / 360).rounded() / 10)) h"
    }
  }

  /// An SVG picture that is as wide as its place allows.
  static func picture(_ width: Double, _ height: Double, label: String, _ content: String) -> String {
    "<svg viewBox=\"0 0 \(pixel(width)) \(pixel(height))\" style=\"max-width:\(pixel(width))px\" role=\"img\" "
      + "aria-label=\"\(escape(label))\">\(content)</svg>"
  }

  static func text(
    _ x: Double, _ y: Double, _ text: String, anchor: String = "middle", name: String = "label", more: String = ""
  ) -> String {
    "<text x=\"\(pixel(x))\" y=\"\(pixel(y))\" text-anchor=\"\(anchor)\" class=\"\(name)\"\(more)>\(escape(text))</text>"
  }

  static func line(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double, name: String = "grid") -> String {
    "<line x1=\"\(pixel(x))\" y1=\"\(pixel(y))\" x2=\"\(pixel(toX))\" y2=\"\(pixel(toY))\" class=\"\(name)\"/>"
  }

  static func dot(
    _ x: Double, _ y: Double, radius: Double = 3, name: String, title: String, more: String = ""
  ) -> String {
    "<circle cx=\"\(pixel(x))\" cy=\"\(pixel(y))\" r=\"\(pixel(radius))\" class=\"\(name)\"\(more)>"
      + "<title>\(escape(title))</title></circle>"
  }

  static func path(_ points: [(Double, Double)], name: String, title: String? = nil, more: String = "") -> String {
    let places = points.map { "\(pixel($0.0)),\(pixel($0.1))" }.joined(separator: " ")
    let inner = title.map { "<title>\(escape($0))</title>" } ?? ""
    return "<polyline points=\"\(places)\" class=\"\(name)\"\(more)>\(inner)</polyline>"
  }

  /// Both axes of a chart with ticks, grid and names.
  static func axes(_ x: ChartScale, _ y: ChartScale, names: (x: String, y: String), showsNumbers: Bool = true) -> String
  {
    var parts: [String] = []
    for tick in y.ticks {
      parts.append(line(x.start, y.pixel(tick), x.end, y.pixel(tick)))
      parts.append(text(x.start - 6, y.pixel(tick) + 4, number(tick), anchor: "end"))
    }
    if showsNumbers {
      for tick in x.ticks {
        parts.append(line(x.pixel(tick), y.start, x.pixel(tick), y.start + 4, name: "axis"))
        parts.append(text(x.pixel(tick), y.start + 17, number(tick)))
      }
    }
    parts.append(line(x.start, y.start, x.end, y.start, name: "axis"))
    parts.append(text((x.start + x.end) / 2, y.start + 34, names.x, name: "name"))
    parts.append(text(x.start - 40, y.end - 10, names.y, anchor: "start", name: "name"))
    return parts.joined()
  }
}
