import Diffusion
import Essentials
import Synchronization
import Tables
import Tensors

/// What one thread needs to draw rows: a sampler and classifiers of its own.
struct SamplingLane {
  /// Rows that one thread draws at a time. Their bits depend on their numbers only.
  struct Part {
    /// Rows of the table.
    let rows: Range<Int>
    /// Their conditions.
    let condition: ConditionRows
    /// What they are drawn towards, by the classifiers of the lane.
    let guidance: [GuidanceTerm]
    /// Labels of the groups they belong to, for every classifier.
    let labels: [[Int32]]
  }

  /// Draws the rows.
  let sampler: RowSampler
  /// Guides them, in the order of the task's inputs.
  let classifiers: [LabelClassifier]

  /// Takes over a model.
  ///
  /// - Throws: `ClavaError` when a tensor is missing or has another shape.
  init(_ parameters: Parameters.Sample, model: StoredModel, classifiers: [StoredClassifier]) throws {
    guard let solver = SamplingOptions.Solver(rawValue: parameters.solver) else {
      throw ClavaError(.internal, "there is no solver '\(parameters.solver)'")
    }
    sampler = try RowSampler(
      shape: model.information.shape, parameters: model.parameters,
      options: SamplingOptions(
        solver: solver, steps: parameters.steps,
        limit: parameters.clips ? QuantileCodec.normalRange.upperBound : nil))
    self.classifiers = try classifiers.map { stored in
      try LabelClassifier(
        shape: stored.information.shape, tensors: stored.tensors, capacity: RowSampler.subBlockRows)
    }
  }

  /// The terms of some rows, from the labels of their parents for every parent of the view.
  func guidance(_ parameters: Parameters.Sample, labels: [[Int32]]) -> [GuidanceTerm] {
    guard parameters.guidance != 0 else { return [] }
    return zip(parameters.guides, classifiers).map { position, classifier in
      GuidanceTerm(classifier: classifier, labels: classifier.known(labels[position]), scale: parameters.guidance)
    }
  }

  /// Draws parts at the same time, each in the lane of its place.
  ///
  /// - Throws: what the first part that failed has thrown.
  static func sample(
    _ parts: [Part], _ lanes: [SamplingLane], stream: RandomStream, team: ThreadTeam
  ) throws -> [SampledBlock] {
    let drawn = Guarded([Result<SampledBlock, ClavaError>?](repeating: nil, count: parts.count))
    team.run(parts: parts.count, threads: parts.count) { index, _ in
      let part = parts[index]
      let result: Result<SampledBlock, ClavaError>
      do {
        result = .success(
          try lanes[index].sampler.sample(
            condition: part.condition, guidance: part.guidance, firstRow: part.rows.lowerBound, stream: stream))
      } catch {
        result = .failure(.wrapping(error))
      }
      drawn.withLock { $0[index] = result }
    }
    return try drawn.withLock { $0 }.map { result in
      guard let result else { throw ClavaError(.internal, "a part of the rows was not drawn") }
      return try result.get()
    }
  }
}
