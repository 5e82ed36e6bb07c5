import ArgumentParser
import Configuration
import Essentials
import Foundation
import Storage
import Tensors

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check that this machine can run Clava.",
    discussion: "EXAMPLE\n  clava doctor")

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  /// One check and what it found.
  struct Check: Codable {
    var name: String
    var isGood: Bool
    var found: String
  }

  func run() throws {
    let checks = [kernels(), product(), storage(), disk(), memory()]
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(checks), as: UTF8.self))
    } else {
      for check in checks { print("\(check.isGood ? "ok  " : "FAIL")  \(check.name): \(check.found)") }
    }
    guard checks.allSatisfy(\.isGood) else { throw ExitCode(1) }
  }

  private func kernels() -> Check {
    do { try BLAS.load() } catch { return Check(name: "matrix products", isGood: false, found: "\(error)") }
    let profile = NumericProfile.current
    let chosen = NumericKernels.coreType(Configuration()) ?? profile.core
    return Check(
      name: "matrix products", isGood: !profile.library.isEmpty,
      found: "\(profile.library), kernels \(profile.core) here, \(chosen) in workers")
  }

  private func product() -> Check {
    guard (try? BLAS.load()) != nil else {
      return Check(name: "arithmetic", isGood: false, found: "not checked: there are no matrix products")
    }
    let size = 192
    let stream = RandomStream(seed: 1, name: "doctor")
    let left = Matrix(rows: size, columns: size), right = Matrix(rows: size, columns: size)
    let result = Matrix(rows: size, columns: size)
    stream.fillNormals(left, rows: 0..<size, firstRow: 0)
    stream.fillNormals(right, rows: 0..<size, firstRow: 1 << 20)
    BLAS.multiply(left, transposed: false, right, transposed: false, into: result)
    var worst = 0.0
    for row in stride(from: 0, to: size, by: 37) {
      for column in stride(from: 0, to: size, by: 41) {
        let exact = (0..<size).reduce(0.0) { $0 + Double(left[row, $1]) * Double(right[$1, column]) }
        worst = max(worst, abs(exact - Double(result[row, column])))
      }
    }
    return Check(
      name: "arithmetic", isGood: worst < 1e-3, found: String(format: "largest error of a product %.1e", worst))
  }

  private func storage() -> Check {
    let path = NSTemporaryDirectory() + "/clava-doctor-\(getpid()).h5"
    defer { FileSystem.removeIfPresent(path) }
    do {
      let writer = try ArtifactWriter(path: path)
      try writer.write("values", [Float](repeating: 1.5, count: 1000))
      try writer.finish()
      let isSame = try ArtifactReader(path: path).read("values", as: Float.self).allSatisfy { $0 == 1.5 }
      return Check(name: "HDF5", isGood: isSame, found: "a file written and read back in the temporary folder")
    } catch {
      return Check(name: "HDF5", isGood: false, found: "\(error)")
    }
  }

  private func disk() -> Check {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: ".")
    let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    return Check(name: "disk", isGood: free > 100 << 20, found: "\(TextFormatting.bytes(free)) free here")
  }

  private func memory() -> Check {
    let information = ProcessInfo.processInfo
    let total = Int(information.physicalMemory)
    return Check(
      name: "machine", isGood: total > 512 << 20,
      found: "\(information.activeProcessorCount) cores, \(TextFormatting.bytes(total)) memory")
  }
}
