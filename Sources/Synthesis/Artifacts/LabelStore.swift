import Latents
import Storage

/// Latent labels of one relation, one entry for each real parent row.
struct RelationLabels {
  /// Summary of a labelling.
  struct Information: Codable {
    var relation: String
    var labelCount: Int
    /// Mean share of a group's rows whose own component is the group's label.
    var agreement: Double
  }

  var information: Information
  /// Label of the parent row's group.
  var labels: [Int32]
  /// Number of rows in the parent row's group.
  var sizes: [Int32]
  /// How often groups of a label have which size.
  var groupSizes: GroupSizeTable

  init(information: Information, labels: [Int32], sizes: [Int32], groupSizes: GroupSizeTable) {
    self.information = information
    self.labels = labels
    self.sizes = sizes
    self.groupSizes = groupSizes
  }

  init(path: String) throws {
    let reader = try ArtifactReader(path: path)
    information = try reader.readJSON("information", as: Information.self)
    labels = try reader.read("labels", as: Int32.self)
    sizes = try reader.read("sizes", as: Int32.self)
    groupSizes = try reader.readJSON("group-sizes", as: GroupSizeTable.self)
  }

  func write(to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("information", information)
    try writer.write("labels", labels)
    try writer.write("sizes", sizes)
    try writer.writeJSON("group-sizes", groupSizes)
    try writer.finish()
  }
}
