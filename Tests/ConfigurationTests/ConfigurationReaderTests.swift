import Configuration
import Essentials
import Testing

@Suite("Reading a configuration")
struct ConfigurationReaderTests {
  private func read(_ text: String) throws -> Configuration { try ConfigurationText.read(text) }

  private func problems(_ text: String) -> [Problem] { ConfigurationText.problems(text) }

  @Test("an empty file gives the defaults")
  func emptyFile() throws {
    #expect(try read("") == Configuration())
  }

  @Test("every key that is written can be read again, with the same value")
  func roundTrip() throws {
    var configuration = Configuration()
    configuration.data.path = "a folder: with # odd \"characters\""
    configuration.workers = 3
    configuration.denoiser.layers = [64, 32]
    configuration.checkpoint.every = 90
    configuration.structure.scale = 0.25
    configuration.sampling.seed = 4
    configuration.outputPrefix = "my run"
    configuration.evaluation.data = "held out"
    configuration.tables["t"] = .init(kind: "lookup", ignoreRelations: ["a", "b"], clusters: 7)
    configuration.columns["t.c"] = .init(constant: nil, pattern: "user{row}")
    let again = try read(ConfigurationWriter.text(configuration, explained: true))
    #expect(ConfigurationWriter.differences(from: configuration, to: again).isEmpty)
    #expect(again.denoiser.layers == [64, 32])
    #expect(again.data.path == configuration.data.path)
    #expect(again.tables["t"]?.ignoreRelations == ["a", "b"])
    #expect(again.tables["t"]?.clusters == 7)
    #expect(again.columns["t.c"]?.pattern == "user{row}")
  }

  @Test("an unknown key names its place and its nearest")
  func unknownKey() {
    let found = problems("seed: 1\ndenoiser:\n  stepz: 5\n")
    #expect(found.count == 1)
    #expect(found.first?.place.line == 3)
    #expect(found.first?.place.key == "denoiser.stepz")
    #expect(found.first?.remedy?.contains("denoiser.steps") == true)
  }

  @Test(
    "a value of the wrong type or out of range names what was found and what was expected",
    arguments: [
      ("seed: soon", "seed"), ("denoiser: { steps: 0 }", "denoiser.steps"), ("workers: -1", "workers"),
      ("denoiser: { layers: 256 }", "denoiser.layers"), ("denoiser: { layers: [] }", "denoiser.layers"),
      ("denoiser: { learning_rate: fast }", "denoiser.learning_rate"),
      ("structure: { kind: exactly }", "structure.kind"),
      ("structure: { scale: 0 }", "structure.scale"), ("checkpoint: { every: soon }", "checkpoint.every"),
      ("evaluation: { enabled: maybe }", "evaluation.enabled"), ("denoiser: 5", "denoiser"),
      ("denoiser: { condition: [labels, moon] }", "denoiser.condition"), ("recipe: other", "recipe"),
      ("denoiser: { early_stopping: true }", "denoiser.early_stopping"), ("output: \"\"", "output"),
    ])
  func wrongValues(text: String, key: String) {
    let found = problems(text)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.place.key == key)
    #expect(found.first?.remedy?.isEmpty == false)
  }

  @Test("all problems of a file are reported together")
  func allTogether() {
    #expect(problems("sead: 1\ndenoiser: { steps: 0, batch: x }\ntables: { t: { kind: copy } }\n").count == 4)
  }

  @Test("broken YAML is an error with its line")
  func brokenYAML() {
    let found = problems("a: [1, 2\nb: }\n")
    #expect(found.count == 1)
    #expect(found.first?.place.line != nil)
  }

  @Test("a key given twice is an error")
  func twice() {
    #expect(!problems("seed: 1\nseed: 2\n").isEmpty)
  }

  @Test("numbers may be written as 1e-3 and 1_000, times as 90s, 1.5m or 1h")
  func numberForms() throws {
    let found = try read("denoiser: { learning_rate: 1e-3, steps: 2_000 }\ncheckpoint: { every: 1.5m }\n")
    #expect(found.denoiser.learningRate == 0.001)
    #expect(found.denoiser.steps == 2000)
    #expect(found.checkpoint.every == 90)
  }

  @Test("an override beats the file, and a misspelt one is an error")
  func overrides() throws {
    var reader = ConfigurationReader()
    try reader.read(text: "seed: 1", source: "c.yaml")
    try reader.read(override: "seed=7")
    try reader.read(override: "denoiser.layers=[8, 8]")
    let configuration = try reader.finish()
    #expect(configuration.seed == 7)
    #expect(configuration.denoiser.layers == [8, 8])
    try reader.read(override: "sampling.stepps=3")
    #expect(throws: ClavaError.self) { try reader.finish() }
    #expect(throws: ClavaError.self) { try reader.read(override: "seed") }
  }

  @Test("a text rule without a text or with a misspelt placeholder is an error; other braces are text")
  func textRules() throws {
    #expect(problems("columns: { t.c: { kind: text } }").first?.remedy?.contains("constant") == true)
    #expect(problems("columns: { t.c: { pattern: \"{rwo}\" } }").first?.remedy == "did you mean {row}?")
    let pattern = "{row} of {table}.{column} {} {something else}"
    #expect(try read("columns: { t.c: { pattern: \"\(pattern)\" } }").columns["t.c"]?.pattern == pattern)
  }

  @Test("tables and columns can be overridden by name, in both forms")
  func namedOverrides() throws {
    var reader = ConfigurationReader()
    try reader.read(text: "tables: { shop: { ignore_relations: [owner] } }", source: "c.yaml")
    try reader.read(override: "tables.shop.kind=lookup")
    try reader.read(override: "tables.old.shop.ignore_relations=[a, b]")
    try reader.read(override: "columns.shop.name={ kind: text, pattern: \"shop {row}\" }")
    try reader.read(override: "columns.shop.note.constant=none")
    let configuration = try reader.finish()
    #expect(configuration.tables["shop"]?.kind == "lookup")
    #expect(configuration.tables["shop"]?.ignoreRelations == ["owner"])
    #expect(configuration.tables["old.shop"]?.ignoreRelations == ["a", "b"])
    #expect(configuration.columns["shop.name"]?.pattern == "shop {row}")
    #expect(configuration.columns["shop.note"]?.constant == "none")
  }

  @Test(
    "a wrong override of a table or column names the argument and a remedy",
    arguments: [
      ("tables.shop.kind=static", "tables.shop.kind", "lookup"), ("tables.shop.kin=lookup", "tables.shop.kin", "kind"),
      ("tables.shop=lookup", "tables.shop", "ignore_relations"),
      ("tables.shop.ignore_relations=owner", "tables.shop.ignore_relations", "[reports_to]"),
      ("tables.shop.clusters=0", "tables.shop.clusters", "latent groups"),
      ("columns.shop.name=hidden", "columns.shop", "constant"),
      ("columns.shop.name.kind=number", "columns.shop.name.kind", "text"),
      ("tables.={kind: lookup}", "tables.", "tables"),
    ])
  func wrongNamedOverrides(text: String, key: String, remedy: String) {
    var reader = ConfigurationReader()
    let error = #expect(throws: ClavaError.self) {
      try reader.read(override: text)
      _ = try reader.finish()
    }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.place.file == "--set \(text)")
    #expect(error?.problems.first?.place.key == key)
    #expect(error?.problems.first?.remedy?.contains(remedy) == true, "\(error as Any)")
  }
}
