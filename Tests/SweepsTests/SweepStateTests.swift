import Essentials
import Foundation
import SweepFunctions
import Sweeps
import Testing

@Suite("The state of a sweep")
struct SweepStateTests {
  private static func specification(
    _ kind: PrunerOptions.Kind, sampler: SamplerOptions.Kind = .tpe, trials: Int = 60, synchronous: Int? = nil
  ) -> SweepSpecification {
    var specification = SweepSpecification()
    specification.seed = 11
    specification.trials = trials
    specification.synchronous = synchronous
    specification.objectives = [Objective(name: "value", goal: .minimize)]
    specification.sampler.kind = sampler
    specification.space = TestFunction.conditional.space
    (specification.pruner.kind, specification.pruner.metric) = (kind, "loss")
    (specification.pruner.min, specification.pruner.max) = (1, 27)
    return specification
  }

  /// Early losses are blurred: rungs and objective do not order trials alike.
  private static func sweep(_ specification: SweepSpecification, order: UInt64 = 1) throws -> SimulatedSweep {
    let function = TestFunction.conditional
    return try SimulatedSweep(
      specification, order: order, objectives: { ["value": function.value($0)] },
      rung: { parameters, step in
        let blur = Double(Digest.of(parameters.canonicalText + "\(step)").first64Bits % 1000) / 1000
        return ["loss": function.value(parameters) + 3 * blur / Double(step)]
      })
  }

  @Test(
    "a replay of an asynchronous sweep agrees on everything, in any order of reports",
    arguments: [PrunerOptions.Kind.asha, .hyperband, .median, .none], [1, 2, 3])
  func replay(kind: PrunerOptions.Kind, order: Int) throws {
    var sweep = try Self.sweep(Self.specification(kind), order: UInt64(order))
    try sweep.run(slots: 4)
    #expect(sweep.state.isFinished() && sweep.state.trials.count == 60)
    let report = try SweepReplay.run(sweep.journal)
    #expect(report.suggestions == 60 && (kind == .none || report.decisions > 0))
    #expect(report.differences.isEmpty, "\(report.differences.prefix(3))")
    #expect(!sweep.state.best.isEmpty)
  }

  @Test("a replay reports what was tampered with")
  func tampering() throws {
    var sweep = try Self.sweep(Self.specification(.asha))
    try sweep.run(slots: 4)
    var journal = sweep.journal
    let position = try #require(
      journal.firstIndex { if case .suggest(let suggest) = $0.record { suggest.trial == 30 } else { false } })
    guard case .suggest(var suggest) = journal[position].record else { return }
    suggest.params = TrialParameters(["kind": .string("linear"), "alpha": .number(0.5)])
    journal[position].record = .suggest(suggest)
    let report = try SweepReplay.run(journal)
    #expect(report.differences.contains { $0.trial == 30 && !$0.isRounding })
  }

  @Test("restarts at any point change nothing", arguments: [PrunerOptions.Kind.asha, .median])
  func restarts(kind: PrunerOptions.Kind) throws {
    var whole = try Self.sweep(Self.specification(kind))
    try whole.run(slots: 3)
    var broken = try Self.sweep(Self.specification(kind))
    for _ in 0..<400 {
      try broken.run(slots: 3, reports: 1)
      try broken.restart()
    }
    #expect(broken.journal.map(\.record) == whole.journal.map(\.record))
  }

  @Test(
    "a synchronous sweep has the same trials, decisions and best for any slots and order",
    arguments: [PrunerOptions.Kind.asha, .hyperband, .median, .none])
  func synchronous(kind: PrunerOptions.Kind) throws {
    let specification = Self.specification(kind, trials: 50, synchronous: 12)
    func outcome(slots: Int, order: UInt64) throws -> [Trial] {
      var sweep = try Self.sweep(specification, order: order)
      try sweep.run(slots: slots)
      #expect(sweep.state.isFinished())
      #expect(try SweepReplay.run(sweep.journal).differences.isEmpty)
      return sweep.state.trials
    }
    let first = try outcome(slots: 1, order: 1)
    #expect(first.count == 50)
    for (slots, order) in [(2, 2), (8, 3), (50, 4)] {
      #expect(try outcome(slots: slots, order: UInt64(order)) == first)
    }
  }

  @Test("a grid has every cell once, also after restarts and with cells that somebody enqueued")
  func grid() throws {
    var specification = Self.specification(.none, sampler: .grid)
    specification.trials = nil
    specification.space = ParameterSpace([
      .choice("kind", ["linear", "tree"]), .integer("depth", 1, 20, when: ("kind", "tree")),
      .choice("other", ["a", "b"]),
    ])
    var sweep = try Self.sweep(specification)
    try sweep.run(slots: 3, reports: 10)
    try sweep.write(
      .enqueued(TrialParameters(["kind": .string("tree"), "depth": .integer(19), "other": .string("b")])))
    try sweep.restart()
    try sweep.run(slots: 5)
    let texts = sweep.state.trials.map(\.parameters.canonicalText)
    #expect(texts.count == 42 && Set(texts).count == 42)
    #expect(Set(texts) == Set(specification.space.cells.map(\.canonicalText)))
    #expect(sweep.state.isFinished() && sweep.state.status.most == 42)
  }

  @Test("a list is run line by line")
  func list() throws {
    var specification = Self.specification(.none, sampler: .file)
    specification.trials = nil
    specification.sampler.points = (1...5).map { TrialParameters(["depth": .integer($0)]) }
    var sweep = try Self.sweep(specification)
    try sweep.run(slots: 2)
    #expect(sweep.state.trials.map(\.parameters) == specification.sampler.points)
  }

  @Test("failed and nan trials are told apart, and run again with the same parameters and numbers")
  func retries() throws {
    var specification = Self.specification(.asha, sampler: .random, trials: 12)
    specification.pruner.max = 9
    var isBroken = true
    var state = try SweepState([SweepState.open(specification)])
    var sequence = 0
    func run() throws {
      while true {
        while let record = state.next(slots: 2) {
          sequence += 1
          try state.apply(record, sequence: sequence)
        }
        guard let number = state.active.min(), let rung = state.trials[number].activeRung else { return }
        sequence += 1
        if isBroken && number == 3 {
          try state.apply(.ended(number, .failed, cause: "out of memory"), sequence: sequence)
        } else if isBroken && number == 4 {
          try state.apply(.reached(rung, trial: number, step: 1, metrics: ["loss": .nan]), sequence: sequence)
        } else if rung == state.ladder.last && state.trials[number].reached(rung) != nil {
          try state.apply(.ended(number, .complete, values: ["value": 1]), sequence: sequence)
        } else {
          try state.apply(
            .reached(rung, trial: number, step: 1, metrics: ["loss": Double(number)]), sequence: sequence)
        }
      }
    }
    try run()
    let before = state.trials.map(\.parameters)
    #expect(state.trials[3].end == .failed && state.trials[4].end == .nan)
    #expect(state.status.causes["out of memory"] == 1 && state.status.causes["loss is no number"] == 1)
    isBroken = false
    let retries = state.retries()
    #expect(retries.count == 2)
    for record in retries {
      sequence += 1
      try state.apply(record, sequence: sequence)
    }
    try run()
    #expect(state.trials.map(\.parameters) == before)
    #expect(state.trials.allSatisfy { $0.end == .complete || $0.end == .pruned })
  }

  @Test("ask and tell: a trial that runs elsewhere ends when all objectives are told")
  func askAndTell() throws {
    var specification = Self.specification(.none, trials: 3)
    specification.objectives.append(Objective(name: "seconds", goal: .minimize))
    var state = try SweepState([SweepState.open(specification)])
    try state.apply(try #require(state.ask()), sequence: 1)
    #expect(state.trials[0].source == .asked)
    try state.apply(.told(0, ["value": 2]), sequence: 2)
    #expect(state.trials[0].end == nil)
    try state.apply(.told(0, ["seconds": 5]), sequence: 3)
    #expect(state.trials[0].end == .complete && state.best.map(\.number) == [0])
    #expect(throws: ClavaError.self) { try state.apply(.told(0, ["seconds": 5]), sequence: 4) }
    #expect(throws: ClavaError.self) { try state.apply(.told(7, ["seconds": 5]), sequence: 4) }
  }

  @Test("an edit may widen the sweep but not change what its trials mean")
  func edits() throws {
    var sweep = try Self.sweep(Self.specification(.asha, trials: 20))
    try sweep.run(slots: 3)
    var wider = sweep.state.specification
    wider.trials = 30
    wider.space = ParameterSpace(
      wider.space.parameters.map { $0.name == "depth" ? .integer("depth", 1, 40, when: ("kind", "tree")) : $0 })
    try sweep.write(sweep.state.edit(to: wider))
    try sweep.run(slots: 3)
    #expect(sweep.state.trials.count == 30 && sweep.state.spaceVersion == 1)
    #expect(sweep.state.trials.last?.space == 1)
    #expect(try SweepReplay.run(sweep.journal).differences.isEmpty)
    for change: (inout SweepSpecification) -> Void in [
      { $0.seed = 2 }, { $0.objectives[0].goal = .maximize }, { $0.pruner.max = 81 }, { $0.pruner.metric = "other" },
      { $0.space = ParameterSpace(Array($0.space.parameters.dropLast())) },
      { $0.space = TestFunction.conditional.space }, { $0.synchronous = 4 },
    ] {
      var other = sweep.state.specification
      change(&other)
      #expect(throws: ClavaError.self) { try sweep.state.edit(to: other) }
    }
  }

  @Test("over budget nothing starts, what runs is finished, what waits is pruned")
  func budget() throws {
    var specification = Self.specification(.asha)
    specification.budget = 100
    var sweep = try Self.sweep(specification)
    try sweep.run(slots: 4, reports: 20)
    let count = sweep.state.trials.count
    var state = sweep.state
    var sequence = state.sequence
    for number in state.active.sorted() {
      sequence += 1
      try state.apply(.ended(number, .stopped), sequence: sequence)
    }
    while let record = state.next(slots: 4, elapsed: 101) {
      sequence += 1
      try state.apply(record, sequence: sequence)
    }
    #expect(state.trials.count == count && state.isFinished(elapsed: 101))
    #expect(state.status.counts["paused"] == nil)
  }

  @Test("records are flat objects that say what they are, and come back as they were")
  func records() throws {
    var sweep = try Self.sweep(Self.specification(.asha, trials: 10))
    try sweep.run(slots: 2)
    for entry in sweep.journal {
      let data = try CanonicalJSON.encode(entry.record)
      #expect(try CanonicalJSON.decode(SweepRecord.self, from: data, source: "test") == entry.record)
    }
    let data = try CanonicalJSON.encode(SweepRecord.reached(1, trial: 4, step: 9, metrics: ["loss": .nan]))
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"kind":"rung","metrics":{"loss":null},"rung":1,"step":9,"trial":4}"#)
  }

  @Test("records that do not fit are refused and change nothing")
  func wrongRecords() throws {
    var sweep = try Self.sweep(Self.specification(.asha, trials: 10))
    try sweep.run(slots: 2, reports: 4)
    var state = sweep.state
    let active = try #require(state.active.min()), next = state.sequence + 1
    for record: SweepRecord in [
      try SweepState.open(state.specification), .reached(2, trial: active, step: 1, metrics: [:]),
      .decide(.init(trial: active, action: .promote, seen: 0)), .ended(99, .complete),
      .suggest(.init(trial: 0, params: TrialParameters(), seen: 0, space: 0, source: .sampler)),
    ] {
      #expect(throws: ClavaError.self) { try state.apply(record, sequence: next) }
    }
    #expect(state.trials == sweep.state.trials && state.sequence == sweep.state.sequence)
    #expect(throws: ClavaError.self) { try state.apply(.ended(active, .stopped), sequence: 0) }
  }

  @Test("100 000 trials: the status takes less than a second")
  func manyTrials() throws {
    var sweep = try Self.sweep(Self.specification(.asha, sampler: .random, trials: 100_000))
    let began = ContinuousClock.now
    try sweep.run(slots: 64)
    let fed = ContinuousClock.now - began
    let start = ContinuousClock.now
    let status = sweep.state.status
    let took = ContinuousClock.now - start
    #expect(status.trials == 100_000 && status.rungs[0] == 100_000 && status.rungs[1] >= 33_333)
    #expect(took < .seconds(1))
    let bytes = try sweep.journal.prefix(2000).reduce(0) { try $0 + CanonicalJSON.encode($1.record).count }
    #expect(bytes / 2000 < 400)
    print("1e5 trials: \(sweep.journal.count) records in \(fed), status in \(took), \(bytes / 2000) bytes a record")
  }
}
