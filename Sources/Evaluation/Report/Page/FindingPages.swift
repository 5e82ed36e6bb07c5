/// One page for each section of findings that some report has.
struct FindingPages {
  let context: PageContext

  /// The sections that were evaluated.
  static func sections(_ context: PageContext) -> [FindingSection] {
    FindingSection.allCases.filter { section in
      context.reports.contains { !($0.findings[section] ?? []).isEmpty }
    }
  }

  var markup: Markup {
    Markup {
      for section in Self.sections(context) {
        Markup("section", ["id": section.anchor, "aria-labelledby": "\(section.anchor)-title"]) { page(section) }
      }
    }
  }

  @MarkupBuilder
  private func page(_ section: FindingSection) -> Markup {
    let lists = context.reports.map { $0.findings[section] ?? [] }
    Markup("h2", ["id": "\(section.anchor)-title"]) { section.title }
    Markup("p", ["class": "lead"]) { section.question }
    Markup("p", ["class": "prose"]) { section.explanation }
    if section == .privacy && !lists.joined().contains(where: { $0.holdout != nil }) {
      Markup("p", ["class": "remark"]) {
        "There are no held-out rows, so nothing shows how near real rows come to each other by chance. Distances alone "
          + "cannot tell a good likeness from a copy: evaluate with a holdout before drawing conclusions."
      }
    }
    if !context.isComparison { SideLegend.markup(hasHoldout: lists.joined().contains { $0.holdout != nil }) }
    for metric in Self.metrics(lists) {
      Markup("h3") { metric }
      if let sentence = MetricText.explanation(metric) { Markup("p", ["class": "soft"]) { sentence } }
      FindingTable(
        context: context, findings: lists.map { list in list.filter { $0.metric == metric } },
        limit: context.limits.findings
      ).markup
    }
  }

  /// The metrics in the order of their first findings.
  static func metrics(_ lists: [[Finding]]) -> [String] {
    var seen: Set<String> = []
    return lists.joined().map(\.metric).filter { seen.insert($0).inserted }
  }
}
