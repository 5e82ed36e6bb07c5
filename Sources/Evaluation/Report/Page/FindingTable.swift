/// The findings of one metric: one line for what each is about, several reports side by side.
struct FindingTable {
  /// What a finding is about, whichever report it is from.
  struct Subject: Hashable {
    let table: String?
    let relations: [String]
    let columns: [String]
  }

  let context: PageContext
  /// The findings of the metric, one list a report.
  let findings: [[Finding]]
  /// Whether lines name their table.
  let namesTable: Bool
  /// Lines at most; the best ones are left out.
  let limit: Int

  private let subjects: [Subject]
  private let byReport: [[Subject: Finding]]
  /// The note, where all lines have the same one and there are several.
  private let commonNote: String?

  init(context: PageContext, findings: [[Finding]], namesTable: Bool = true, limit: Int) {
    self.context = context
    self.findings = findings
    self.namesTable = namesTable
    self.limit = limit
    byReport = findings.map { list in
      Dictionary(list.map { (Self.subject($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
    var seen: Set<Subject> = []
    let notes = Set(findings.joined().map(Self.note))
    commonNote = notes.count == 1 && findings.joined().count > 1 ? notes.first.flatMap { $0.isEmpty ? nil : $0 } : nil
    subjects = findings.joined().map(Self.subject).filter { seen.insert($0).inserted }
  }

  static func subject(_ finding: Finding) -> Subject {
    Subject(table: finding.table, relations: finding.relations, columns: finding.columns)
  }

  var markup: Markup {
    let shown = worstFirst.prefix(limit)
    return Markup {
      if let commonNote { Markup("p", ["class": "soft"]) { commonNote } }
      Markup("div", ["class": "scroll"]) {
        Markup("table", ["class": "figures sortable"]) {
          Markup("thead") { context.isComparison ? comparisonHeader : header }
          Markup("tbody") {
            for subject in shown { context.isComparison ? comparisonLine(subject) : line(subject) }
          }
        }
      }
      if subjects.count > shown.count {
        Markup("p", ["class": "soft"]) {
          "\(DisplayNumber.count(subjects.count - shown.count)) more with better scores are in report.json."
        }
      }
    }
  }

  /// Defined scores from the lowest up, then lines without a score in their order.
  private var worstFirst: [Subject] {
    subjects.enumerated().sorted { left, right in
      (lowest(left.element), left.offset) < (lowest(right.element), right.offset)
    }.map(\.element)
  }

  private func lowest(_ subject: Subject) -> Double {
    byReport.compactMap { $0[subject]?.score.number }.min() ?? 2
  }

  private var all: [Finding] { Array(findings.joined()) }
  private var hasReal: Bool { all.contains { $0.real != nil } }
  private var hasHoldout: Bool { all.contains { $0.holdout != nil } }
  private var hasSynthetic: Bool { all.contains { $0.synthetic != nil } }
  private var hasScores: Bool { all.contains { $0.score.isDefined } }
  private var hasNotes: Bool { commonNote == nil && all.contains { !Self.note($0).isEmpty } }

  private func heading(_ text: String, isNumber: Bool = true) -> Markup {
    Markup("th", ["scope": "col", "class": isNumber ? "number" : nil]) { text }
  }

  private var header: Markup {
    let scale = FindingScale(all)
    return Markup("tr") {
      heading(namesTable ? "table" : "about", isNumber: false)
      if hasScores { heading("score, %") }
      if hasSynthetic { heading("synthetic") }
      if hasReal { heading("real") }
      if hasHoldout { heading("held out") }
      if let scale {
        Markup("th", ["scope": "col"]) {
          "from \(DisplayNumber.statistic(scale.bounds.lowerBound)) to \(DisplayNumber.statistic(scale.bounds.upperBound))"
        }
      }
      heading("counted")
      if hasNotes { heading("note", isNumber: false) }
    }
  }

  private func line(_ subject: Subject) -> Markup {
    let finding = byReport[0][subject]
    let scale = FindingScale(all)
    return Markup("tr") {
      Markup("th", ["scope": "row"]) { name(subject) }
      if let finding {
        if hasScores { Markup("td", ["class": "number"]) { ScoreChip.short(finding.score) } }
        if hasSynthetic {
          Markup("td", ["class": "number synthetic"]) {
            statistic(finding.synthetic)
            if let error = finding.standardError { Markup("small") { "± \(DisplayNumber.statistic(error))" } }
          }
        }
        if hasReal { Markup("td", ["class": "number real"]) { statistic(finding.real) } }
        if hasHoldout { Markup("td", ["class": "number"]) { statistic(finding.holdout) } }
        if let scale { Markup("td") { scale.markup(finding) } }
        Markup("td", ["class": "number"]) { DisplayNumber.count(finding.count) }
        if hasNotes { Markup("td", ["class": "note"]) { Self.note(finding) } }
      }
    }
  }

  private var comparisonHeader: Markup {
    Markup("tr") {
      heading(namesTable ? "table" : "about", isNumber: false)
      for report in context.reports { heading(report.title) }
      if hasReal { heading("real") }
    }
  }

  private func comparisonLine(_ subject: Subject) -> Markup {
    let found = byReport.map { $0[subject] }
    let best = ScoreChip.best(found.map { $0?.score })
    return Markup("tr") {
      Markup("th", ["scope": "row"]) { name(subject) }
      for (index, finding) in found.enumerated() {
        Markup("td", ["class": "number"]) {
          if let finding {
            if finding.score.isDefined { ScoreChip.markup(finding.score, isBest: best == index) }
            if finding.synthetic != nil { Markup("small") { statistic(finding.synthetic) } }
            let note = Self.note(finding)
            if hasNotes && !finding.score.isDefined && !note.isEmpty { Markup("span", ["class": "why"]) { note } }
          } else {
            Markup("span", ["class": "why"]) { "not evaluated" }
          }
        }
      }
      if hasReal {
        Markup("td", ["class": "number real"]) { statistic(found.compactMap { $0?.real }.first) }
      }
    }
  }

  private func name(_ subject: Subject) -> Markup {
    let others = subject.columns + subject.relations
    return Markup {
      if namesTable, let table = subject.table { context.link(table) }
      if !others.isEmpty {
        Markup("small") { others.joined(separator: ", ") }
      } else if subject.table == nil || !namesTable {
        Markup("small") { namesTable ? "whole database" : "whole table" }
      }
    }
  }

  private func statistic(_ value: Double?) -> String { value.map(DisplayNumber.statistic) ?? "–" }

  /// The note, and the reason where there is no score.
  private static func note(_ finding: Finding) -> String {
    [finding.note, finding.score.reason.map { "no score: \($0)" }].compactMap(\.self).joined(separator: "; ")
  }
}
