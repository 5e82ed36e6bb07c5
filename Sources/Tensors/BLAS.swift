internal import COpenBLAS
internal import Essentials
internal import Foundation

/// Matrix products.
///
/// OpenBLAS always runs on one thread: processes and threads of this program are the only parallelism, so that the
/// result does not depend on the number of cores.
public enum BLAS {
  /// Why OpenBLAS cannot be loaded; nil if it is.
  private static let obstacle: String? = clava_blas_load().map { String(cString: $0) }

  /// Loads OpenBLAS, whose kernels `OPENBLAS_CORETYPE` chooses if it is set by then. Every product here does so by itself.
  ///
  /// - Throws: `ClavaError.internal` if this machine lacks it.
  public static func load() throws {
    if let obstacle { throw absence(obstacle) }
  }

  private static func absence(_ obstacle: String) -> ClavaError {
    ClavaError(
      .internal, "OpenBLAS cannot be loaded (\(obstacle))",
      remedy: "install it; on Debian: apt-get install libopenblas0-pthread")
  }

  /// The library; there is nothing to go on with where it is missing.
  @inline(__always)
  private static func need() {
    guard let obstacle else { return }
    FileHandle.standardError.write(Data("error: \(absence(obstacle))\n".utf8))
    exit(1)
  }

  /// The processor family whose kernels OpenBLAS chose, such as `SkylakeX` or `Zen`.
  public static var coreName: String {
    need()
    return String(cString: clava_blas_core())
  }

  /// OpenBLAS's own description of its version and options.
  public static var configuration: String {
    need()
    return String(cString: clava_blas_configuration())
  }

  /// How many threads OpenBLAS uses: one.
  package static var threadCount: Int {
    need()
    return Int(clava_blas_threads())
  }

  /// C = alpha · op(A) · op(B) + beta · C, op being the transpose where asked for.
  public static func multiply(
    _ a: Matrix, transposed transposedA: Bool = false, _ b: Matrix, transposed transposedB: Bool = false,
    into c: Matrix, alpha: Float = 1, beta: Float = 0
  ) {
    let (rows, inner) = transposedA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (innerB, columns) = transposedB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      inner == innerB && rows == c.rows && columns == c.columns,
      "cannot multiply \(rows) x \(inner) by \(innerB) x \(columns) into \(c.rows) x \(c.columns)")
    multiply(
      rows: rows, columns: columns, inner: inner, a.pointer, stride: a.columns, transposed: transposedA,
      b.pointer, stride: b.columns, transposed: transposedB, into: c.pointer, stride: c.columns, alpha: alpha,
      beta: beta)
  }

  /// C = alpha · op(A) · op(B) + beta · C on parts of matrices.
  ///
  /// - Parameters:
  ///   - rows: rows of C.
  ///   - columns: columns of C.
  ///   - inner: the dimension that is summed over.
  public static func multiply(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, stride strideA: Int,
    transposed transposedA: Bool, _ b: UnsafePointer<Float>, stride strideB: Int,
    transposed transposedB: Bool, into c: UnsafeMutablePointer<Float>, stride strideC: Int, alpha: Float = 1,
    beta: Float = 0
  ) {
    guard rows > 0, columns > 0 else { return }
    need()
    clava_blas_sgemm(
      transposedA ? 1 : 0, transposedB ? 1 : 0, Int32(rows), Int32(columns), Int32(inner), alpha, a,
      Int32(max(1, strideA)), b, Int32(max(1, strideB)), beta, c, Int32(max(1, strideC)))
  }
}
