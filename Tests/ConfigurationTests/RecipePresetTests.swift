import Configuration
import Essentials
import Foundation
import Testing

@Suite("Recipes")
struct RecipePresetTests {
  private func read(_ text: String, overrides: [String] = []) throws -> Configuration {
    var reader = ConfigurationReader()
    try reader.read(text: text, source: "c.yaml")
    for override in overrides { try reader.read(override: override) }
    return try reader.finish()
  }

  private func problems(_ text: String) -> [Problem] {
    do {
      _ = try read(text)
      return []
    } catch {
      return (error as? ClavaError)?.problems ?? []
    }
  }

  @Test("recipe clava is the configuration without a recipe")
  func plain() {
    #expect(RecipePreset.configuration(recipe: "clava") == Configuration())
  }

  @Test(
    "the defaults of every recipe pass the check and can be written and read again",
    arguments: [("clava", "none"), ("clavaddpm", "none"), ("clavaddpm", "reference")])
  func valid(recipe: String, compatibility: String) throws {
    let expected = RecipePreset.configuration(recipe: recipe, compatibility: compatibility)
    #expect(try read("", overrides: ["recipe=\(recipe)", "compatibility=\(compatibility)"]) == expected)
    #expect(try read(ConfigurationWriter.text(expected, explained: true)) == expected)
  }

  @Test("every default that a recipe sets differs from that of clava, or says what the publication says")
  func effective() {
    let plain = Configuration()
    let published = RecipePreset.configuration(recipe: "clavaddpm")
    let reference = RecipePreset.configuration(recipe: "clavaddpm", compatibility: "reference")
    #expect(published.denoiser.layers == [512, 1024, 1024, 1024, 1024, 512])
    #expect(published.samplingSteps == 2000)
    #expect(published.structure.kind == "group_sizes")
    #expect(published.calibration.kind == "off")
    #expect(published.codec.useAllRows)
    #expect(!reference.codec.useAllRows)
    #expect(reference.labels.keyFeature)
    #expect(reference.denoiser.remainderBatches && reference.classifier.remainderBatches)
    #expect(reference.classifier.lossSquared)
    #expect(reference.denoiser.layers == published.denoiser.layers)
    #expect(plain.samplingSteps == 40)
  }

  @Test("the user's keys beat the recipe wherever the recipe is named")
  func order() throws {
    let first = try read("denoiser: { steps: 7 }\nrecipe: clavaddpm\n")
    #expect(first.denoiser.steps == 7)
    #expect(first.denoiser.batch == 4096)
    let last = try read("denoiser: { steps: 7 }\n", overrides: ["recipe=clavaddpm"])
    #expect(last == first)
    let back = try read("recipe: clavaddpm\ndenoiser: { steps: 7 }\n", overrides: ["recipe=clava"])
    #expect(back.denoiser.batch == Configuration().denoiser.batch)
    #expect(back.denoiser.steps == 7)
  }

  @Test("the mixture after a full k-means has the tolerance of its own, unless the user names one")
  func tolerance() throws {
    #expect(try read("recipe: clavaddpm").labels.tolerance == 1e-4)
    #expect(try read("recipe: clavaddpm\nlabels: { method: gmm }").labels.tolerance == 1e-3)
    #expect(try read("recipe: clavaddpm\nlabels: { method: gmm, tolerance: 1e-5 }").labels.tolerance == 1e-5)
  }

  @Test(
    "keys that do not go together give one error that names them, what they say and a remedy",
    arguments: [
      ("matching: { kind: greedy }", "matching.kind", "structure.kind exact"),
      ("matching: { kind: none }", "matching.kind", "structure.kind exact"),
      ("structure: { kind: group_sizes }", "matching.kind", "structure.kind group_sizes"),
      ("recipe: clavaddpm\nmatching: { kind: cells }", "matching.kind", "structure.kind group_sizes"),
      ("sampling: { solver: ddim }", "sampling.solver", "denoiser.process edm"),
      ("sampling: { solver: ancestral }", "sampling.solver", "denoiser.process edm"),
      ("denoiser: { loss: variational_bound }", "denoiser.loss", "denoiser.process edm"),
      ("compatibility: reference", "compatibility", "recipe clava"),
      ("denoiser: { process: ddpm, timesteps: 20 }", "sampling.steps", "denoiser.timesteps 20"),
      ("recipe: clavaddpm\nclassifier: { layers: [] }", "classifier.layers", "empty"),
      ("output_prefix: a/b", "output_prefix", "a/b"),
    ])
  func contradictions(text: String, key: String, found: String) {
    let list = problems(text)
    #expect(list.count == 1, "\(list)")
    #expect(list.first?.place.key == key)
    #expect(list.first?.message.contains(found) == true, "\(list)")
    #expect(list.first?.remedy?.isEmpty == false)
  }

  @Test(
    "choices of the published method can be made one by one",
    arguments: [
      "codec: { kind: quantile }", "labels: { method: variational, neighbours: all, key_feature: true }",
      "structure: { kind: group_sizes }\nmatching: { kind: assignment }\ncalibration: { kind: marginals }",
      "denoiser: { process: ddpm, timesteps: 100 }\nsampling: { solver: ancestral }",
      "denoiser: { process: ddpm }\nsampling: { solver: ddim, steps: 100 }",
      "recipe: clavaddpm\nsampling: { solver: dpmpp2m }", "recipe: clavaddpm\ndenoiser: { timesteps: 10 }",
      "sampling: { seed: 3 }", "classifier: { scale: 0, steps: 0 }",
    ])
  func single(text: String) {
    #expect(problems(text).isEmpty, "\(problems(text))")
  }

  @Test("the table of docs/configuration.md is the one the program prints")
  func documented() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/configuration.md").path
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    #expect(text.contains(ConfigurationTable.markdown), "replace the table by the output of `clava config --table`")
  }
}
