import ArgumentParser
import Essentials
import Foundation
import Storage

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what an HDF5 artifact or checkpoint holds.",
    discussion: "EXAMPLE\n  clava inspect RUN/objects/ab/abcd…")

  @Argument(help: "The file.", completion: .file())
  var file: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    guard FileSystem.exists(file), !FileSystem.isFolder(file) else {
      throw ClavaError(
        .input, FileSystem.unreadable(file), at: .init(file: file),
        remedy: "name an HDF5 file, for example one below RUN/objects")
    }
    guard ArtifactInspector.isArtifact(path: file) else {
      throw ClavaError(
        .input, "this is no HDF5 file", at: .init(file: file),
        remedy: "tables and scores are CSV and JSON texts: look at them with other programs")
    }
    let description: ArtifactDescription
    do {
      description = try ArtifactInspector.describe(path: file)
    } catch var error as ClavaError {
      error.code = .input
      throw error
    }
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(description), as: UTF8.self))
    } else {
      for line in Self.lines(description) { print(line) }
    }
  }

  private static func lines(_ description: ArtifactDescription) -> [String] {
    func number(_ value: Double?) -> String { value.map { String(format: "%.5g", $0) } ?? "–" }
    var lines = [
      "\(description.path): \(TextFormatting.bytes(description.fileBytes)), content \(description.contentDigest)", "",
    ]
    lines += TextFormatting.table(
      header: ["dataset", "type", "shape", "bytes", "minimum", "maximum", "mean"],
      rows: description.datasets.map { dataset in
        [
          dataset.name, dataset.type.rawValue, dataset.shape.map(String.init).joined(separator: " × "),
          TextFormatting.bytes(dataset.bytes), number(dataset.minimum), number(dataset.maximum), number(dataset.mean),
        ]
      })
    for dataset in description.datasets {
      guard let text = dataset.text else { continue }
      lines.append("")
      lines.append("\(dataset.name): \(text)")
    }
    return lines
  }
}
