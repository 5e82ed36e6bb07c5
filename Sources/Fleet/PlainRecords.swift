internal import Essentials
internal import Foundation
internal import Messaging
internal import Storage
internal import TaskGraph

// JSON of what every task needs, written directly; see `PlainJSON`. Nil if something in it is not plain.

extension ComputeCommand {
  /// The command as its encoder writes it.
  func encoded() throws -> Data {
    if case .run(let order) = self, let plain = order.plainCommand { return plain }
    return try CanonicalJSON.encode(self)
  }
}

extension WorkOrder {
  /// The command to run it, as the encoder writes it.
  var plainCommand: Data? {
    var text = PlainWriter()
    text.raw("{\"run\":{\"_0\":{\"attempt\":")
    text.number(attempt)
    text.raw(",\"checkpointSeconds\":")
    text.number(checkpointSeconds)
    text.raw(",\"inputs\":")
    text.list(inputs) { text, input in
      text.raw("{\"digest\":")
      text.quoted(input.digest.hexadecimal)
      text.raw(",\"size\":")
      text.number(input.size)
      text.raw("}")
    }
    if let memory {
      text.raw(",\"memory\":")
      text.number(memory)
    }
    if let memoryGuard {
      text.raw(",\"memoryGuard\":")
      text.quoted(memoryGuard.rawValue)
    }
    if let rank {
      text.raw(",\"rank\":")
      text.number(rank)
    }
    if let retention {
      text.raw(",\"retention\":")
      text.write(retention)
    }
    text.raw(",\"task\":")
    text.write(task)
    if let worker {
      text.raw(",\"worker\":")
      text.quoted(worker)
    }
    text.raw("}}}")
    return text.data
  }
}

extension CacheEntry {
  /// The entry as the encoder writes it.
  var plain: Data? {
    var text = PlainWriter()
    text.raw("{\"format\":")
    text.number(format)
    text.raw(",\"kind\":")
    text.quoted(kind)
    text.raw(",\"outputs\":")
    text.list(outputs) { text, output in
      text.raw("{\"contentDigest\":")
      text.quoted(output.contentDigest.hexadecimal)
      text.raw(",\"digest\":")
      text.quoted(output.digest.hexadecimal)
      text.raw(",\"name\":")
      text.quoted(output.name)
      text.raw(",\"size\":")
      text.number(output.size)
      text.raw("}")
    }
    text.raw(",\"peakMemory\":")
    text.number(peakMemory)
    text.raw(",\"seconds\":")
    text.number(seconds)
    text.raw(",\"task\":")
    text.quoted(task.name)
    text.raw("}")
    return text.data
  }
}

extension PlainWriter {
  fileprivate mutating func write(_ retention: CheckpointRetention) {
    raw("{")
    if let every = retention.every {
      raw("\"every\":")
      number(every)
      raw(",")
    }
    raw("\"keepsBest\":")
    value(.bool(retention.keepsBest))
    raw(",\"keepsFirst\":")
    value(.bool(retention.keepsFirst))
    raw(",\"last\":")
    number(retention.last)
    raw("}")
  }

  fileprivate mutating func write(_ task: TaskDescription) {
    raw("{\"codeVersion\":")
    number(task.codeVersion)
    raw(",\"cost\":{\"memory\":")
    number(task.cost.memory)
    raw(",\"seconds\":")
    number(task.cost.seconds)
    raw("},\"id\":")
    quoted(task.id.name)
    raw(",\"inputs\":")
    list(task.inputs) { text, input in
      text.raw("{\"name\":")
      text.quoted(input.name)
      text.raw(",\"output\":")
      text.quoted(input.output)
      text.raw(",\"task\":")
      text.quoted(input.task.name)
      text.raw("}")
    }
    raw(",\"kind\":")
    quoted(task.kind)
    raw(",\"outputs\":")
    list(task.outputs) { $0.quoted($1) }
    raw(",\"parameters\":")
    value(task.parameters)
    raw(",\"sources\":")
    list(task.sources) { text, source in
      text.raw("{\"digest\":")
      text.quoted(source.digest.hexadecimal)
      text.raw(",\"name\":")
      text.quoted(source.name)
      text.raw(",\"path\":")
      text.quoted(source.path)
      text.raw("}")
    }
    raw(",\"stage\":")
    quoted(task.stage)
    raw("}")
  }
}
