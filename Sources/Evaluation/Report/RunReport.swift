/// How a run made its synthetic rows, for the run page.
public struct RunReport: Codable, Sendable, Hashable {
  /// The training loss of one network over its steps.
  public struct LossCurve: Codable, Sendable, Hashable {
    /// A point of the curve.
    public struct Point: Codable, Sendable, Hashable {
      /// Training steps done.
      public var step: Int
      /// Mean loss of the training rows.
      public var loss: Double
      /// Mean loss of rows kept from training, where there are some.
      public var validationLoss: Double?

      /// Places a point.
      public init(step: Int, loss: Double, validationLoss: Double? = nil) {
        self.step = step
        self.loss = loss
        self.validationLoss = validationLoss
      }
    }

    /// The view that was trained for: a table or a relation.
    public var view: String
    /// The points in the order of steps.
    public var points: [Point]

    /// Names a curve.
    public init(view: String, points: [Point]) {
      self.view = view
      self.points = points
    }
  }

  /// A task that was computed.
  public struct TaskSpan: Codable, Sendable, Hashable {
    /// Its name, for example `train/account`.
    public var name: String
    /// Its kind, for example `train`.
    public var kind: String
    /// The worker that computed it.
    public var worker: String
    /// Seconds from the start of the run to its own.
    public var start: Double
    /// Seconds it took.
    public var seconds: Double

    /// Places a task on the timeline.
    public init(name: String, kind: String, worker: String, start: Double, seconds: Double) {
      self.name = name
      self.kind = kind
      self.worker = worker
      self.start = start
      self.seconds = seconds
    }
  }

  /// One curve for each network.
  public var lossCurves: [LossCurve]
  /// The tasks that were computed, in the order of their starts.
  public var tasks: [TaskSpan]
  /// The machines: processors, memory, operating system, one line each.
  public var hardware: String
  /// Seconds from start to end.
  public var wallSeconds: Double
  /// Largest memory of any compute process, in bytes.
  public var peakMemory: Int
  /// How many worker processes there were.
  public var workers: Int
  /// The configuration, as YAML.
  public var configuration: String

  /// Collects what a run records.
  public init(
    lossCurves: [LossCurve] = [], tasks: [TaskSpan] = [], hardware: String, wallSeconds: Double, peakMemory: Int,
    workers: Int, configuration: String
  ) {
    self.lossCurves = lossCurves
    self.tasks = tasks
    self.hardware = hardware
    self.wallSeconds = wallSeconds
    self.peakMemory = peakMemory
    self.workers = workers
    self.configuration = configuration
  }
}
