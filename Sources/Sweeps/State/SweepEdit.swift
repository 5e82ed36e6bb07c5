import Configuration
import Essentials

/// Changes of a sweep that has begun.
extension SweepState {
  /// The record that puts another specification in force: more or fewer trials, another budget, sampler or stop rule,
  /// wider ranges, more choices, further parameters at the end of the list.
  ///
  /// - Throws: `ClavaError.configuration` if trials that are there would no longer belong to the sweep, or the rungs
  ///   they stand on would change.
  public func edit(to new: SweepSpecification) throws -> SweepRecord {
    let old = specification
    var problems: [Problem] = []
    func refuse(_ what: String, _ key: String) {
      problems.append(
        Problem(
          "\(what) cannot change once the sweep has begun", at: .init(key: key),
          remedy: "start another sweep; results that both need are computed once"))
    }
    if old.objectives != new.objectives { refuse("the objectives", "objective") }
    if old.seed != new.seed { refuse("the seed", "sweep.seed") }
    if old.scope != new.scope { refuse("the scope", "sweep.scope") }
    if old.replicates != new.replicates { refuse("the number of replicates", "sweep.replicates") }
    if old.synchronous != new.synchronous { refuse("the size of generations", "sweep.synchronous") }
    if RungLadder(old.pruner).steps != RungLadder(new.pruner).steps || old.pruner.metric != new.pruner.metric
      || old.pruner.goal != new.pruner.goal
    {
      refuse("the rungs, on whose last the learning rate depends,", "pruner")
    }
    if RungLadder(old.pruner).brackets != RungLadder(new.pruner).brackets { refuse("the brackets", "pruner.brackets") }
    for (index, parameter) in old.space.parameters.enumerated() {
      let others = new.space.parameters
      guard others.indices.contains(index), others[index].name == parameter.name,
        others[index].conditions == parameter.conditions
      else {
        refuse("order and conditions of parameters", parameter.name)
        continue
      }
      if !others[index].covers(parameter) {
        problems.append(
          Problem(
            "it may only grow; it was \(parameter.expectation)", at: .init(key: parameter.name),
            remedy: "keep all values it had"))
      }
    }
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
    return .edit(.init(specification: new, what: Self.changes(from: old, to: new), space: spaceVersion + 1))
  }

  /// Lines of the file that differ.
  private static func changes(from old: SweepSpecification, to new: SweepSpecification) -> [String] {
    let before = Set(SweepFileWriter.text(old).split(separator: "\n").map(String.init))
    return SweepFileWriter.text(new).split(separator: "\n").map(String.init).filter { !before.contains($0) }
  }
}

extension Parameter {
  /// Whether it may take all values that another may.
  func covers(_ other: Parameter) -> Bool {
    switch (domain, other.domain) {
    case (.value(let new), .value(let old)): return new == old
    case (.choice(let new), .choice(let old)): return old.allSatisfy(new.contains)
    case (.choice(let new), .value(let old)): return new.contains(old)
    case (.integers, .integers), (.numbers, .numbers):
      guard let levels = other.levels, levels <= 100_000 else {
        return levels == nil && contains(other.value(at: 0)) && contains(other.value(at: 1))
      }
      return (0..<levels).allSatisfy { contains(other.value(level: $0)) }
    default: return false
    }
  }
}
