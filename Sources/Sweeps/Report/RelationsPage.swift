/// The small sweeps of all denoisers on one HTML page without anything outside of it: a line for each, with a link to
/// its own report.
public struct RelationsPage: Sendable {
  /// Name of the sweep.
  public var name: String
  /// What all of them search.
  public var specification: SweepSpecification
  /// The denoisers, and where the report of each lies, relative to the page.
  public var lines: [(status: RelationStatus, link: String)]
  /// Program and version, for the foot of the page.
  public var generatedBy: String

  /// Prepares a page.
  public init(
    _ specification: SweepSpecification, lines: [(status: RelationStatus, link: String)], generatedBy: String
  ) {
    name = specification.name
    self.specification = specification
    self.lines = lines
    self.generatedBy = generatedBy
  }

  /// The page.
  public var html: String {
    let objective = specification.objectives.first?.name ?? "objective"
    let head = ["denoiser", "trials", "complete", "best", "base", "change", "trial", "what it changes", ""]
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>Sweep \(Markup.escape(name))</title><style>\(SweepReport.style)</style></head>
      <body><h1>Sweep \(Markup.escape(name))</h1>
      <section><h2>Denoisers</h2><p>Each is tuned by its own \(Markup.escape(objective)). Base: the trial with the values of
      the base configuration.</p>
      <div class="scroll"><table><thead><tr>\(head.map { "<th>\($0)</th>" }.joined())</tr></thead>
      <tbody>\(lines.map(row).joined(separator: "\n"))</tbody></table></div></section>
      <footer>\(Markup.escape(generatedBy))</footer><script>\(SweepReport.script)</script></body></html>

      """
  }

  private func row(_ line: (status: RelationStatus, link: String)) -> String {
    let status = line.status
    var change = ""
    if let best = status.bestValue, let base = status.baseValue, base != 0 {
      change = "\(Markup.number(((best / base - 1) * 1000).rounded() / 10)) %"
    }
    var base = status.baseValue.map(Markup.number) ?? ""
    if let ended = status.comparison {
      base = "\(Markup.number(ended.base)) against \(Markup.number(ended.best)) after \(ended.step) steps"
    }
    let cells = [
      Markup.escape(status.relation), "\(status.status.trials)", "\(status.status.counts["complete"] ?? 0)",
      status.bestValue.map(Markup.number) ?? "", base, change,
      status.best.map { "\($0.number)" } ?? "", Markup.escape(status.changes.joined(separator: "; ")),
      "<a href=\"\(Markup.escape(line.link))\">report</a>",
    ]
    return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
  }
}
