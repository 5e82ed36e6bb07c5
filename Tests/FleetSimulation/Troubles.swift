/// How unkind the simulated world is until `endSeconds`; afterwards it is kind. Rates are per second, for each worker
/// or for the one coordinator.
package struct Troubles: Sendable {
  /// Share of messages that are lost.
  package var drop = 0.0
  /// Share of messages that arrive twice.
  package var duplicate = 0.0
  /// Longest time a message takes, in seconds; they overtake each other.
  package var longestDelay = 0.01
  /// Workers that are killed; half of them come back, half of the deaths are seen only by their silence.
  package var workerDeaths = 0.0
  /// Compute processes that crash.
  package var computeCrashes = 0.0
  /// Workers that stand still, often for longer than a lease.
  package var freezes = 0.0
  /// Links that carry nothing for a while, in one or both directions.
  package var partitions = 0.0
  /// Coordinators that are killed: what they had not yet written is lost.
  package var coordinatorDeaths = 0.0
  /// Power cuts: what was not forced to disk is lost or torn.
  package var powerCuts = 0.0
  /// Coordinators that are taken for dead, replaced, and wake up again.
  package var thaws = 0.0
  /// Share of fsync calls that fail.
  package var syncFailures = 0.0
  /// Other processes that commit results of their own making.
  package var strangers = 0.0
  /// Share of the strangers' results that differ from what they should be.
  package var unequalResults = 0.0
  /// When the troubles end.
  package var endSeconds = 40.0

  package init() {}

  package init(_ adjust: (inout Troubles) -> Void) { adjust(&self) }

  /// A mixture that follows from the seed: each trouble is there or not, so that some seeds show one alone.
  package static func mixture(seed: UInt64) -> Troubles {
    var dice = Dice(seed ^ 0x7A0B_1E55)
    func draw(_ most: Double) -> Double { dice.chance(0.5) ? dice.uniform() * most : 0 }
    return Troubles {
      $0.drop = draw(0.3)
      $0.duplicate = draw(0.3)
      $0.longestDelay = 0.002 + draw(2)
      $0.workerDeaths = draw(0.06)
      $0.computeCrashes = draw(0.06)
      $0.freezes = draw(0.04)
      $0.partitions = draw(0.05)
      $0.coordinatorDeaths = draw(0.15)
      $0.powerCuts = draw(0.1)
      $0.thaws = draw(0.05)
      $0.syncFailures = draw(0.02)
      $0.strangers = draw(0.3)
      $0.unequalResults = draw(0.5)
    }
  }
}
