internal import Essentials

/// One table of SDV metadata.
struct SDVTable {
  struct Column {
    let name: String
    let role: ColumnRole
    /// The regular expression of an id.
    let pattern: String?
  }

  let name: String
  let node: MetadataNode
  private(set) var columns: [Column] = []
  private(set) var primaryKey: String?
  /// Whether a primary key is named that cannot be used, which is reported.
  private(set) var hasUnusableKey = false
  /// Whether the primary key has several columns.
  private(set) var hasCompositeKey = false

  private static let knownKeys = [
    "primary_key", "columns", "alternate_keys", "sequence_key", "sequence_index", "column_relationships",
    "METADATA_SPEC_VERSION",
  ]

  /// Reads a table; nil if it has no usable list of columns, which is reported.
  init?(_ name: String, _ node: MetadataNode, _ file: MetadataFile, _ list: inout ProblemList) {
    self.name = name
    self.node = node
    guard let members = file.object(node, &list),
      let columnsNode = file.member("columns", of: members, in: node, &list),
      let entries = file.object(columnsNode, &list)
    else { return nil }
    for (key, node) in members where !Self.knownKeys.contains(key) {
      let nearest = NearestName.of(key, among: Self.knownKeys).map { " (did you mean '\($0)'?)" } ?? ""
      list.warn("\(file.path):\(node.line): the key '\(node.path)' is not known and was ignored\(nearest)")
    }
    for (column, node) in entries {
      // One that cannot be read is reported; that the file has it is then no second problem.
      columns.append(
        SDVColumn.read(column, node, table: name, file, &list)
          ?? .init(name: column, role: .categorical, pattern: nil))
    }
    if entries.isEmpty {
      list.add(
        "the table has no columns", at: file.place(columnsNode, table: name), remedy: "describe its columns")
    }
    if let keyNode = members.first(where: { $0.key == "primary_key" })?.node {
      readKey(keyNode, entries.map(\.key), file, &list)
    }
  }

  private mutating func readKey(
    _ node: MetadataNode, _ names: [String], _ file: MetadataFile, _ list: inout ProblemList
  ) {
    switch node.value {
    case .null: return
    case .array(let elements):
      hasUnusableKey = true
      hasCompositeKey = true
      let columns = elements.compactMap { file.string($0, &list) }
      list.add(
        "the primary key (\(columns.joined(separator: ", "))) has several columns, which is not supported yet",
        at: file.place(node, table: name, column: columns.first),
        remedy: "add a one-column key to the table, or leave 'primary_key' out if no table refers to it")
    default:
      guard let key = file.string(node, &list) else { return }
      guard names.contains(key) else {
        hasUnusableKey = true
        list.add(
          "'\(node.path)' is '\(key)', which is no column of the table", at: file.place(node, table: name),
          remedy: NearestName.remedy(key, among: names, of: "columns"))
        return
      }
      primaryKey = key
    }
  }
}

/// One column of SDV metadata.
enum SDVColumn {
  /// Kinds of data that describe persons and the like: their texts are not modelled.
  private static let textTypes: Set<String> = [
    "unknown", "text", "email", "name", "first_name", "last_name", "phone_number", "ssn", "address", "street_address",
    "city", "postcode", "country_code", "state", "state_abbr", "administrative_unit", "company", "user_name",
    "ipv4_address", "ipv6_address", "mac_address", "user_agent_string", "iban", "swift11", "swift8",
    "credit_card_number", "vin", "license_plate", "job", "url", "latitude", "longitude", "bban", "password",
    "prefix", "suffix", "secondary_address", "banking", "date_of_birth",
  ]
  private static let modelledTypes = ["id", "numerical", "categorical", "boolean", "datetime"]
  private static let representations: Set<String> = [
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Float32", "Float64",
  ]

  static func read(
    _ name: String, _ node: MetadataNode, table: String, _ file: MetadataFile, _ list: inout ProblemList
  ) -> SDVTable.Column? {
    guard let members = file.object(node, &list),
      let typeNode = file.member("sdtype", of: members, in: node, &list),
      let type = file.string(typeNode, &list)
    else { return nil }
    func member(_ key: String) -> MetadataNode? { members.first { $0.key == key }?.node }
    let isPersonal = member("pii").flatMap { file.boolean($0, &list) } ?? false
    let pattern = member("regex_format").flatMap { file.string($0, &list) }
    let role: ColumnRole
    switch type {
    case "id": role = .ignoredKey
    case "numerical":
      role = .number
      if let node = member("computer_representation"), let text = file.string(node, &list),
        !representations.contains(text)
      {
        list.add(
          "'\(node.path)' is '\(text)'", at: file.place(node, table: table, column: name),
          remedy: NearestName.remedy(text, among: representations.sorted(), of: "representations"))
      }
    case "categorical": role = .categorical
    case "boolean": role = .boolean
    case "datetime":
      guard let format = dateFormat(node, member("datetime_format"), table, name, file, &list) else { return nil }
      role = .date(format: format)
    case "email": role = .text(.pattern("user{row}@example.com"))
    case _ where isPersonal || textTypes.contains(type): role = .text(.pattern("{column}-{row}"))
    default:
      list.add(
        "'\(typeNode.path)' is '\(type)', which is no known kind of column",
        at: file.place(typeNode, table: table, column: name),
        remedy: NearestName.remedy(type, among: modelledTypes + textTypes.sorted(), of: "sdtypes")
          + " (a text of another kind needs \"pii\": true)")
      return nil
    }
    return .init(name: name, role: role, pattern: pattern)
  }

  private static func dateFormat(
    _ node: MetadataNode, _ formatNode: MetadataNode?, _ table: String, _ column: String, _ file: MetadataFile,
    _ list: inout ProblemList
  ) -> String? {
    let place = file.place(formatNode ?? node, table: table, column: column)
    guard let formatNode else {
      list.add(
        "'\(node.path)' is a datetime without 'datetime_format'", at: place,
        remedy: "add it, for instance \"datetime_format\": \"%Y-%m-%d %H:%M:%S\"")
      return nil
    }
    guard let text = file.string(formatNode, &list) else { return nil }
    guard DateFormat(text) != nil else {
      list.add(
        "'\(formatNode.path)' is '\(text)', which is no supported date format", at: place,
        remedy: "supported directives: \(DateFormat.directives)")
      return nil
    }
    return text
  }
}
