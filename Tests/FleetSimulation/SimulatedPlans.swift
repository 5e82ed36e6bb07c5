import Essentials
package import TaskGraph

/// Plans for tests and simulations.
package enum SimulatedPlans {
  package static func task(
    _ id: String, kind: String = "k", seconds: Double, memory: Int = 1, inputs: [String] = []
  ) -> TaskDescription {
    TaskDescription(
      id: TaskIdentifier(id), kind: kind, codeVersion: 1, parameters: .null,
      inputs: inputs.map { TaskInput("x", from: TaskIdentifier($0), output: "o") }, outputs: ["o"], stage: "s",
      cost: TaskCost(seconds: seconds, memory: memory))
  }

  package static func make(_ tasks: [TaskDescription]) throws -> Plan {
    try Plan(tasks: tasks, results: [], numericProfile: "p")
  }

  /// Layers of tasks, each reading one to three of the layer before, lengths between 10 ms and `longest` seconds.
  package static func random(tasks count: Int, seed: UInt64, longest: Double = 6) throws -> Plan {
    var dice = Dice(seed)
    var tasks: [TaskDescription] = []
    for number in 0..<count {
      var inputs: Set<String> = []
      if number >= 8 {
        for _ in 0...dice.below(3) { inputs.insert("t/\(number - 1 - dice.below(8))") }
      }
      let seconds = dice.chance(0.2) ? dice.uniform() * longest : 0.01 + dice.uniform() * 0.3
      tasks.append(task("t/\(number)", seconds: seconds, inputs: inputs.sorted()))
    }
    return try make(tasks)
  }
}
