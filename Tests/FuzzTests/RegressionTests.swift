import Configuration
import Essentials
import Fleet
import Foundation
import Messaging
import Scheduling
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("What damaged input found")
struct RegressionTests {
  @Test("a notice whose number has leading zeros is no JSON, whoever reads it")
  func leadingZeros() throws {
    for (number, isSound) in [("0", true), ("7", true), ("10", true), ("00", false), ("07", false)] {
      let body = Data("{\"attempt\":{\"number\":\(number),\"task\":\"a\"}}".utf8)
      let header = FrameHeader(kind: .started, epoch: 1, sequence: 1, body: body)
      let message = try? MessageCodec().decode([header.encoded, body]).message
      #expect((message != nil) == isSound, "\(number)")
    }
  }

  @Test("a worker's number below all integers' sizes is written, not trapped on")
  func lowestNumber() throws {
    let attempt = AttemptName(task: "a", number: 1)
    for seconds in [-0x1p63, 0x1p63, -0x1p62] {
      let commit = Message.commit(Commit(attempt: attempt, outputs: [], seconds: seconds, peakMemory: 1))
      let frames = try MessageCodec().encode(Envelope(epoch: 1, sequence: 1, message: commit))
      guard case .commit(let read) = try MessageCodec().decode(frames).message else {
        Issue.record("a commit became something else")
        return
      }
      #expect(read.seconds == seconds)
    }
  }

  @Test("a plan file with two tasks of one name is refused, not taken")
  func planWithDoubles() throws {
    let task = TaskDescription(
      id: TaskIdentifier("a"), kind: "k", codeVersion: 1, parameters: .null, outputs: ["o"], stage: "s",
      cost: TaskCost(seconds: 1, memory: 1))
    let plan = try Plan(tasks: [task], results: [], numericProfile: "p")
    let sound = try CanonicalJSON.encode(plan)
    #expect(try RecordForm.plan.canonical(sound) == sound)
    guard case .object(var members) = try JSONValue(encoding: plan), case .array(let tasks)? = members["tasks"] else {
      Issue.record("a plan is no object with tasks")
      return
    }
    members["tasks"] = .array(tasks + tasks)
    let doubled = try CanonicalJSON.encode(JSONValue.object(members))
    let error = #expect(throws: ClavaError.self) { try RecordForm.plan.canonical(doubled) }
    #expect(error?.code == .damaged)
    #expect(error?.description.contains("two tasks are called a") == true)
  }

  @Test("a plan that predicts more memory than there are numbers for asks for no more than a number holds")
  func hugeMemory() throws {
    let task = TaskDescription(
      id: TaskIdentifier("a"), kind: "k", codeVersion: 1, parameters: .null, outputs: ["o"], stage: "s",
      cost: TaskCost(seconds: 1, memory: .max))
    let scheduler = try Scheduler(plan: Plan(tasks: [task], results: [], numericProfile: "p"))
    #expect(scheduler.memoryRequest(of: task.id) == 1 << 60)
  }

  @Test("numbers that a worker says come into bounds before they are added up")
  func boundedNumbers() {
    let attempt = AttemptName(task: "t", number: 1)
    let output = DeliveredOutput(name: "o", digest: "", contentDigest: "", size: .max)
    for seconds in [Double.nan, .infinity, -1, 1e300] {
      let commit = Commit(attempt: attempt, outputs: [output, output], seconds: seconds, peakMemory: .min)
      guard case .commit(let bounded) = RecordForm.bounded(.commit(commit)) else {
        Issue.record("a commit became something else")
        continue
      }
      #expect((0...3.2e9).contains(bounded.seconds))
      #expect(bounded.peakMemory == 0 && bounded.outputs.allSatisfy { $0.size == 1 << 50 })
    }
    let beat = Heartbeat(
      held: [HeldAttempt(attempt: attempt, isRunning: true, fraction: .nan, step: 1, loss: .infinity)],
      residentMemory: .max, troubles: Array(repeating: "a\nb", count: 50))
    guard case .heartbeat(let bounded) = RecordForm.bounded(.heartbeat(beat)) else {
      Issue.record("a heartbeat became something else")
      return
    }
    #expect(bounded.held[0].fraction == nil && bounded.held[0].loss == nil)
    #expect(bounded.residentMemory == 1 << 50 && bounded.troubles == Array(repeating: "a b", count: 20))
  }

  @Test("a retention of every zeroth step keeps none for this reason")
  func retentionOfNone() throws {
    let retention = try JSONDecoder().decode(
      CheckpointRetention.self, from: Data(#"{"every":0,"keepsBest":false,"keepsFirst":false,"last":0}"#.utf8))
    let folder = try TemporaryFolder()
    let store = CheckpointStore(taskFolder: folder.path, retention: retention)
    for step in [1, 2] {
      try store.save(attempt: 1, step: step) { path in
        let writer = try ArtifactWriter(path: path)
        try writer.write("x", [Float(step)])
        try writer.finish()
      }
    }
    #expect(FileSystem.list("\(folder.path)/a1") == ["ck-2.h5", "ck-2.json"])
  }

  @Test("a text whose aliases stand for aliases is refused before it grows")
  func aliases() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
    }
    text += "? *a8\n: 1\n"
    var reader = ConfigurationReader()
    let error = #expect(throws: ClavaError.self) { try reader.read(text: text, source: "c.yaml") }
    #expect(error?.code == .configuration && error?.description.contains("aliases") == true)
    #expect(throws: ClavaError.self) { try HostList(text: text, source: "h.yaml") }
    #expect(throws: ClavaError.self) { try reader.read(override: "seed=\(text)") }
    var few = ConfigurationReader()
    try few.read(text: "output: &name out\noutput_prefix: *name\n", source: "c.yaml")
    #expect(try few.finish().outputPrefix == "out")
  }

  @Test("names of any length get an answer at once, and near ones are still found")
  func longNames() {
    let names = (0..<200).map { "denoiser.key\($0)" }
    let clock = ContinuousClock()
    let time = clock.measure {
      #expect(NearestName.of(String(repeating: "x", count: 1_000_000), among: names) == nil)
    }
    #expect(time < .seconds(1))
    #expect(NearestName.of("denoser.key17", among: names) == "denoiser.key17")
    #expect(NearestName.of("DENOISER.KEY3", among: names) == "denoiser.key3")
    #expect(NearestName.of("b", among: ["a", "ab", "c"]) == "a")
  }
}
