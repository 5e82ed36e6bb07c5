import Fleet
import Foundation

/// Valid records of every form.
enum RecordSamples {
  private static let digest = String(repeating: "0f", count: 32)

  private static let task = """
    {"codeVersion":2,"cost":{"memory":41975040,"seconds":0.0107},"id":"encode/child","inputs":[{"name":"parent-keys",\
    "output":"keys","task":"encode/first"}],"kind":"encode","outputs":["codec","rows","keys"],"parameters":{"codec":\
    {"kind":"quantile","knots":4096,"usesAllRows":true},"relations":[],"rate":0.5,"none":null},"sources":[{"digest":\
    "\(digest)","name":"csv","path":"/data/first.csv"}],"stage":"encode"}
    """

  private static let first = """
    {"codeVersion":2,"cost":{"memory":41975040,"seconds":0.0107},"id":"encode/first","inputs":[],"kind":"encode",\
    "outputs":["codec","keys"],"parameters":{},"sources":[],"stage":"encode"}
    """

  static let workOrder = """
    {"attempt":1,"checkpointSeconds":120,"inputs":[{"digest":"\(digest)","size":99}],"memory":4197504,"retention":\
    {"keepsBest":true,"keepsFirst":true,"last":2,"every":5},"task":\(task),"worker":"worker 1"}
    """

  private static let cause = #"{"kind":"lostWorker","lastLines":["a","b"],"log":"tasks/t/a1/log","sentence":"gone"}"#

  static let all: [RecordForm: [String]] = [
    .plan: [
      """
      {"numericProfile":"x86_64","results":[{"output":"keys","path":"synthetic/a.csv","task":"encode/child"}],\
      "tasks":[\(first),\(task)]}
      """
    ],
    .workOrder: [workOrder],
    .command: [
      "{\"run\":{\"_0\":\(workOrder)}}", #"{"stop":{"_0":{"number":1,"task":"encode/child"}}}"#,
    ],
    .report: [
      #"{"ready":{}}"#,
      #"{"progress":{"_0":{"number":1,"task":"t"},"_1":{"fraction":0.5,"loss":0.25,"step":7}}}"#,
      """
      {"finished":{"_0":{"number":1,"task":"t"},"_1":{"outputs":[{"contentDigest":"\(digest)","digest":"\(digest)",\
      "name":"model","size":9}],"peakMemory":8,"seconds":1.5}}}
      """,
      "{\"failed\":{\"_0\":{\"number\":1,\"task\":\"t\"},\"_1\":\(cause)}}",
      "{\"outgrown\":{\"_0\":{\"number\":1,\"task\":\"t\"},\"_1\":\(cause)}}",
      #"{"trouble":{"_0":{"number":1,"task":"t"},"_1":"the disk is full"}}"#,
    ],
    .cacheEntry: [entry],
    .join: [
      """
      {"dataEndpoint":"tcp://vm:5571","endpoint":"tcp://vm:5570","epoch":1,"folder":"/work","isOver":true,\
      "run":"44114a1c-c7ab","serverKey":"PR6er.HElt>Xfnf{Xh!*Lti%15@kuU9266nSqHWj"}
      """
    ],
    .status: [
      """
      {"epoch":1,"isOver":false,"status":{"blocked":[],"done":3,"failed":[],"isAlive":true,"process":9,"running":\
      [{"attempt":1,"progress":{"fraction":0.5},"seconds":2.5,"task":"t","worker":"worker 1"}],"stages":[],"starts":1,\
      "total":9,"workers":[{"name":"worker 1","process":9,"residentMemory":5}],"lost":[],"waiting":[]},"written":1.5}
      """
    ],
  ]

  static let entry = """
    {"format":1,"kind":"encode","outputs":[{"contentDigest":"\(digest)","digest":"\(digest)","name":"codec","size":447}],\
    "peakMemory":58707968,"seconds":0.00758522,"task":"encode/child"}
    """

  static let journal = [
    #"{"kind":"begin","time":1795308044.773506}"#,
    #"{"kind":"joined","time":1795308044.8019443,"worker":"worker 1"}"#,
    #"{"attempt":1,"kind":"granted","task":"encode/child","time":1795308044.8,"worker":"worker 1"}"#,
    """
    {"attempt":1,"entry":\(entry),"key":"\(digest)","kind":"committed","seconds":0.0123,"task":"encode/child",\
    "time":1795308044.84,"worker":"worker 1"}
    """,
    """
    {"attempt":2,"cause":\(cause),"kind":"failed","task":"encode/child","time":1795308044.8,"willRetry":false,\
    "worker":"worker 1"}
    """,
    "{\"cause\":\(cause),\"kind\":\"lost\",\"time\":1795308044.8,\"worker\":\"worker 1\"}",
    """
    {"history":{"failed":["encode/child",\(cause)],"isOver":true,"lost":[{"cause":"gone","lastLines":[],"time":1.5,\
    "worker":"worker 1"}],"starts":3,"tasks":["encode/child",{"failures":["programError",1],"lastAttempt":2}]},\
    "kind":"snapshot","time":1.5}
    """,
    #"{"kind":"retry","task":"encode/child","time":1.5}"#, #"{"kind":"end","time":1795308109.0947275}"#,
  ]
}

/// Plans, work orders, commands, reports, cache entries, join files and status files. The first part names the form.
package struct RecordTarget: FuzzTarget {
  package static let name = "records"
  package static let fullCount = 1_000_000

  private let mutators: [(form: RecordForm, mutator: Mutator)]

  package init() {
    mutators = RecordForm.allCases.map { form in
      (
        form,
        Mutator(
          samples: RecordSamples.all[form] ?? [], words: ["\"parameters\":", "\"cost\":{}", "\"every\":0"],
          nests: [("[", "]"), ("{\"parameters\":", "}")])
      )
    }
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    let choice = random.below(mutators.count)
    return [Array(mutators[choice].form.rawValue.utf8), mutators[choice].mutator.input(&random)]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    guard parts.count == 2, let form = RecordForm(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
      throw FuzzFailure("the first part names no form of record")
    }
    return try Self.isAccepted {
      let canonical = try form.canonical(Data(parts[1]))
      guard try form.canonical(canonical) == canonical else {
        throw FuzzFailure("a \(form.rawValue) does not survive a round trip")
      }
    }
  }
}
