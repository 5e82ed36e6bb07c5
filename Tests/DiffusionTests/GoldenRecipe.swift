import Diffusion
import Neural
import Storage
import Tensors
import TestSupport

/// The denoiser of the oracle file: three numeric columns, categories of 2, 4 and 7 levels, condition of width 5.
struct GoldenRecipe {
  let file: ArtifactReader
  let shape: DenoiserShape
  let tensors: [NamedTensor]

  init() throws {
    file = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    let layout = FeatureLayout(
      numericCount: 3, levelCounts: try file.read("denoiser/level_sizes", as: Int32.self).map(Int.init),
      scales: try file.read("denoiser/scales", as: Double.self).map { Float($0) })
    shape = DenoiserShape(features: layout, conditionWidth: 5, layers: [16, 16, 16], timeDimension: 8)
    let reader = file
    tensors = try TimeConditionedNetwork(shape.network).layout.slices.map { slice in
      let name = "denoiser/params/\(slice.name)"
      return NamedTensor(
        name: slice.name, shape: try reader.shape(name), values: try reader.read(name, as: Float.self))
    }
  }

  /// The condition matrix of a group as scalar columns.
  func condition(_ group: String) throws -> ConditionRows {
    let values = try file.read("\(group)/condition", as: Float.self)
    let rows = values.count / 5
    return ConditionRows(
      rowCount: rows,
      parts: (0..<5).map { column in .scalars((0..<rows).map { values[5 * $0 + column] }) })
  }

  func features() throws -> FeatureRows {
    FeatureRows(
      layout: shape.features, rowCount: 16, numerics: try file.read("denoiser/numeric", as: Float.self),
      codes: try file.read("denoiser/categories", as: Int32.self))
  }
}
