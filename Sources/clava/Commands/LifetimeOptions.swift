import ArgumentParser
import Fleet

/// How long a worker works.
struct LifetimeOptions: ParsableArguments {
  @Option(name: .long, help: "Save the work and leave after this time, for example 55m; never if not given.")
  var lifetime: String?

  @Option(
    name: .customLong("lifetime-stagger"),
    help: "Make the lifetime longer or shorter by up to this time at random, so that workers do not all leave at once.")
  var stagger: String?

  /// - Throws: `ClavaError.configuration` if one is no duration.
  var lifecycle: WorkerLifecycle {
    get throws { try WorkerLifecycle(lifetime: lifetime, stagger: stagger) }
  }
}
