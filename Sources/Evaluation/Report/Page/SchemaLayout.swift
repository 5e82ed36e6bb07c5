/// Where the tables of a schema graph are drawn: parents left of their children, columns of limited height.
struct SchemaLayout {
  static let nodeWidth = 156.0
  static let nodeHeight = 44.0
  private static let columnGap = 56.0
  private static let layerGap = 34.0
  private static let rowGap = 12.0

  /// The upper left corner of each table.
  private(set) var places: [(x: Double, y: Double)]
  /// The size of the whole drawing.
  private(set) var width = 0.0
  private(set) var height = 0.0

  init(_ schema: EvaluationSchema) {
    let count = schema.tables.count
    let index = Dictionary(
      schema.tables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let edges = schema.relations.compactMap { relation -> (parent: Int, child: Int)? in
      guard let parent = index[relation.parent], let child = index[relation.child], parent != child else { return nil }
      return (parent, child)
    }
    places = Array(repeating: (0, 0), count: count)
    let layers = Self.layers(count, edges)
    let tallest = max(8, Int((Double(count).squareRoot() * 1.5).rounded(.up)))
    let columns = Self.columns(Self.ordered(layers, edges, count), tallest: tallest)
    let pitch = Self.nodeHeight + Self.rowGap
    height = Double(columns.map(\.tables.count).max() ?? 0) * pitch - Self.rowGap
    var x = 0.0
    for (position, column) in columns.enumerated() {
      if position > 0 { x += Self.nodeWidth + (column.startsLayer ? Self.columnGap + Self.layerGap : Self.columnGap) }
      let used = Double(column.tables.count) * pitch - Self.rowGap
      for (row, table) in column.tables.enumerated() {
        places[table] = (x, (height - used) / 2 + Double(row) * pitch)
      }
    }
    width = x + Self.nodeWidth
  }

  /// Tables by the longest chain of relations above them; relations that close a cycle are passed over.
  private static func layers(_ count: Int, _ edges: [(parent: Int, child: Int)]) -> [[Int]] {
    var depth = [Int](repeating: 0, count: count)
    // Tables come parents first, so that one pass in their order is enough; a cycle has an edge backwards.
    let forward = edges.filter { $0.parent < $0.child }.sorted { ($0.child, $0.parent) < ($1.child, $1.parent) }
    for edge in forward { depth[edge.child] = max(depth[edge.child], depth[edge.parent] + 1) }
    // A root stands directly left of its nearest child; tables without any relation come last.
    var related = [Bool](repeating: false, count: count)
    var nearest = [Int](repeating: Int.max, count: count)
    for edge in edges {
      related[edge.parent] = true
      related[edge.child] = true
    }
    for edge in forward { nearest[edge.parent] = min(nearest[edge.parent], depth[edge.child]) }
    let deepest = depth.max() ?? 0
    var layers = [[Int]](repeating: [], count: deepest + 2)
    for table in 0..<count {
      let isRoot = depth[table] == 0
      let layer = !related[table] ? deepest + 1 : isRoot && nearest[table] < Int.max ? nearest[table] - 1 : depth[table]
      layers[layer].append(table)
    }
    return layers.filter { !$0.isEmpty }
  }

  /// Each layer by the mean place of its neighbours, which shortens and untangles the lines.
  private static func ordered(_ layers: [[Int]], _ edges: [(parent: Int, child: Int)], _ count: Int) -> [[Int]] {
    var neighbours = [[Int]](repeating: [], count: count)
    for edge in edges {
      neighbours[edge.parent].append(edge.child)
      neighbours[edge.child].append(edge.parent)
    }
    var layers = layers
    var place = [Double](repeating: 0, count: count)
    func note(_ layer: [Int]) {
      for (row, table) in layer.enumerated() { place[table] = (Double(row) + 0.5) / Double(layer.count) }
    }
    layers.forEach(note)
    for sweep in 0..<6 {
      let order = sweep.isMultiple(of: 2) ? Array(layers.indices) : layers.indices.reversed()
      for layer in order {
        let key = Dictionary(
          uniqueKeysWithValues: layers[layer].map { table in
            let around = neighbours[table]
            let mean = around.isEmpty ? place[table] : around.reduce(0) { $0 + place[$1] } / Double(around.count)
            return (table, mean)
          })
        layers[layer].sort { (key[$0] ?? 0, $0) < (key[$1] ?? 0, $1) }
        note(layers[layer])
      }
    }
    return layers
  }

  /// Layers that are too tall, split into columns side by side of about equal height.
  private static func columns(_ layers: [[Int]], tallest: Int) -> [(startsLayer: Bool, tables: [Int])] {
    layers.flatMap { layer -> [(startsLayer: Bool, tables: [Int])] in
      let parts = (layer.count + tallest - 1) / tallest
      let size = (layer.count + parts - 1) / parts
      return (0..<parts).map { part in (part == 0, Array(layer[(part * size)..<min(layer.count, (part + 1) * size)])) }
    }
  }
}
