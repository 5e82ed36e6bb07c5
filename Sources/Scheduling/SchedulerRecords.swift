/// What the scheduler keeps of tasks, workers and machines.
extension Scheduler {
  /// An attempt by the place of its task in the plan.
  struct Attempt: Hashable {
    var task: Int
    var number: Int
  }

  struct TaskRecord {
    var state: TaskState = .waiting
    var kind: Int
    /// As predicted by the plan, uncorrected.
    var seconds: Double
    /// As predicted by the plan, in bytes.
    var memory: Int
    var inputs: [Int] = []
    var dependants: [Int] = []
    var missingInputs = 0
    var rank = 0
    var lastAttempt = 0
    var openAttempt: Int?
    var startCount = 0
    var leases: [Lease] = []
    var grants: [(number: Int, worker: Int)] = []
    var failures: [FailureCause.Kind: Int] = [:]
    /// Workers that have its outputs on their own disk.
    var holders: [Int] = []
    var outputBytes = 0

    init(kind: Int, seconds: Double, memory: Int) {
      self.kind = kind
      self.seconds = seconds
      self.memory = memory
    }
  }

  struct Lease {
    var number: Int
    var worker: Int
    /// Predicted with what was known when it was given.
    var seconds: Double
    var request: Int
    var isRunning = false
    var isConfirmed = false
    var isRevoked = false
    var missedBeats = 0
    var began: Duration?
    var granted: Duration
  }

  struct WorkerRecord {
    var name: String
    var facts: WorkerFacts
    var room = 0
    var host: Int?
    var isHere = true
    var isLeaving = false
    var lastHeard: Duration
    var held: [Attempt] = []
    var running: Attempt?
    var heldSeconds: Double = 0
    /// Memory of the largest attempt it holds: it runs one at a time.
    var request = 0
    var stamp = 0
    var measuredSeconds: Double = 0
    var expectedSeconds: Double = 0
  }

  /// Workers that share memory: those of one machine, or one alone with a limit of its own. The first room holds all
  /// whose memory is unknown.
  struct Room {
    var capacity: Int?
    var used = 0
    var hereCount = 0
    var candidates = PriorityHeap<Candidate>()
  }

  struct HostRecord {
    var name: String
    var losses: [Duration] = []
    var isDrained = false
    var isAvoided = false
    var hereCount = 0
  }

  struct KindRecord {
    var name: String
    var total = 0
    var done = 0
    var measuredSeconds: Double = 0
    var predictedSeconds: Double = 0
    /// The correction that the present order of the tasks was made with.
    var rankedCorrection: Double = 1

    init(name: String) { self.name = name }
  }

  /// A worker as it stands in the heap of those that can take a task; outdated once its stamp has moved on.
  struct Candidate: Comparable {
    var load: Int
    var slowness: Int
    var worker: Int
    var stamp: Int
    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.load, left.slowness, left.worker, left.stamp) < (right.load, right.slowness, right.worker, right.stamp)
    }
  }

  /// An attempt as the outside knows it.
  func identifier(_ attempt: Attempt) -> AttemptIdentifier {
    AttemptIdentifier(identifiers[attempt.task], attempt.number)
  }

  /// Place of the lease of an attempt among those of its task.
  func leaseIndex(_ attempt: Attempt) -> Int? {
    tasks[attempt.task].leases.firstIndex { $0.number == attempt.number }
  }

  /// The attempt if this worker holds it.
  func place(_ attempt: AttemptIdentifier, of worker: String) -> Attempt? {
    guard let task = indexes[attempt.task], let index = workerIndexes[worker] else { return nil }
    let place = Attempt(task: task, number: attempt.number)
    guard let lease = leaseIndex(place), tasks[task].leases[lease].worker == index else { return nil }
    return place
  }
}
