import Foundation
import Tensors

/// What came of some inputs.
package struct FuzzResult: Codable, Sendable {
  /// Inputs that were tried.
  package var count = 0
  /// Inputs that the decoder accepted.
  package var accepted = 0
  /// Longest time of one input in seconds, and which it was.
  package var longest = 0.0
  package var longestIndex: UInt64 = 0
  /// Largest resident memory in bytes.
  package var peakMemory = 0
  /// Broken promises: number of the input and what happened.
  package var failures: [Failure] = []

  package init() {}

  package struct Failure: Codable, Sendable {
    package var index: UInt64
    package var what: String

    package init(index: UInt64, what: String) {
      self.index = index
      self.what = what
    }
  }
}

/// Tries inputs of one target by their numbers.
package struct FuzzRun {
  /// No input may take longer, in seconds, or more memory, in bytes, than that.
  package static let secondsLimit = 1.0
  package static let memoryLimit = 512 << 20
  /// A target that fails all the time need not be told of more often.
  private static let maximumFailures = 20

  private let stream: RandomStream
  private var target: any FuzzTarget
  /// Told of the number of every input before it is tried.
  package var onInput: ((UInt64) -> Void)?

  package init(target: any FuzzTarget, name: String, seed: UInt64) {
    self.target = target
    stream = RandomStream(seed: seed, name: "fuzz/\(name)")
  }

  /// The parts of an input.
  package mutating func input(_ index: UInt64) -> [[UInt8]] {
    var random = FuzzRandom(stream: stream, index: index)
    return target.input(&random)
  }

  /// Tries one input.
  ///
  /// - Returns: whether it is accepted.
  /// - Throws: what breaks a promise.
  package mutating func tryInput(_ parts: [[UInt8]]) throws -> Bool { try target.accepts(parts) }

  /// Tries the inputs `first ..< first + count`.
  package mutating func run(first: UInt64, count: Int) -> FuzzResult {
    var result = FuzzResult()
    for index in first..<(first + UInt64(count)) {
      onInput?(index)
      let parts = input(index)
      let began = Self.now
      do {
        if try target.accepts(parts) { result.accepted += 1 }
      } catch {
        result.failures.append(.init(index: index, what: "\(error)"))
      }
      let seconds = Self.now - began
      if seconds > result.longest { (result.longest, result.longestIndex) = (seconds, index) }
      if seconds > Self.secondsLimit { result.failures.append(.init(index: index, what: "took \(seconds) s")) }
      result.count += 1
      if index % 64 == 0 || seconds > 0.01 {
        let memory = Self.peakMemory
        if memory > Self.memoryLimit && result.peakMemory <= Self.memoryLimit {
          result.failures.append(.init(index: index, what: "\(memory >> 20) MiB are in use by then"))
        }
        result.peakMemory = memory
      }
      if result.failures.count >= Self.maximumFailures { break }
    }
    return result
  }

  private static var now: Double {
    var time = timespec()
    // Time that other processes take says nothing about the decoder.
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
