import Essentials
import Foundation
import Storage
import TaskGraph

/// Plans for experiments that take long.
enum Workload {
  /// Writes the plan of a run of `count` short tasks, one in fifty of them a chain with checkpoints.
  static func plan(_ run: String, _ count: Int, _ seconds: String) -> Int32 {
    do {
      let seconds = Double(seconds) ?? 0.1
      let tasks = (0..<count).map { index -> TaskDescription in
        let isChain = index % 50 == 49
        let kind = isChain ? "chain" : "mix"
        var parameters: [String: JSONValue] = ["salt": .integer(Int64(index))]
        if isChain {
          parameters["steps"] = .integer(Int64(seconds * 2000))
        } else {
          parameters["seconds"] = .number(seconds)
        }
        let inputs =
          index % 10 == 9 && !isChain
          ? [TaskInput("x", from: TaskIdentifier("mix/\(index - 1)"), output: "value.txt")] : []
        return TaskDescription(
          id: TaskIdentifier("\(kind)/\(index)"), kind: kind, codeVersion: 1, parameters: .object(parameters),
          inputs: inputs, outputs: [isChain ? "value" : "value.txt"], stage: kind,
          cost: TaskCost(seconds: seconds, memory: 50 << 20))
      }
      let directory = try RunDirectory(path: run, create: true)
      let plan = try Plan(tasks: tasks, results: [], numericProfile: "test")
      try FileSystem.writeAtomically(CanonicalJSON.encode(plan), to: directory.plan)
      return 0
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      return 1
    }
  }
}
