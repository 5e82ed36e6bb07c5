import Configuration
import Essentials
import Evaluation
import Fleet
import Foundation
import Storage
import Synthesis
import Tables
import TaskGraph

/// Completes the published report of a run with what no task knows: how long everything took, and on what.
struct RunReportWriter {
  let session: RunSession
  let outcome: RunOutcome
  let summary: RunSummary

  private var folder: String { "\(session.directory.path)/report" }

  /// Writes `RUN/report/report.json` and `index.html`, if the configuration asks for a report.
  func write() throws {
    let path = "\(folder)/report.json"
    let options = session.configuration.evaluation
    guard options.enabled, options.report else { return }
    var report =
      session.configuration.evaluatesInPlan
      ? try CanonicalJSON.decode(EvaluationReport.self, from: FileSystem.read(path), source: path)
      : try againstFolder()
    report.title = title
    report.generatedBy = ReportFolder.generatedBy
    report.notices = summary.notices + report.notices + holdoutNotice
    report.run = try run()
    try ReportFolder.write([report], to: folder)
  }

  /// The report against the folder that the configuration names instead of the input, which no task has read.
  private func againstFolder() throws -> EvaluationReport {
    let options = session.configuration.evaluation
    let progress = EvaluationProgress()
    defer { progress.finish() }
    let comparison = FolderComparison(
      subject: try EvaluationSubject(run: session.directory.path), compared: [], mode: .paper,
      options: DatabaseReport.Options(
        sections: FindingSection.allCases.filter { options.sections.contains($0.rawValue) },
        findings: FindingOptions(seed: UInt64(session.configuration.seed), rowLimit: options.rowLimit),
        ceilings: options.ceilings, includesPlots: true, threads: session.workers),
      progress: progress)
    return try comparison.run(needsPage: true, needsDetails: false).reports[0]
  }

  /// The name of the data's folder.
  private var title: String {
    let path = RunSession.absolute(session.configuration.data.path ?? "data")
    let parts = path.split(separator: "/").map(String.init)
    let forms = ["clava", "sdv", "data"]
    return parts.last { !forms.contains($0) } ?? parts.last ?? "data"
  }

  private var holdoutNotice: [String] {
    let files = session.project.holdout
    guard !files.isEmpty else { return [] }
    let rows = files.values.reduce(0) { $0 + $1.rowCount }
    return ["\(TextFormatting.count(rows)) real rows were kept from training, by whole groups; they are in RUN/holdout"]
  }

  private func run() throws -> RunReport {
    let objects = try session.directory.objectStore()
    return RunReport(
      lossCurves: try LossCurves.read(session.plan, outputs: outcome.outputs) { objects.path(of: $0.digest) }
        .map { curve in
          .init(
            view: curve.view,
            points: curve.points.map { .init(step: $0.step, loss: $0.loss, validationLoss: $0.validationLoss) })
        },
      tasks: spans(), hardware: Self.hardware, wallSeconds: summary.wallSeconds, peakMemory: summary.fleet.peakMemory,
      workers: summary.fleet.workers,
      configuration: ConfigurationWriter.text(session.configuration, explained: false))
  }

  /// The attempts that delivered a task, from the trace of the run.
  private func spans() -> [RunReport.TaskSpan] {
    let text = (try? FileSystem.read("\(session.directory.path)/trace.csv")).map { String(decoding: $0, as: UTF8.self) }
    let kinds = Dictionary(session.plan.tasks.map { ($0.id.name, $0.id.kind) }, uniquingKeysWith: { first, _ in first })
    let lines = (text ?? "").split(separator: "\n").dropFirst().map(AttemptTrace.fields)
      .filter { $0.count == 10 && $0[7] == "done" }
    let begins = lines.compactMap { Double($0[5]) }
    guard let start = begins.min() else { return [] }
    return lines.compactMap { fields -> RunReport.TaskSpan? in
      guard let kind = kinds[fields[0]], let began = Double(fields[5]), let seconds = Double(fields[6]) else {
        return nil
      }
      return .init(
        name: fields[0], kind: kind, worker: fields[4].isEmpty ? fields[3] : "\(fields[3]) on \(fields[4])",
        start: began - start, seconds: seconds)
    }.sorted { ($0.start, $0.name) < ($1.start, $1.name) }
  }

  /// Processor, memory and system of this machine.
  static var hardware: String {
    let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
      .first { $0.hasPrefix("model name") }?.split(separator: ":").last
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let information = ProcessInfo.processInfo
    return [
      "\(processor ?? "unknown processor"), \(information.activeProcessorCount) cores",
      "\(TextFormatting.bytes(Int(information.physicalMemory))) memory",
      information.operatingSystemVersionString,
    ].joined(separator: "\n")
  }
}
