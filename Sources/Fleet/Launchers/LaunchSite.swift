/// What a launcher is told of the run it starts workers for.
public struct LaunchSite: Sendable {
  /// Absolute path of the run directory.
  public var run: String
  /// Address workers connect to, for instance `tcp://head:5570`.
  public var endpoint: String
  /// Absolute path of this program.
  public var program: String
  /// Folder the run was started in, to which relative paths of a plan belong.
  public var workingFolder: String
  /// Path of the key file of a slot's worker, `RUN/keys/workers/slot-<n>.json`; makes it if it is not there.
  public var keyFile: @Sendable (_ slot: Int) throws -> String
  /// Seconds after which a worker saves its work and makes room; nil: never.
  public var lifetimeSeconds: Double?
  /// Seconds by which lifetimes differ at most.
  public var staggerSeconds: Double
  /// Told of what the user should know, one sentence at a time, from any thread.
  public var report: @Sendable (String) -> Void

  /// Describes a run.
  public init(
    run: String, endpoint: String, program: String, workingFolder: String,
    keyFile: @escaping @Sendable (_ slot: Int) throws -> String, lifetimeSeconds: Double? = nil,
    staggerSeconds: Double = 0, report: @escaping @Sendable (String) -> Void
  ) {
    self.run = run
    self.endpoint = endpoint
    self.program = program
    self.workingFolder = workingFolder
    self.keyFile = keyFile
    self.lifetimeSeconds = lifetimeSeconds
    self.staggerSeconds = staggerSeconds
    self.report = report
  }

  /// Folder of the launchers' records and scripts.
  var launchFolder: String { "\(run)/launch" }

  /// Options of `clava worker` that limit its life.
  var lifetimeOptions: [String] {
    guard let lifetimeSeconds else { return [] }
    let stagger = staggerSeconds > 0 ? ["--lifetime-stagger", "\(Self.seconds(staggerSeconds))"] : []
    return ["--lifetime", "\(Self.seconds(lifetimeSeconds))"] + stagger
  }

  private static func seconds(_ value: Double) -> String { "\(Int(value.rounded()))s" }
}
