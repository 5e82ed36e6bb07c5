import SweepFunctions
import Sweeps
import Testing

@Suite("Rungs and brackets")
struct PrunerTests {
  private func options(_ kind: PrunerOptions.Kind, _ min: Int, _ max: Int, eta: Int = 3) -> PrunerOptions {
    var options = PrunerOptions()
    (options.kind, options.min, options.max, options.eta) = (kind, min, max, eta)
    return options
  }

  @Test("rungs are min·ηᵏ up to max")
  func rungs() {
    #expect(RungLadder(options(.asha, 1, 81)).steps == [1, 3, 9, 27, 81])
    #expect(RungLadder(options(.asha, 500, 20_000)).steps == [500, 1500, 4500, 13_500, 20_000])
    #expect(RungLadder(options(.asha, 7, 7)).steps == [7])
    #expect(RungLadder(options(.none, 1, 50)).steps == [50])
    #expect(RungLadder(options(.median, 100, 1000, eta: 2)).steps == [100, 200, 400, 800, 1000])
  }

  @Test("brackets of Hyperband are those of its paper: R = 81, η = 3")
  func brackets() {
    let ladder = RungLadder(options(.hyperband, 1, 81))
    #expect(ladder.brackets == 5)
    #expect(ladder.shares == [81, 34, 15, 8, 5])
    #expect(RungLadder(options(.hyperband, 500, 20_000)).brackets == 4)
    let round = (0..<143).map(ladder.bracket)
    #expect(round.prefix(81).allSatisfy { $0 == 0 } && round[81] == 1 && round[142] == 4)
    #expect(ladder.bracket(ofTrial: 143) == 0)
  }

  /// One round in full generations: on each rung of a bracket the best third of the rung before.
  @Test("populations of Hyperband's rungs equal those computed by hand")
  func populations() throws {
    var specification = SweepSpecification()
    specification.trials = 143
    specification.synchronous = 143
    specification.objectives = [Objective(name: "value", goal: .minimize)]
    specification.sampler.kind = .random
    specification.space = TestFunction.sphere.space
    specification.pruner = options(.hyperband, 1, 81)
    specification.pruner.metric = "value"
    var sweep = try SimulatedSweep(
      specification, objectives: { ["value": TestFunction.sphere.value($0)] },
      rung: { parameters, step in ["value": TestFunction.sphere.value(parameters) + 1 / Double(step)] })
    try sweep.run(slots: 9)
    let counts = (0..<5).map { bracket in
      (0..<5).map { rung in sweep.state.trials.count { $0.bracket == bracket && $0.reached(rung) != nil } }
    }
    #expect(counts == [[81, 27, 9, 3, 1], [0, 34, 11, 3, 1], [0, 0, 15, 5, 1], [0, 0, 0, 8, 2], [0, 0, 0, 0, 5]])
    #expect(sweep.state.isFinished())
    #expect(sweep.state.status.counts == ["complete": 10, "pruned": 133])
  }

  @Test("asynchronous halving promotes the best third of what a rung has seen")
  func asynchronous() throws {
    var specification = SweepSpecification()
    specification.trials = 9
    specification.objectives = [Objective(name: "value", goal: .minimize)]
    specification.sampler.kind = .random
    specification.space = TestFunction.sphere.space
    specification.pruner = options(.asha, 1, 9)
    specification.pruner.metric = "loss"
    var state = try SweepState([SweepState.open(specification)])
    var sequence = 0
    func write(_ record: SweepRecord?) throws {
      sequence += 1
      try state.apply(try #require(record), sequence: sequence)
    }
    // Losses of the trials in the order in which they report; one slot.
    let losses = [5.0, 4, 9, 3, 2, 8, 7, 6, 1]
    var promotions: [Int: [Int]] = [:]
    for (trial, loss) in losses.enumerated() {
      try write(state.next(slots: 1))
      #expect(state.trials.last?.number == trial)
      try write(.reached(0, trial: trial, step: 1, metrics: ["loss": loss]))
      while case .decide(let decide)? = state.next(slots: 1), decide.action == .promote {
        promotions[trial, default: []].append(decide.trial)
        try write(.decide(decide))
        let rung = try #require(state.trials[decide.trial].activeRung)
        try write(.reached(rung, trial: decide.trial, step: 3, metrics: ["loss": losses[decide.trial]]))
        if rung == 2 { try write(.ended(decide.trial, .complete, values: ["value": losses[decide.trial]])) }
      }
    }
    // After 3 reports the best is trial 1 (4); after 4 trial 3 is the best, and one of four may go on; after 5 trial 4;
    // then three have reached rung 1, of which trial 4 goes on to the last; after 9 the last one is the best.
    #expect(promotions == [2: [1], 3: [3], 4: [4, 4], 8: [8, 8]])
  }

  @Test("median: worse than the median of others stops, without others nothing does")
  func median() {
    #expect(PruningRules.isBelowMedian(3, others: [1, 2, 4]))
    #expect(!PruningRules.isBelowMedian(2, others: [1, 2, 4]))
    #expect(!PruningRules.isBelowMedian(9, others: []))
    #expect(PruningRules.isBelowMedian(.nan, others: [1]))
    #expect(PruningRules.halving([(4, 2), (1, 2), (2, nil), (3, 1)], eta: 2) == [3, 1])
    #expect(PruningRules.betterHalf([(0, 3), (1, 1), (2, 2), (3, nil)]) == [1, 2])
  }
}
