/// What decides the last bits of a result besides the program: the BLAS library and the kernels it chose.
///
/// Two machines with equal profiles compute equal bits; its text is part of every task key, so results of machines
/// that differ are not mixed up.
public struct NumericProfile: Codable, Sendable, Hashable {
  /// Name and version of the BLAS library.
  public var library: String
  /// Processor family whose kernels the library runs.
  public var core: String
  /// Version of the fixed order in which blocks are processed and sums are formed.
  public var blockPlan: Int

  /// Raised whenever the order of floating point operations changes.
  public static let currentBlockPlan = 1

  /// The profile of this process.
  public static var current: NumericProfile {
    let words = BLAS.configuration.split(separator: " ").prefix(2)
    return NumericProfile(
      library: words.joined(separator: " "), core: BLAS.coreName, blockPlan: currentBlockPlan)
  }

  /// Creates a profile.
  public init(library: String, core: String, blockPlan: Int) {
    self.library = library
    self.core = core
    self.blockPlan = blockPlan
  }

  /// All parts on one line.
  public var text: String { "\(library); \(core); blocks \(blockPlan)" }
}
