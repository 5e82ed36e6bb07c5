import Essentials
import Matching
import Storage
import TaskGraph

/// `match-rows`: the rows of the kept version of a table and of another one in the coordinates in which they are
/// matched.
struct MatchRowsBody: TaskBody {
  let kind = "match-rows"
  let codeVersion = 2

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.MatchRows.self)
    let versions = try Versions(context, views: parameters.views)
    let models = try parameters.views.map { view in
      try context.inputs("model/\(view.name)").first.map(StoredModel.information(path:))
    }
    let features = MatchFeatures(versions, models: models)
    let scaling: MatchFeatures.Scaling = parameters.features == "raw" ? .raw : .scaled
    let coordinates = MatchCoordinates(
      anchors: try features.rows(of: versions.anchor, scaling: scaling),
      others: try features.rows(of: versions.others[parameters.other], scaling: scaling))
    try coordinates.write(to: context.outputPath(OutputName.coordinates))
  }
}

/// The stored coordinates of the rows of two versions.
struct MatchCoordinates {
  /// Rows of the version that is kept.
  var anchors: MatchRows
  /// Rows of the other version.
  var others: MatchRows

  init(anchors: MatchRows, others: MatchRows) {
    // A version without rows has no columns either, which no comparison would accept.
    let width = max(anchors.width, others.width)
    self.anchors = anchors.count == 0 ? MatchRows.empty(width: width) : anchors
    self.others = others.count == 0 ? MatchRows.empty(width: width) : others
  }

  init(path: String) throws {
    let reader = try ArtifactReader(path: path)
    let width = try reader.readJSON("width", as: Int.self)
    anchors = try MatchRows(
      values: try reader.read("anchors", as: Float.self), width: width,
      count: try reader.readJSON("anchor-count", as: Int.self))
    others = try MatchRows(
      values: try reader.read("others", as: Float.self), width: width,
      count: try reader.readJSON("other-count", as: Int.self))
  }

  func write(to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("width", anchors.width)
    try writer.writeJSON("anchor-count", anchors.count)
    try writer.writeJSON("other-count", others.count)
    try writer.write("anchors", anchors.values)
    try writer.write("others", others.values)
    try writer.finish()
  }
}
