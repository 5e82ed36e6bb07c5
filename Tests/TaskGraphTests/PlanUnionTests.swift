import Essentials
import TaskGraph
import Testing

@Suite("Several plans as one")
struct PlanUnionTests {
  /// encode → train → sample, with the two values that trials vary.
  private func plan(rate: Double, steps: Int64) throws -> Plan {
    func task(_ id: String, _ parameters: JSONValue, _ input: String?) -> TaskDescription {
      TaskDescription(
        id: TaskIdentifier(id), kind: String(id.prefix { $0 != "/" }), codeVersion: 1, parameters: parameters,
        inputs: input.map { [TaskInput("x", from: TaskIdentifier($0), output: "o")] } ?? [], outputs: ["o"],
        stage: "s", cost: TaskCost(seconds: 1, memory: 1))
    }
    return try Plan(
      tasks: [
        task("encode/a", .null, nil), task("train/a", .number(rate), "encode/a"),
        task("sample/a", .integer(steps), "train/a"),
      ], results: [], numericProfile: "p")
  }

  @Test("what trials share is one task, what they vary and all that follows from it is not")
  func shares() throws {
    let base = try plan(rate: 1, steps: 10)
    let union = try PlanUnion(
      [base, plan(rate: 2, steps: 10), plan(rate: 2, steps: 20), plan(rate: 1, steps: 10)], namedLike: base)
    let kinds = Dictionary(grouping: union.plan.tasks, by: \.kind).mapValues(\.count)
    #expect(kinds == ["encode": 1, "train": 2, "sample": 3])
    #expect(union.names[0] == union.names[3])
    #expect(union.names[0][TaskIdentifier("sample/a")] == TaskIdentifier("sample/a"))
    #expect(union.names[1][TaskIdentifier("train/a")] == union.names[2][TaskIdentifier("train/a")])
    #expect(union.names[1][TaskIdentifier("sample/a")] != union.names[2][TaskIdentifier("sample/a")])
  }

  @Test("a task is called the same in whatever company it appears")
  func stableNames() throws {
    let base = try plan(rate: 1, steps: 10), other = try plan(rate: 3, steps: 10), third = try plan(rate: 4, steps: 10)
    let alone = try PlanUnion([other], namedLike: base)
    let together = try PlanUnion([third, base, other], namedLike: base)
    #expect(alone.names[0] == together.names[2])
    #expect(alone.names[0][TaskIdentifier("encode/a")] == TaskIdentifier("encode/a"))
    #expect(alone.plan.tasks.count == 3)
  }

  @Test("a task with the key of another one has its signature, whatever the two are called")
  func signatures() throws {
    let base = try plan(rate: 1, steps: 10)
    var renamed = base
    renamed.tasks[0].id = TaskIdentifier("other")
    renamed.tasks[1].inputs[0].task = TaskIdentifier("other")
    let union = try PlanUnion([base, renamed], namedLike: base)
    #expect(union.plan.tasks == base.tasks)
  }
}
