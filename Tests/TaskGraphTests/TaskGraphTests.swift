import Essentials
import TaskGraph
import Testing

private func task(
  _ id: String, inputs: [TaskInput] = [], parameters: JSONValue = .null, seconds: Double = 1,
  sources: [SourceInput] = []
) -> TaskDescription {
  TaskDescription(
    id: TaskIdentifier(id), kind: "k", codeVersion: 1, parameters: parameters, inputs: inputs, sources: sources,
    outputs: ["o"], stage: "s", cost: TaskCost(seconds: seconds, memory: 1))
}

@Suite("Tasks and plans")
struct TaskGraphTests {
  private func input(_ id: String) -> TaskInput { TaskInput("x", from: TaskIdentifier(id), output: "o") }

  @Test("a plan refuses inputs and results that nobody makes, and two tasks of one name")
  func wrongPlans() {
    #expect(throws: ClavaError.self) {
      try Plan(tasks: [task("a", inputs: [input("b")]), task("b")], results: [], numericProfile: "")
    }
    #expect(throws: ClavaError.self) { try Plan(tasks: [task("a"), task("a")], results: [], numericProfile: "") }
    let result = PublishedResult(path: "p", task: TaskIdentifier("a"), output: "none")
    #expect(throws: ClavaError.self) { try Plan(tasks: [task("a")], results: [result], numericProfile: "") }
  }

  @Test("the critical path of a task is the longest chain that begins with it")
  func criticalPath() throws {
    let plan = try Plan(
      tasks: [
        task("a", seconds: 1), task("b", inputs: [input("a")], seconds: 5), task("c", inputs: [input("a")], seconds: 2),
        task("d", inputs: [input("b"), input("c")], seconds: 10),
      ], results: [], numericProfile: "")
    let paths = plan.criticalPathSeconds
    #expect(paths[TaskIdentifier("a")] == 16)
    #expect(paths[TaskIdentifier("b")] == 15)
    #expect(paths[TaskIdentifier("c")] == 12)
    #expect(paths[TaskIdentifier("d")] == 10)
  }

  @Test("a key depends on content and parameters, not on names, paths or costs")
  func keys() throws {
    let one = Digest.of("1"), two = Digest.of("2")
    func key(_ task: TaskDescription, _ inputs: [Digest], _ profile: String = "p") throws -> Digest {
      try TaskKey.of(task, inputs: inputs, numericProfile: profile)
    }
    let reference = try key(task("a", inputs: [input("z")]), [one])
    #expect(try key(task("b", inputs: [input("y")], seconds: 99), [one]) == reference)
    #expect(try key(task("a", inputs: [input("z")]), [two]) != reference)
    #expect(try key(task("a", inputs: [input("z")], parameters: .integer(1)), [one]) != reference)
    #expect(try key(task("a", inputs: [input("z")]), [one], "q") != reference)
    func source(_ path: String, _ digest: Digest) -> TaskDescription {
      task("a", sources: [SourceInput("s", path: path, digest: digest)])
    }
    #expect(try key(source("/x", one), []) == key(source("/y", one), []))
    #expect(try key(source("/x", one), []) != key(source("/x", two), []))
  }

  @Test("folder names are safe and differ where names differ")
  func folderNames() {
    let names = [
      "train/trans", "train_trans", "sample/a b/0", "sample/a_b/0", "x/" + String(repeating: "y", count: 99),
    ]
    let folders = names.map { TaskIdentifier($0).folderName }
    #expect(folders[0] == "train_trans")
    for folder in folders { #expect(!folder.contains("/") && !folder.contains(" ") && folder.count < 100) }
    #expect(Set(folders).count == names.count)
  }

  @Test("a registry finds the body of a kind and refuses another version")
  func registry() throws {
    struct Body: TaskBody {
      let kind = "k"
      let codeVersion = 1
      func run(_ context: any TaskContext) throws {}
    }
    let registry = TaskRegistry([Body()])
    #expect(try registry.body(for: task("a")).kind == "k")
    var newer = task("a")
    newer.codeVersion = 2
    #expect(throws: ClavaError.self) { try registry.body(for: newer) }
    newer.kind = "other"
    #expect(throws: ClavaError.self) { try registry.body(for: newer) }
    #expect(registry.versions == ["k": 1])
  }
}
