import Essentials

/// The report as one HTML file that loads nothing: style, drawings and script are part of it.
///
/// Pages are sections of the file, chosen by the fragment of the address; that works without the script, which only
/// adds sorting, filtering, zooming and the numbers under the pointer.
public enum ReportPage {
  /// The page of one report, or the comparison of several side by side.
  ///
  /// - Throws: `ClavaError.input` if there is no report.
  public static func html(_ reports: [EvaluationReport]) throws -> String {
    guard !reports.isEmpty else {
      throw ClavaError(.input, "there is no report to show", remedy: "name at least one report.json")
    }
    let context = PageContext(reports)
    let title = reports.map(\.title).joined(separator: " · ")
    let page = Markup("html", ["lang": "en"]) {
      Markup("head") {
        Markup("meta", ["charset": "utf-8"])
        Markup("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        // The browser itself refuses whatever would be loaded from elsewhere.
        Markup(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:",
          ])
        Markup("meta", ["name": "generator", "content": reports[0].generatedBy])
        Markup("title") { title }
        PageStyle.markup
      }
      Markup("body") {
        header(context, title)
        Markup("main") {
          OverviewPage(context: context).markup
          WorstPage(context: context).markup
          FindingPages(context: context).markup
          RunPage(context: context).markup
          NoticesPage(context: context).markup
          TablePages(context: context).markup
        }
        Markup("div", ["id": "tip", "role": "status", "hidden": ""])
        PageScript.markup
      }
    }
    return "<!DOCTYPE html>\n" + page.source + "\n"
  }

  private static func header(_ context: PageContext, _ title: String) -> Markup {
    let sections = FindingPages.sections(context).map { ($0.anchor, $0.title) }
    let pages =
      [("overview", "Overview"), ("tables", "Tables"), ("worst", "Differences")] + sections
      + [("run", "Run"), ("notes", "Notes")]
    return Markup("header") {
      Markup("div", ["class": "top"]) {
        Markup("h1") {
          Markup("small") { context.isComparison ? "Comparison of synthetic databases" : "Synthetic database" }
          title
        }
        Markup("fieldset", ["class": "theme"]) {
          Markup("legend", ["class": "unseen"]) { "colours" }
          for (value, name) in [("auto", "auto"), ("light", "light"), ("dark", "dark")] {
            Markup("label") {
              Markup(
                "input",
                [
                  "type": "radio", "name": "theme", "id": "theme-\(value)", "value": value,
                  "checked": value == "auto" ? "checked" : nil,
                ])
              Markup("span") { name }
            }
          }
        }
      }
      Markup("nav", ["aria-label": "pages"]) {
        for page in pages { Markup("a", ["href": "#\(page.0)"]) { page.1 } }
      }
    }
  }
}
