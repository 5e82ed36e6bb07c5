internal import Foundation

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
  /// Name and version of the C library, whose exponentials and logarithms decide last bits as well.
  public var mathematics: String

  /// Raised whenever the order of floating point operations changes.
  public static let currentBlockPlan = 1

  /// The profile of this process.
  public static var current: NumericProfile {
    let words = BLAS.configuration.split(separator: " ").prefix(2)
    return NumericProfile(
      library: words.joined(separator: " "), core: BLAS.coreName, blockPlan: currentBlockPlan,
      mathematics: libraryVersion)
  }

  private static var libraryVersion: String {
    var text = [CChar](repeating: 0, count: 64)
    guard confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count) > 0 else { return "unknown C library" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Creates a profile.
  public init(library: String, core: String, blockPlan: Int, mathematics: String) {
    self.library = library
    self.core = core
    self.blockPlan = blockPlan
    self.mathematics = mathematics
  }

  /// All parts on one line.
  public var text: String { "\(library); \(core); blocks \(blockPlan); \(mathematics)" }
}
