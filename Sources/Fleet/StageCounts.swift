internal import TaskGraph

/// Counts of tasks by stage, in the order in which the stages come in the plan.
struct StageCounts {
  private(set) var list: [StageProgress] = []
  private var places: [String: Int] = [:]

  init() {}

  init(_ plan: Plan) {
    for task in plan.tasks {
      if let place = places[task.stage] {
        list[place].total += 1
      } else {
        places[task.stage] = list.count
        list.append(StageProgress(stage: task.stage, total: 1, done: 0, running: 0, failed: 0))
      }
    }
  }

  mutating func add(_ stage: String, done: Int = 0, running: Int = 0, failed: Int = 0) {
    guard let place = places[stage] else { return }
    list[place].done += done
    list[place].running += running
    list[place].failed += failed
  }

  var done: Int { list.reduce(0) { $0 + $1.done } }
}
