import Configuration
import Essentials
import Synthesis
import TaskGraph
import TestSupport
import Testing

@Suite("Building a plan")
struct PlanBuilderTests {
  private func plan(_ change: (inout Configuration) -> Void = { _ in }) throws -> Plan {
    var configuration = Configuration()
    configuration.data.path = Fixtures.path("chinook")
    change(&configuration)
    return try PlanBuilder.plan(for: try Project(configuration: configuration), numericProfile: "test")
  }

  /// Tasks whose key would differ although their inputs are the same.
  private func changedTasks(_ change: (inout Configuration) -> Void) throws -> Set<String> {
    let before = Dictionary(uniqueKeysWithValues: try plan().tasks.map { ($0.id, $0) })
    let after = try plan(change).tasks
    func key(_ task: TaskDescription) throws -> Digest {
      try TaskKey.of(task, inputs: task.inputs.map { Digest.of($0.task.name) }, numericProfile: "test")
    }
    var changed: Set<String> = []
    for task in after {
      guard let old = before[task.id] else {
        changed.insert(task.kind)
        continue
      }
      if try key(task) != key(old) { changed.insert(task.kind) }
    }
    return changed
  }

  @Test("every table is encoded, given a structure, calibrated and assembled; every relation is labelled")
  func complete() throws {
    let plan = try plan()
    let kinds = Dictionary(grouping: plan.tasks, by: \.kind).mapValues(\.count)
    #expect(kinds["encode"] == 11)
    #expect(kinds["structure"] == 11)
    #expect(kinds["calibrate"] == 11)
    #expect(kinds["assemble"] == 11)
    #expect(kinds["label"] == 10)
    #expect(kinds["evaluate-relation"] == 10)
    // Titles, names and keys alone leave nothing to model in album, artist and playlist_track.
    #expect(kinds["train-denoiser"] == 8)
    for section in ["structure", "temporal", "integrity"] {
      #expect(plan.tasks.count { $0.id.kind == "evaluate-\(section)" } == 11)
    }
    #expect(kinds["evaluate-plots"] == 11)
    #expect(kinds["evaluate-ceilings"] == 1 && kinds["report"] == 1)
    // Tables, scores, report as JSON and as a page.
    #expect(plan.results.count == 14)
  }

  @Test("an option changes only the tasks that read it")
  func narrowKeys() throws {
    #expect(try changedTasks { $0.sampling.steps = 20 } == ["sample"])
    #expect(try changedTasks { $0.denoiser.learningRate = 2e-3 } == ["train-denoiser"])
    #expect(try changedTasks { $0.labels.clusters = 5 } == ["label"])
    #expect(try changedTasks { $0.calibration.kind = "off" } == ["calibrate"])
    #expect(try changedTasks { $0.calibration.jitter = 1 } == ["calibrate"])
    #expect(try changedTasks { $0.structure.kind = "resampled" } == ["structure"])
    #expect(try changedTasks { $0.codec.knots = 64 } == ["encode"])
    #expect(try changedTasks { $0.evaluation.rowLimit = 500 } == ["evaluate-findings"])
    #expect(try changedTasks { $0.evaluation.ceilings = 5 } == ["evaluate-ceilings"])
    #expect(try changedTasks { $0.workers = 7 }.isEmpty)
    #expect(try changedTasks { $0.output = "elsewhere" }.isEmpty)
    #expect(try changedTasks { $0.checkpoint.every = 1 }.isEmpty)
  }

  @Test("an option of one denoiser changes the task of that one only, and its sampling keeps its key")
  func ownOptions() throws {
    let before = Dictionary(uniqueKeysWithValues: try plan().tasks.map { ($0.id, $0) })
    let after = try plan { $0.denoisers["track"] = .init(["layers": "[32]", "steps": "77"]) }.tasks
    #expect(after.count == before.count)
    let changed = after.filter { $0.parameters != before[$0.id]?.parameters || $0.inputs != before[$0.id]?.inputs }
    #expect(changed.map(\.id.name) == ["train-denoiser/track"])
    let train = try #require(changed.first)
    #expect(train.parameters["layers"] == .array([.integer(32)]) && train.parameters["steps"] == .integer(77))
    #expect(train.cost.seconds < before[train.id]?.cost.seconds ?? 0)
  }

  @Test("options for a denoiser that nobody trains are refused with the nearest name")
  func unknownDenoiser() {
    let error = #expect(throws: ClavaError.self) { try plan { $0.denoisers["trac"] = .init(["steps": "5"]) } }
    #expect(error?.problems.first?.remedy == "did you mean 'track'?")
    // Nothing is modelled in this table.
    #expect(throws: ClavaError.self) { try plan { $0.denoisers["artist"] = .init(["steps": "5"]) } }
  }

  @Test("denoisers are listed by name, and the way to one holds what it reads and nothing else")
  func denoisers() throws {
    var configuration = Configuration()
    configuration.data.path = Fixtures.path("chinook")
    let project = try Project(configuration: configuration)
    let found = try PlanBuilder.denoisers(of: project)
    #expect(found.count == 8)
    let customer = try #require(found.first { $0.name == "customer" })
    #expect(customer.task.name == "train-denoiser/customer" && customer.rowCount == 59)
    #expect(!customer.hasValidationRows(configuration))
    configuration.denoiser.holdout = 0.05
    let validated = found.filter { $0.hasValidationRows(configuration) }.map(\.name)
    #expect(validated.sorted() == ["invoice", "invoice_line", "track"])
    let way = try PlanBuilder.plan(for: project, numericProfile: "test").leading(to: customer.task)
    #expect(way.results.isEmpty && way.tasks.last?.id == customer.task)
    #expect(Set(way.tasks.map(\.kind)) == ["encode", "label", "train-denoiser"])
    #expect(way.tasks.count { $0.kind == "train-denoiser" } == 1)
  }

  @Test("a lookup table is not trained, and is named as a suggestion before")
  func lookup() throws {
    let trained = try plan { $0.tables["genre"] = .init(kind: "lookup") }.tasks.map(\.id.name)
    #expect(!trained.contains("train-denoiser/genre"))
    #expect(trained.contains("train-denoiser/track"))
    var configuration = Configuration()
    configuration.data.path = Fixtures.path("chinook")
    #expect(try Project(configuration: configuration).suggestedLookupTables.contains("genre"))
  }

  @Test("no parameter of a task holds a path of this machine")
  func noPaths() throws {
    for task in try plan().tasks {
      let text = String(decoding: try CanonicalJSON.encode(task.parameters), as: UTF8.self)
      #expect(!text.contains(Fixtures.path("chinook")), "\(task.id)")
    }
  }

  @Test("a table that the configuration names and the data lacks is an error that names its nearest")
  func unknownTable() throws {
    let error = #expect(throws: ClavaError.self) { try plan { $0.tables["trakc"] = .init(kind: "lookup") } }
    #expect(error?.description.contains("track") == true)
  }

  /// The published recipe, without its length.
  private func publish(_ configuration: inout Configuration) {
    configuration.structure.kind = "group_sizes"
    configuration.matching.kind = "assignment"
    configuration.labels.neighbours = "all"
    configuration.classifier.scale = 1
  }

  @Test("where labels are sampled, a table is trained, guided and sampled once for each parent and then matched")
  func versions() throws {
    let tasks = try plan(publish).tasks
    let names = Set(tasks.map(\.id.name))
    let parents = ["track.MediaTypeId>media_type", "track.GenreId>genre", "track.AlbumId>album"]
    for relation in parents {
      #expect(names.contains("train-denoiser/\(relation)"))
      #expect(names.contains("train-classifier/\(relation)"))
      #expect(names.contains("expand/\(relation)"))
      #expect(names.contains("calibrate/\(relation)"))
    }
    // Three versions of a track: two of them are matched with the one that is kept.
    #expect(tasks.filter { $0.id.name.hasPrefix("match/track/") }.count == 2)
    // Each version has a denoiser that can have options of its own.
    let own = try plan {
      publish(&$0)
      $0.denoisers["track.GenreId>genre"] = .init(["layers": "[32]"])
    }.tasks
    let before = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0.parameters) })
    #expect(own.filter { $0.parameters != before[$0.id] }.map(\.id.name) == ["train-denoiser/track.GenreId>genre"])
    #expect(!names.contains("train-denoiser/track"))
    // A root is one version; its labels are what is modelled even where it has no other column.
    #expect(names.contains("train-denoiser/artist"))
    #expect(!names.contains("train-classifier/artist"))
  }

  @Test("where labels are sampled, a table's rows wait for the rows of its parents")
  func order() throws {
    let tasks = Dictionary(uniqueKeysWithValues: try plan(publish).tasks.map { ($0.id.name, $0) })
    func inputs(_ name: String) -> [String] { tasks[name]?.inputs.map(\.task.name) ?? [] }
    #expect(inputs("expand/album.ArtistId>artist").contains("structure/artist"))
    #expect(inputs("structure/artist").contains("calibrate/artist"))
    #expect(inputs("calibrate/artist").contains("sample/artist/0"))
    #expect(inputs("sample/album.ArtistId>artist/0").contains("train-classifier/album.ArtistId>artist"))
    #expect(inputs("assemble/track").contains("structure/track"))
  }

  @Test("another seed of sampling leaves every training as it is")
  func samplingSeed() throws {
    for publishes in [false, true] {
      let change: (inout Configuration) -> Void = { if publishes { self.publish(&$0) } }
      let before = Dictionary(uniqueKeysWithValues: try plan(change).tasks.map { ($0.id, $0.parameters) })
      let after = try plan {
        change(&$0)
        $0.sampling.seed = 99
      }.tasks
      let changed = Set(after.filter { before[$0.id] != $0.parameters }.map(\.kind))
      #expect(changed.isDisjoint(with: ["encode", "label", "train-denoiser", "train-classifier"]))
      #expect(changed.contains("sample"))
    }
  }

  @Test("every choice of the published method that trains is part of the key of what it trains")
  func publishedKeys() throws {
    #expect(try changedTasks { $0.denoiser.process = "ddpm" } == ["train-denoiser"])
    #expect(try changedTasks { $0.codec.kind = "quantile" } == ["encode"])
    #expect(try changedTasks { $0.labels.method = "gmm" } == ["label"])
    #expect(try changedTasks { $0.sampling.seed = 3 } == ["structure", "sample", "calibrate"])
  }

  @Test("an omitted table takes part in labels and in nothing else, and no table may refer to it")
  func omitted() throws {
    let names = try plan { $0.tables["invoice_line"] = .init(kind: "omitted") }.tasks.map(\.id.name)
    #expect(names.contains("label/invoice_line.InvoiceId>invoice"))
    #expect(!names.contains { $0.hasPrefix("train") && $0.hasSuffix("invoice_line") })
    #expect(!names.contains("assemble/invoice_line"))
    #expect(!names.contains { $0.hasPrefix("evaluate") && $0.contains("invoice_line") })
    #expect(names.contains("assemble/invoice"))
    let error = #expect(throws: ClavaError.self) { try plan { $0.tables["invoice"] = .init(kind: "omitted") } }
    #expect(error?.description.contains("invoice_line") == true)
  }
}
