internal import Essentials

/// What `squeue` prints, in columns of fixed width.
package enum SlurmQueue {
  /// The columns that are asked for.
  private static let columns = [
    ("Name", 50), ("ArrayTaskID", 12), ("State", 20), ("exit_code", 12), ("ArrayJobID", 14), ("Reason", 40),
    ("NodeList", 60),
  ]

  /// The question: every element of the launches, also those that ended a short while ago.
  package static func question(_ launches: [String]) -> [String] {
    [
      "squeue", "--noheader", "--array", "--states=all", "--me",
      "--name=\(launches.map(SlurmScript.jobName).joined(separator: ","))",
      "--Format=\(columns.map { "\($0.0):\($0.1)" }.joined(separator: ","))",
    ]
  }

  /// States by launch and slot. Lines that are not understood are left out: what they speak of then counts as absent.
  package static func states(_ text: String) -> [String: [Int: SlotState]] {
    var found: [String: [Int: SlotState]] = [:]
    for line in text.split(separator: "\n") {
      let fields = fields(line)
      guard fields.count == columns.count, fields[0].hasPrefix("clava-"), let slot = Int(fields[1]) else { continue }
      let launch = String(fields[0].dropFirst(6))
      let state = state(fields[2], exitStatus: fields[3], job: "\(fields[4])_\(slot)", node: fields[6])
      // Of two lines for one element the one that is not over counts.
      if case .gone = state, found[launch]?[slot] != nil { continue }
      found[launch, default: [:]][slot] = state
    }
    return found
  }

  private static func fields(_ line: Substring) -> [String] {
    var rest = line
    return columns.map { column in
      let field = rest.prefix(column.1)
      rest = rest.dropFirst(column.1)
      return field.trimmingPrefix(while: \.isWhitespace).split(separator: " ").joined(separator: " ")
    }
  }

  private static func state(_ name: String, exitStatus: String, job: String, node: String) -> SlotState {
    switch name {
    case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD": return .pending
    case "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING":
      return .running
    default:
      let (code, signal) = exit(exitStatus)
      let place = node.isEmpty ? "" : " on \(node)"
      let how =
        switch name {
        case "COMPLETED": "ended"
        case "FAILED" where signal != nil: "was ended by signal \(signal ?? 0)"
        case "FAILED": "ended with exit code \(code ?? 1)"
        default: "ended as \(name)"
        }
      let own = name == "COMPLETED" ? 0 : name == "FAILED" && signal == nil ? code : nil
      return .gone(SlotEnding(sentence: "\(how)\(place) (Slurm job \(job))", exitCode: own))
    }
  }

  /// Exit code or signal, of a wait status as Slurm 22 prints it or of `code:signal`.
  private static func exit(_ text: String) -> (code: Int32?, signal: Int32?) {
    let parts = text.split(separator: ":").map { Int32($0) }
    if parts.count == 2, let code = parts[0], let signal = parts[1] {
      return signal == 0 ? (code, nil) : (nil, signal)
    }
    guard parts.count == 1, let status = parts[0] else { return (nil, nil) }
    return status & 0x7f == 0 ? (status >> 8, nil) : (nil, status & 0x7f)
  }
}
