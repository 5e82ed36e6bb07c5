public import Configuration
internal import Tensors

/// A sweep of scope `relation`: one small sweep for each denoiser, each with trials, rungs and a journal of its own.
extension SweepSpecification {
  /// The small sweep of one denoiser.
  ///
  /// It draws from a stream of its own: further denoisers, or other names of them, move none of its trials.
  public func search(of denoiser: String) -> SweepSpecification {
    var own = self
    own.relation = denoiser
    // Half of the range of a word: seeds are not negative and fit 32 bits.
    own.seed = Int(RandomStream(seed: UInt64(seed), name: "sweep/relation/\(denoiser)").words(row: 0).0 >> 1)
    // How many trials run at the same time is decided for all denoisers together.
    own.maxParallel = nil
    return own
  }
}

extension SweepState {
  /// The records that begin the small sweep of a denoiser. What the configuration has now is tried first, where it lies
  /// within the ranges and the trials are no fixed design, so that the best one can be compared with it.
  ///
  /// - Parameter base: the configuration as the denoiser sees it.
  public static func open(_ specification: SweepSpecification, base: Configuration) throws -> [SweepRecord] {
    let start = try open(specification)
    guard specification.sampler.kind == .tpe || specification.sampler.kind == .random,
      let present = specification.space.values(in: base)
    else { return [start] }
    return [start, .enqueued(present)]
  }

  /// The first trial that changes nothing in a configuration; nil if there is none.
  public func trial(like base: Configuration) -> Trial? {
    let present = specification.space.parameters.map { parameter in
      (name: parameter.name, text: ConfigurationKey.named(parameter.name)?.text(in: base))
    }
    return trials.first { trial in
      present.allSatisfy { name, text in trial.parameters.text(name).map { $0 == text } ?? true }
    }
  }
}
