import Configuration
import Diffusion
import Tables
import TaskGraph

/// Views, and the models that are trained for them.
extension PlanBuilder {
  /// Whether labels are columns of the models and group sizes follow from them.
  var samplesLabels: Bool { configuration.structure.kind == "group_sizes" }

  /// What one model each is trained for: a table with all its parents, or in the published method one version of the
  /// table for each parent.
  func views(of name: String) throws -> [Parameters.View] {
    let schema = project.schema
    let parents = schema.parents(of: name), children = schema.children(of: name)
    let splitSeed = configuration.codec.useAllRows ? nil : seed
    guard samplesLabels, try project.table(name).kind == .generated else {
      return [
        Parameters.View(
          name: name, table: name, parents: Array(parents.indices), children: children.count, labelColumns: [],
          labelCodec: nil, splitSeed: splitSeed)
      ]
    }
    func view(_ viewName: String, _ relation: Relation?) throws -> Parameters.View {
      let columns =
        children.map { LabelColumn(relation: $0.name, parentIndex: nil) }
        + (try parents.filter { $0.name != relation?.name }.map {
          LabelColumn(relation: $0.name, parentIndex: try index(of: $0))
        })
      return Parameters.View(
        name: viewName, table: name, parents: try relation.map { [try index(of: $0)] } ?? [], children: 0,
        labelColumns: columns, labelCodec: try columns.isEmpty ? nil : codecOptions(of: name), splitSeed: splitSeed)
    }
    if parents.isEmpty { return [try view(name, nil)] }
    return try schema.parentOrder(of: name).map { try view($0.name, $0) }
  }

  /// Names of the views of a table.
  static func viewNames(of table: TableSchema, in project: Project) throws -> [String] {
    let samplesLabels = project.configuration.structure.kind == "group_sizes" && table.kind == .generated
    let parents = project.schema.parentOrder(of: table.name)
    return samplesLabels && !parents.isEmpty ? parents.map(\.name) : [table.name]
  }

  /// Whether the network has anything to model in a view.
  func isModelled(_ view: Parameters.View) throws -> Bool {
    let table = try project.table(view.table), survey = try project.survey(of: view.table)
    guard table.kind == .generated, survey.rowCount > 0 else { return false }
    return !view.labelColumns.isEmpty
      || zip(table.columns, survey.columns).contains { column, values in
        switch column.role {
        case .number, .date: if case .numbers = values.content { true } else { false }
        case .categorical, .boolean: true
        case .text: values.missingCount > 0
        case .primaryKey, .foreignKey, .ignoredKey: false
        }
      }
  }

  /// The relations that have a classifier for a view, as numbers among its parents. Where labels are sampled there is
  /// one even if its gradient is given no weight: it tells how far the rows show the labels they were made for.
  func guides(of view: Parameters.View) throws -> [Int] {
    let options = configuration.classifier
    guard samplesLabels || options.scale > 0, options.steps > 0, try isModelled(view) else {
      return []
    }
    return Array(view.parents.indices)
  }

  /// The relation that is the `position`-th parent of a view.
  func parent(_ position: Int, of view: Parameters.View) -> Relation {
    project.schema.parents(of: view.table)[view.parents[position]]
  }

  private var process: NoiseProcess {
    let denoiser = configuration.denoiser
    guard denoiser.process == "ddpm" else { return .edm }
    return .ddpm(
      GaussianSchedule(
        kind: GaussianSchedule.Kind(rawValue: denoiser.noiseSchedule) ?? .cosine, steps: denoiser.timesteps))
  }

  /// The rows a view's model is trained on.
  private func rowInputs(_ view: Parameters.View) -> [TaskInput] {
    [
      TaskInput("codec", from: TaskNames.encode(view.table), output: OutputName.codec),
      TaskInput("rows", from: TaskNames.encode(view.table), output: OutputName.rows),
    ]
      + view.labelColumns.map {
        TaskInput("column-labels", from: TaskNames.label($0.relation), output: OutputName.labels)
      }
  }

  mutating func addTraining(_ view: Parameters.View) throws {
    guard try isModelled(view) else { return }
    let table = try project.table(view.table)
    let rowCount = try project.survey(of: view.table).rowCount
    let own = configuration.configured(forDenoiser: view.name)
    let options = own.denoiser
    var inputs = rowInputs(view)
    let relations = view.parents.indices.map { parent($0, of: view) }
    for relation in relations {
      if condition.parents {
        inputs.append(TaskInput("parent-codec", from: TaskNames.encode(relation.parent), output: OutputName.codec))
        inputs.append(TaskInput("parent-rows", from: TaskNames.encode(relation.parent), output: OutputName.rows))
      }
      inputs.append(TaskInput("parent-labels", from: TaskNames.label(relation.name), output: OutputName.labels))
    }
    for relation in project.schema.children(of: view.table).prefix(view.children) {
      inputs.append(TaskInput("child-labels", from: TaskNames.label(relation.name), output: OutputName.labels))
    }
    // Rungs are steps of `denoiser.steps`: a denoiser with others of its own has them at the same shares.
    let steps = own.steps(rows: rowCount), parts = configuration.trainingParts(steps: steps)
    var before: TaskIdentifier?
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      let task = isLast ? TaskNames.train(view.name) : TaskNames.train(view.name, part: part)
      try add(
        task, TrainDenoiserBody(),
        Parameters.Train(
          view: view, seed: seed, process: process, layers: options.layers, dropout: options.dropout,
          steps: steps, batch: options.batch,
          remainderBatches: options.remainderBatches, learningRate: options.learningRate,
          warmup: options.learningRateDecay == "published" ? 0 : 100,
          decay: options.learningRateDecay, loss: options.loss,
          weightDecay: options.weightDecay, ema: options.ema, holdout: options.holdout,
          earlyStopping: options.earlyStopping, condition: condition, until: part < steps ? part : nil),
        inputs: inputs + (before.map { [TaskInput(OutputName.state, from: $0, output: OutputName.state)] } ?? []),
        outputs: part < steps ? [OutputName.model, OutputName.state] : [OutputName.model], stage: "train",
        cost: costs(of: view).train(
          table, labels: view.labelColumns.count, rows: rowCount,
          share: Double(part - (index > 0 ? parts[index - 1] : 0)) / Double(steps)))
      before = task
    }
    for position in try guides(of: view) {
      try addClassifier(view, position, table: table, rows: rowCount)
    }
  }

  private mutating func addClassifier(
    _ view: Parameters.View, _ position: Int, table: TableSchema, rows: Int
  ) throws {
    let options = configuration.classifier
    let relation = parent(position, of: view)
    try add(
      TaskNames.trainClassifier(relation.name), TrainClassifierBody(),
      Parameters.TrainClassifier(
        view: view, target: view.parents[position], seed: seed, process: process, layers: options.layers,
        timeDimension: options.timeDimension, dropout: options.dropout, steps: options.steps, batch: options.batch,
        remainderBatches: options.remainderBatches, learningRate: options.learningRate,
        weightDecay: options.weightDecay, lossSquared: options.lossSquared),
      inputs: rowInputs(view) + [TaskInput("target", from: TaskNames.label(relation.name), output: OutputName.labels)],
      outputs: [OutputName.model], stage: "train", cost: costs.trainClassifier(table, rows: rows))
  }
}
