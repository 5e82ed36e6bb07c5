/// What a worker says about the place where it runs, as far as it matters for giving it work.
public struct WorkerFacts: Sendable, Hashable, Codable {
  /// Name of its machine; empty: unknown.
  public var host: String
  /// Bytes of memory the machine has for all its workers together; nil: unknown, taken as enough.
  public var memory: Int?
  /// Bytes of memory this worker has for itself, whatever its neighbours use: a job's or container's limit; nil: none.
  public var ownMemory: Int?
  /// Whether it reads and writes the run directory itself; otherwise its inputs travel.
  public var sharesFolder: Bool

  /// Creates the facts of a worker; the defaults set no limit.
  public init(host: String = "", memory: Int? = nil, ownMemory: Int? = nil, sharesFolder: Bool = true) {
    self.host = host
    self.memory = memory
    self.ownMemory = ownMemory
    self.sharesFolder = sharesFolder
  }
}
