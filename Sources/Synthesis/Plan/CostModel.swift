import Configuration
import Evaluation
import Tables
import TaskGraph

/// Predicted seconds and bytes of each task: rows × steps × network, with rates of one ordinary core. Only order,
/// progress and `clava plan` depend on them.
struct CostModel {
  let configuration: Configuration

  /// Floating-point operations a second that training and sampling sustain on one core.
  private static let arithmeticRate = 45e9
  /// Bytes of CSV a second that are read, parsed and written again in binary.
  private static let encodingRate = 60e6
  /// Seconds that starting, hashing and committing any task takes.
  private static let overhead = 0.01

  /// Guess of the network's input width: numbers take one input, a category as many as it has levels, which are not
  /// counted before the table is encoded; ten is typical.
  private func width(_ table: TableSchema) -> Int {
    table.columns.reduce(0) { total, column in
      switch column.role {
      case .number, .date: total + 1
      case .categorical: total + 10
      case .boolean: total + 2
      default: total
      }
    }
  }

  /// Multiply-adds of one row in the denoiser.
  private func multiplications(_ table: TableSchema, labels: Int) -> Double {
    let input = Double(width(table) + labels)
    if configuration.denoiser.process == "ddpm" {
      return multiplications([128] + configuration.denoiser.layers) + input * 128 + 128 * 128 * 2
    }
    let layers = configuration.denoiser.layers
    let first = Double(layers.first ?? 0), last = Double(layers.last ?? 0)
    return input * (first + last) + multiplications(layers) + first * first
  }

  /// Multiply-adds of one row in the classifier.
  private var classifierMultiplications: Double {
    let time = configuration.classifier.timeDimension
    return multiplications([time] + configuration.classifier.layers) + Double(2 * time * time)
  }

  private func multiplications(_ layers: [Int]) -> Double {
    zip(layers, layers.dropFirst()).reduce(0.0) { $0 + Double($1.0 * $1.1) }
  }

  func encode(_ survey: TableSurvey) -> TaskCost {
    TaskCost(
      seconds: Self.overhead + 2 * Double(survey.byteCount) / Self.encodingRate,
      memory: 40 << 20 + survey.rowCount * 16)
  }

  func label(parentRows: Int, childRows: Int, columns: Int) -> TaskCost {
    let rows = Double(min(childRows, configuration.labels.fitRows))
    let work = rows * Double(configuration.labels.clusters) * Double(columns + 1)
    return TaskCost(
      seconds: Self.overhead + work * Double(configuration.labels.iterations) * 2e-9,
      memory: 40 << 20 + (parentRows + childRows) * (columns + 1) * 8)
  }

  /// A part of a training, `share` of its steps.
  func train(_ table: TableSchema, labels: Int, rows: Int, share: Double = 1) -> TaskCost {
    let batch = Double(min(rows, configuration.denoiser.batch))
    let steps = Double(configuration.steps(rows: rows)) * share
    let work = steps * batch * 6 * multiplications(table, labels: labels)
    return TaskCost(
      seconds: Self.overhead + work / Self.arithmeticRate + steps * 2e-4,
      memory: 60 << 20 + rows * (width(table) + 8) * 4 + Int(batch) * 4096 * 4)
  }

  func trainClassifier(_ table: TableSchema, rows: Int) -> TaskCost {
    let options = configuration.classifier
    let batch = Double(min(rows, options.batch))
    let work = Double(options.steps) * batch * 6 * classifierMultiplications
    return TaskCost(
      seconds: Self.overhead + work / Self.arithmeticRate + Double(options.steps) * 2e-4,
      memory: 60 << 20 + rows * (width(table) + 8) * 4 + Int(batch) * 3 * options.layers.reduce(0, +) * 4)
  }

  func sample(_ table: TableSchema, labels: Int, guides: Int, rows: Int) -> TaskCost {
    // Guidance takes a pass through the classifier and one back to its input.
    let perStep = multiplications(table, labels: labels) + Double(2 * guides) * classifierMultiplications
    let work = Double(rows) * Double(configuration.samplingSteps) * 2 * perStep
    return TaskCost(
      seconds: Self.overhead + work / Self.arithmeticRate, memory: 60 << 20 + rows * (width(table) + 8) * 4)
  }

  /// Comparison of rows of one version with so many rows each of another.
  func match(rows: Int, compared: Int) -> TaskCost {
    TaskCost(seconds: Self.overhead + Double(rows) * Double(compared + 100) * 4e-9, memory: 40 << 20 + rows * 512)
  }

  func calibrate(_ table: TableSchema, rows: Int) -> TaskCost {
    let perRow = configuration.calibration.kind == "off" ? 1e-7 : 2e-6
    return TaskCost(
      seconds: Self.overhead + Double(rows * max(1, table.columns.count)) * perRow, memory: 40 << 20 + rows * 128)
  }

  func structure(rows: Int, parents: Int) -> TaskCost {
    TaskCost(
      seconds: Self.overhead + Double(rows * max(1, parents)) * 2e-6, memory: 20 << 20 + rows * 64 * max(1, parents))
  }

  func assemble(_ survey: TableSurvey) -> TaskCost {
    TaskCost(
      seconds: Self.overhead + Double(survey.byteCount) / Self.encodingRate * configuration.structure.scale,
      memory: 40 << 20 + survey.rowCount * 16)
  }

  /// Comparison of `pairs` column pairs over joined rows.
  func evaluate(rows: Int, pairs: Int) -> TaskCost {
    TaskCost(seconds: Self.overhead + Double(rows) * Double(pairs) * 1.2e-8, memory: 40 << 20 + rows * 256)
  }

  /// Tests of a section about a table with `rows` rows in all parts and `columns` columns; `bytes` of CSV are read.
  func findings(_ section: FindingSection, bytes: Int, rows: Int, columns: Int) -> TaskCost {
    let limited = Double(min(rows, 2 * configuration.evaluation.rowLimit)), width = Double(columns + 1)
    let work: Double =
      switch section {
      case .structure, .temporal, .integrity: Double(rows) * width * 5e-8
      case .privacy: limited * limited * width * 5e-10
      case .detection: limited * width * 2e-5
      case .utility: limited * width * width * 2e-5
      }
    return TaskCost(
      seconds: Self.overhead + Double(bytes) / Self.encodingRate + work, memory: 40 << 20 + 6 * bytes)
  }

  /// Plots of a table.
  func plots(bytes: Int, rows: Int, columns: Int) -> TaskCost {
    TaskCost(
      seconds: Self.overhead + Double(bytes) / Self.encodingRate + Double(rows * (columns + 1)) * 5e-8,
      memory: 40 << 20 + 6 * bytes)
  }

  /// Real rows against other real rows, for all `pairs` column pairs over joined rows.
  func ceilings(bytes: Int, rowPairs: Double) -> TaskCost {
    TaskCost(
      seconds: Self.overhead + Double(bytes) / Self.encodingRate
        + Double(configuration.evaluation.ceilings) * rowPairs * 1.2e-8, memory: 40 << 20 + 8 * bytes)
  }
}
