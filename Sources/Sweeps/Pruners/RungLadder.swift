/// The rungs of a sweep: how much of the resource a trial has spent when it is compared with others, and which rung it
/// starts on.
///
/// Source: Jamieson and Talwalkar (2016), successive halving; Li et al., "Hyperband" (JMLR 18, 2018), algorithm 1.
public struct RungLadder: Sendable, Hashable {
  /// Resource at each rung, rising: min · ηᵏ below max, then max.
  public let steps: [Int]
  /// Number of brackets: bracket b starts on rung b.
  public let brackets: Int
  /// Trials of each bracket in a round: ⌈B / (s + 1) · ηˢ⌉ for s = B − 1 … 0.
  public let shares: [Int]

  /// The ladder of a pruner.
  public init(_ options: PrunerOptions) {
    guard options.kind != .none else {
      (steps, brackets, shares) = ([options.max], 1, [1])
      return
    }
    var steps: [Int] = []
    var next = options.min
    while next < options.max {
      steps.append(next)
      let (product, overflow) = next.multipliedReportingOverflow(by: options.eta)
      next = overflow ? .max : product
    }
    let isPower = next == options.max
    self.steps = steps + [options.max]
    let whole = isPower ? steps.count + 1 : max(steps.count, 1)
    brackets =
      switch options.kind {
      case .hyperband: whole
      case .asha: min(options.brackets, steps.count + 1)
      case .median, .none: 1
      }
    let count = brackets
    shares = (0..<count).map { bracket in
      let exponent = count - 1 - bracket
      var power = 1
      for _ in 0..<exponent {
        let (product, overflow) = power.multipliedReportingOverflow(by: options.eta)
        power = overflow ? Int(Int32.max) : min(product, Int(Int32.max))
      }
      return (count * power + exponent) / (exponent + 1)
    }
  }

  /// The bracket of a trial: rounds of all brackets, each with its share.
  public func bracket(ofTrial number: Int) -> Int {
    guard brackets > 1 else { return 0 }
    var place = number % shares.reduce(0, +)
    for (bracket, share) in shares.enumerated() {
      if place < share { return bracket }
      place -= share
    }
    return 0
  }

  /// The last rung, after which a trial is complete.
  public var last: Int { steps.count - 1 }
}
