import Essentials
import TaskGraph

/// How far a run is: a pure model that events change and displays read.
struct ProgressModel {
  /// One line of progress: all tasks of a stage.
  struct Stage {
    var name: String
    var total = 0
    var done = 0
    var cached = 0
    var predicted = 0.0
    var predictedDone = 0.0
    /// Latest loss reported by a training task.
    var loss: Double?
    var firstStart: Double?
    var lastEnd: Double?
  }

  private(set) var stages: [Stage] = []
  private var stageOf: [TaskIdentifier: Int] = [:]
  private var cost: [TaskIdentifier: Double] = [:]
  private var running: [TaskIdentifier: Double] = [:]
  private var slots: [TaskIdentifier: Int] = [:]
  private var doneTasks: Set<TaskIdentifier> = []
  private(set) var messages: [String] = []
  /// Workers to be expected, which counts until one has joined.
  private let workers: Int
  private var present = 0
  private var computedCost = 0.0
  private var computedSeconds = 0.0

  /// Stages in the order of the plan.
  init(plan: Plan, workers: Int) {
    self.workers = max(1, workers)
    var index: [String: Int] = [:]
    for task in plan.tasks {
      let position = index[task.stage] ?? stages.count
      if position == stages.count {
        index[task.stage] = position
        stages.append(Stage(name: task.stage))
      }
      stages[position].total += 1
      stages[position].predicted += task.cost.seconds
      stageOf[task.id] = position
      cost[task.id] = task.cost.seconds
    }
  }

  var totalCount: Int { stages.reduce(0) { $0 + $1.total } }
  var doneCount: Int { stages.reduce(0) { $0 + $1.done } }
  /// Names of the running tasks, and the slots of those that use several.
  var runningTasks: [String] {
    running.keys.sorted().map { task in task.name + (slots[task].map { " on \($0) slots" } ?? "") }
  }

  mutating func started(_ task: TaskIdentifier, at time: Double) {
    guard !doneTasks.contains(task) else { return }
    running[task] = 0
    if let stage = stageOf[task], stages[stage].firstStart == nil { stages[stage].firstStart = time }
  }

  mutating func progressed(_ task: TaskIdentifier, _ progress: TaskProgress) {
    guard running[task] != nil else { return }
    running[task] = min(max(progress.fraction, 0), 1)
    slots[task] = progress.slots
    if let stage = stageOf[task], let loss = progress.loss { stages[stage].loss = loss }
  }

  mutating func finished(_ task: TaskIdentifier, seconds: Double, cached: Bool, at time: Double) {
    stopped(task)
    guard doneTasks.insert(task).inserted, let stage = stageOf[task] else { return }
    stages[stage].done += 1
    stages[stage].predictedDone += cost[task] ?? 0
    stages[stage].lastEnd = time
    if cached {
      stages[stage].cached += 1
    } else {
      computedCost += cost[task] ?? 0
      computedSeconds += seconds
    }
  }

  mutating func workerJoined() { present += 1 }

  mutating func workerGone() { present = max(0, present - 1) }

  mutating func stopped(_ task: TaskIdentifier) {
    running[task] = nil
    slots[task] = nil
  }

  /// Share of the stage's predicted work that is done, running tasks included.
  func fraction(_ stage: Stage) -> Double {
    guard stage.total > 0 else { return 1 }
    if stage.done == stage.total { return 1 }
    var done = stage.predictedDone
    for (task, share) in running where stages[stageOf[task] ?? 0].name == stage.name {
      done += share * (cost[task] ?? 0)
    }
    return stage.predicted > 0 ? min(done / stage.predicted, 0.999) : Double(stage.done) / Double(stage.total)
  }

  /// Predicted seconds to the end: remaining work by the cost model, corrected by the speed seen so far.
  var remainingSeconds: Double {
    var remaining = stages.reduce(0.0) { $0 + $1.predicted - $1.predictedDone }
    for (task, share) in running { remaining -= share * (cost[task] ?? 0) }
    let speed = computedSeconds > 1 ? computedCost / computedSeconds : 1
    return max(0, remaining) / max(speed, 1e-3) / Double(present > 0 ? present : workers)
  }

  /// Share of all predicted work that is done.
  var overallFraction: Double {
    let total = stages.reduce(0.0) { $0 + $1.predicted }
    guard total > 0, doneCount < totalCount else { return 1 }
    var done = stages.reduce(0.0) { $0 + $1.predictedDone }
    for (task, share) in running { done += share * (cost[task] ?? 0) }
    return min(done / total, 0.999)
  }
}
