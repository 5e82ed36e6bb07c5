import Tensors
import TestSupport
import Testing

@Suite("Matrices and products")
struct MatrixTests {
  @Test("a new matrix is zero, aligned, and keeps what is written")
  func storage() {
    let matrix = Matrix(rows: 3, columns: 5)
    #expect(matrix.values == [Float](repeating: 0, count: 15))
    #expect(Int(bitPattern: matrix.pointer) % 64 == 0)
    matrix[2, 4] = 7
    #expect(matrix.row(2)[4] == 7)
    #expect(Matrix(rows: 0, columns: 5).values.isEmpty)
  }

  @Test("products equal a loop for every combination of transposes", arguments: [false, true], [false, true])
  func products(transposedA: Bool, transposedB: Bool) {
    let (rows, columns, inner) = (5, 7, 11)
    let stream = RandomStream(seed: 1, name: "matrix")
    let a = transposedA ? Matrix(rows: inner, columns: rows) : Matrix(rows: rows, columns: inner)
    let b = transposedB ? Matrix(rows: columns, columns: inner) : Matrix(rows: inner, columns: columns)
    stream.fillNormals(a, rows: 0..<a.rows, firstRow: 0)
    stream.fillNormals(b, rows: 0..<b.rows, firstRow: 100)
    let c = Matrix(rows: rows, columns: columns)
    c.fill(1)
    BLAS.multiply(a, transposed: transposedA, b, transposed: transposedB, into: c, alpha: 2, beta: 3)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for k in 0..<inner {
          sum += Double(transposedA ? a[k, row] : a[row, k]) * Double(transposedB ? b[column, k] : b[k, column])
        }
        #expect(abs(Double(c[row, column]) - (2 * sum + 3)) < 1e-4)
      }
    }
  }

  @Test("the numeric profile names the library, its kernels and the C library")
  func profile() {
    let profile = NumericProfile.current
    #expect(profile.library.contains("OpenBLAS"))
    #expect(!profile.core.isEmpty && profile.text.contains(profile.core))
    #expect(profile.text.contains("glibc 2."))
    #expect(profile == NumericProfile.current)
    #expect(BLAS.threadCount == 1)
  }
}
