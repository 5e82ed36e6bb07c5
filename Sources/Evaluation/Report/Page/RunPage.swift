/// How the synthetic rows were made: time, memory, machines, tasks and losses.
struct RunPage {
  let context: PageContext

  var markup: Markup {
    Markup("section", ["id": "run", "aria-labelledby": "run-title"]) {
      Markup("h2", ["id": "run-title"]) { "Run" }
      for report in context.reports {
        if context.isComparison { Markup("h3") { report.title } }
        if let run = report.run {
          details(run)
        } else {
          Markup("p", ["class": "soft"]) {
            "Only the files of the synthetic tables are known, not how they were made."
          }
        }
      }
    }
  }

  @MarkupBuilder
  private func details(_ run: RunReport) -> Markup {
    Markup("div", ["class": "cards"]) {
      card("Wall time", DisplayNumber.duration(run.wallSeconds))
      card("Largest memory of a process", DisplayNumber.bytes(run.peakMemory))
      card("Workers", DisplayNumber.count(run.workers))
      card("Tasks computed", DisplayNumber.count(run.tasks.count))
    }
    if !run.hardware.isEmpty {
      Markup("h3") { "Hardware" }
      Markup("pre") { run.hardware }
    }
    if !run.tasks.isEmpty {
      Markup("h3") { "What the workers did" }
      TimelineFigure(tasks: run.tasks).markup
    }
    if !run.lossCurves.isEmpty {
      Markup("h3") { "Loss over training steps" }
      Markup("p", ["class": "soft"]) { "The scale is logarithmic and each network has its own." }
      Markup("div", ["class": "plots"]) {
        for curve in run.lossCurves { LossFigure(curve: curve).markup }
      }
    }
    if !run.configuration.isEmpty {
      Markup("details") {
        Markup("summary") { "Configuration" }
        Markup("pre") { run.configuration }
      }
    }
  }

  private func card(_ title: String, _ text: String) -> Markup {
    Markup("article", ["class": "card"]) {
      Markup("h3") { title }
      Markup("p", ["class": "big"]) { text }
    }
  }
}
