public import TaskGraph

/// Scripts that let another engine execute the plan of a run directory, without a coordinator.
///
/// Every piece of work is a call of `clava run-task`, which does nothing where a result is there already; the last step
/// is `clava run`, which then finds everything done and publishes the result.
public struct PlanExport: Sendable {
  /// The plan.
  public var plan: Plan
  /// Absolute path of the run directory.
  public var run: String
  /// Path of the program where the work is done.
  public var program: String
  /// Folder to which relative paths of the configuration belong.
  public var workingFolder: String
  /// Processes of one level at the same time, at most. Slurm's default allows array indices up to 1000.
  public var width: Int

  /// Largest number of elements of an array under Slurm's default MaxArraySize.
  public static let greatestWidth = 1001

  /// Describes an export.
  public init(plan: Plan, run: String, program: String, workingFolder: String, width: Int = greatestWidth) {
    precondition((1...Self.greatestWidth).contains(width), "a level has 1 to 1001 processes")
    self.plan = plan
    self.run = run
    self.program = program
    self.workingFolder = workingFolder
    self.width = width
  }

  /// One level of the plan as an engine sees it.
  struct Level {
    var number: Int
    /// Processes: process i does tasks i, i + width, ….
    var width: Int
    var tasks: Int
    /// Predicted seconds of the longest process.
    var seconds: Double
    /// Predicted memory of the largest task in bytes.
    var memory: Int
    /// Stages, for people.
    var stages: String
  }

  var levels: [Level] {
    plan.levels.enumerated().map { number, tasks in
      let width = min(tasks.count, width)
      var seconds = Array(repeating: 0.0, count: width)
      for (index, task) in tasks.enumerated() { seconds[index % width] += task.cost.seconds }
      var stages: [String] = []
      for task in tasks where !stages.contains(task.stage) { stages.append(task.stage) }
      return Level(
        number: number, width: width, tasks: tasks.count, seconds: seconds.max() ?? 0,
        memory: tasks.map(\.cost.memory).max() ?? 0, stages: stages.joined(separator: ", "))
    }
  }

  /// Mebibytes to ask for: the prediction and half of it more, at least 1 GiB for program and libraries.
  static func mebibytes(_ memory: Int) -> Int { max(1024, (memory + memory / 2) >> 20) }

  /// Minutes to ask for: ten times the prediction, at least half an hour; work is saved before the end in any case.
  static func minutes(_ seconds: Double) -> Int { max(30, Int((seconds / 6).rounded(.up))) }

  /// The last step.
  var publish: [String] { ["run", "\(run)/config.yaml", "--out", run, "--quiet"] }

  /// What it is, for the head of a script.
  var title: String { "Executes the plan of \(run): \(plan.tasks.count) tasks in \(levels.count) levels." }
}
