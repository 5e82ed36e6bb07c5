internal import COpenBLAS

/// Matrix products.
///
/// OpenBLAS always runs on one thread: processes and threads of this program are the only parallelism, so that the
/// result does not depend on the number of cores.
public enum BLAS {
  private static let oneThread: Void = openblas_set_num_threads(1)

  /// Makes OpenBLAS use one thread; every product here does so by itself.
  public static func useOneThread() { oneThread }

  /// The processor family whose kernels OpenBLAS chose, such as `SkylakeX` or `Zen`.
  public static var coreName: String {
    guard let name = openblas_get_corename() else { return "unknown" }
    return String(cString: name)
  }

  /// OpenBLAS's own description of its version and options.
  public static var configuration: String {
    guard let text = openblas_get_config() else { return "unknown" }
    return String(cString: text)
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
    transposed transposedA: Bool = false, _ b: UnsafePointer<Float>, stride strideB: Int,
    transposed transposedB: Bool = false, into c: UnsafeMutablePointer<Float>, stride strideC: Int, alpha: Float = 1,
    beta: Float = 0
  ) {
    guard rows > 0, columns > 0 else { return }
    oneThread
    cblas_sgemm(
      CblasRowMajor, transposedA ? CblasTrans : CblasNoTrans, transposedB ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(inner), alpha, a, blasint(max(1, strideA)), b,
      blasint(max(1, strideB)), beta, c, blasint(max(1, strideC)))
  }
}
