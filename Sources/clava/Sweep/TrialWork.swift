import Sweeps
import Synthesis
import TaskGraph

/// What one trial has to compute for one rung with one seed.
struct TrialWork {
  /// The denoiser whose trial it is; nil is the whole database.
  let relation: String?
  let trial: Int
  let rung: Int
  let replicate: Int
  let project: Project
  let plan: Plan
}
