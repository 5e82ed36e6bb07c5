/// A label that is modelled as a column of a table: of a group the rows belong to, or of the groups they head.
///
/// The published method appends the label of every relation to both of its tables, so that what is known of a table's
/// descendants climbs up with its rows.
struct LabelColumn: Codable, Hashable {
  /// The relation whose labels these are.
  var relation: String
  /// Number of the relation among the table's parent relations; nil where the table is the parent.
  var parentIndex: Int?
}
