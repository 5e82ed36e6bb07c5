import Essentials
import Foundation
import Yams

/// The configuration form of the published method: sections `general`, `clustering`, `diffusion`, `classifier`,
/// `sampling`, `matching`, `debug` (reference-method §2.5). What recipe `clava` shares with the published one is taken
/// over; the rest belongs to recipe `clavaddpm` and is named in a notice, never dropped in silence.
struct PublishedConfiguration {
  private(set) var problems: [Problem] = []
  private(set) var notices: [String] = []
  private var path: String?
  private var workspace: String?
  private var experiment: String?
  private var clusters: Int?
  private var parentScale: Double?
  private var scale: Double?

  private static let sections: [String: [String]] = [
    "general": [
      "data_dir", "exp_name", "workspace_dir", "sample_prefix", "test_data_dir",
    ],
    "clustering": ["parent_scale", "num_clusters", "clustering_method"],
    "diffusion": [
      "d_layers", "dropout", "num_timesteps", "model_type", "iterations", "batch_size", "lr", "weight_decay",
      "gaussian_loss_type", "scheduler",
    ],
    "classifier": ["d_layers", "lr", "dim_t", "batch_size", "iterations"],
    "sampling": ["batch_size", "classifier_scale"],
    "matching": ["num_matching_clusters", "matching_batch_size", "unique_matching", "no_matching"],
    "debug": ["sample_scale"],
  ]

  /// Whether a file has this form: it has a `general` section, which the other form lacks.
  static func recognises(_ mapping: Node.Mapping) -> Bool {
    mapping.contains { $0.key.string == "general" }
  }

  init(_ mapping: Node.Mapping, source: String) {
    var unused: [String] = []
    for (sectionNode, value) in mapping {
      let section = sectionNode.string ?? ""
      let place = Problem.Place(file: source, line: sectionNode.mark?.line, key: section)
      guard let known = Self.sections[section] else {
        problems.append(
          Problem(
            "the method's configuration has no such section", at: place,
            remedy: NearestName.remedy(section, among: Array(Self.sections.keys), of: "sections")))
        continue
      }
      guard let keys = value.mapping else {
        problems.append(
          Problem("expected keys, found \(ConfigurationReader.describe(value))", at: place, remedy: "write { … }"))
        continue
      }
      for (keyNode, node) in keys {
        let key = keyNode.string ?? ""
        let at = Problem.Place(file: source, line: keyNode.mark?.line, key: "\(section).\(key)")
        guard known.contains(key) else {
          problems.append(
            Problem(
              "the section has no such key", at: at,
              remedy: NearestName.remedy(key, among: known, of: "keys of \(section)")))
          continue
        }
        switch "\(section).\(key)" {
        case "general.data_dir": path = text(node, at)
        case "general.workspace_dir": workspace = text(node, at)
        case "general.exp_name": experiment = text(node, at)
        case "clustering.num_clusters":
          if node.mapping != nil {
            problems.append(
              Problem(
                "a number of clusters for each table is not supported", at: at,
                remedy: "give one whole number for all relations"))
          } else {
            clusters = number(node, at, 1...1000).map { Int($0) }
          }
        case "clustering.parent_scale": parentScale = number(node, at, 0...1000)
        case "debug.sample_scale": scale = number(node, at, 0.001...10_000)
        default: unused.append("\(section).\(key)")
        }
      }
    }
    if path == nil {
      problems.append(
        Problem(
          "general.data_dir is missing", at: .init(file: source),
          remedy: "name the folder that holds dataset_meta.json"))
    }
    if !unused.isEmpty {
      notices.append(
        "recipe clava makes its own choice in place of \(unused.joined(separator: ", ")) of \(source)")
    }
  }

  func apply(to configuration: inout Configuration) {
    configuration.data.path = path
    configuration.data.format = "clava"
    let output = [workspace, experiment].compactMap { $0 }.joined(separator: "/")
    if !output.isEmpty { configuration.output = output }
    if let clusters { configuration.labels.clusters = clusters }
    if let parentScale { configuration.labels.parentScale = parentScale }
    if let scale { configuration.structure.scale = scale }
  }

  private mutating func text(_ node: Node, _ place: Problem.Place) -> String? {
    guard let text = node.string, !text.isEmpty else {
      problems.append(
        Problem("expected a text, found \(ConfigurationReader.describe(node))", at: place, remedy: "write a path"))
      return nil
    }
    return text
  }

  private mutating func number(_ node: Node, _ place: Problem.Place, _ range: ClosedRange<Double>) -> Double? {
    guard let value = node.string.flatMap(Double.init), range.contains(value) else {
      problems.append(
        Problem(
          "found \(ConfigurationReader.describe(node)), expected a number from \(range.lowerBound) to \(range.upperBound)",
          at: place, remedy: "correct the value"))
      return nil
    }
    return value
  }
}
