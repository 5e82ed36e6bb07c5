import Configuration
import Essentials
import Testing

@Suite("The published method's configuration file")
struct PublishedConfigurationTests {
  /// Every key of the form, with values that are not the defaults.
  private static let whole = """
    {"general": {"data_dir": "complex/berka", "exp_name": "x", "workspace_dir": "w", "sample_prefix": "p",
                 "test_data_dir": "held/berka"},
     "clustering": {"parent_scale": 1.5, "num_clusters": 25, "clustering_method": "kmeans_and_gmm"},
     "diffusion": {"d_layers": [64, 128, 64], "dropout": 0.1, "num_timesteps": 500, "model_type": "mlp",
                   "iterations": 3000, "batch_size": 512, "lr": 0.0007, "weight_decay": 1e-06,
                   "gaussian_loss_type": "kl", "scheduler": "linear"},
     "classifier": {"d_layers": [32, 64, 32], "lr": 0.0002, "dim_t": 64, "batch_size": 256, "iterations": 1000},
     "sampling": {"batch_size": 20000, "classifier_scale": 2.0},
     "matching": {"num_matching_clusters": 1, "matching_batch_size": 1000, "unique_matching": true,
                  "no_matching": false},
     "debug": {"sample_scale": 0.5}}
    """

  private func read(_ text: String, overrides: [String] = []) throws -> (Configuration, [String]) {
    var reader = ConfigurationReader()
    try reader.read(text: text, source: "berka.json")
    for override in overrides { try reader.read(override: override) }
    return (try reader.finish(), reader.notices)
  }

  private func problems(_ text: String) -> [Problem] {
    do {
      _ = try read(text)
      return []
    } catch {
      return (error as? ClavaError)?.problems ?? []
    }
  }

  @Test("selects recipe clavaddpm, and every key is taken over")
  func everyKey() throws {
    let (found, _) = try read(Self.whole)
    #expect(found.recipe == "clavaddpm")
    #expect(found.compatibility == "none")
    #expect(found.data.path == "complex/berka")
    #expect(found.data.format == "clava")
    #expect(found.output == "w/x")
    #expect(found.tablePath("trans") == "trans/p_final/trans_synthetic.csv")
    #expect(found.evaluation.data == "held/berka")
    #expect(!found.evaluatesInPlan)
    #expect(found.labels.parentScale == 1.5)
    #expect(found.labels.clusters == 25)
    #expect(found.labels.method == "both")
    #expect(found.denoiser.layers == [64, 128, 64])
    #expect(found.denoiser.dropout == 0.1)
    #expect(found.denoiser.timesteps == 500)
    #expect(found.samplingSteps == 500)
    #expect(found.denoiser.steps == 3000)
    #expect(found.denoiser.batch == 512)
    #expect(found.denoiser.learningRate == 0.0007)
    #expect(found.denoiser.weightDecay == 1e-6)
    #expect(found.denoiser.loss == "variational_bound")
    #expect(found.denoiser.noiseSchedule == "linear")
    #expect(found.classifier.layers == [32, 64, 32])
    #expect(found.classifier.learningRate == 0.0002)
    #expect(found.classifier.timeDimension == 64)
    #expect(found.classifier.batch == 256)
    #expect(found.classifier.steps == 1000)
    #expect(found.classifier.scale == 2)
    #expect(found.matching.kind == "assignment")
    #expect(found.structure.scale == 0.5)
  }

  @Test("keys that cannot change a result here are accepted, and one notice names them")
  func noticeOfIgnored() throws {
    let (_, notices) = try read(Self.whole)
    #expect(notices.count == 1)
    for key in ["sampling.batch_size", "matching.num_matching_clusters", "matching.matching_batch_size"] {
      #expect(notices.first?.contains(key) == true)
    }
  }

  @Test("what the file leaves out has the published default")
  func defaults() throws {
    let (found, notices) = try read("{\"general\": {\"data_dir\": \"d\"}, \"clustering\": {\"num_clusters\": 20}}")
    var expected = RecipePreset.configuration(recipe: "clavaddpm")
    expected.data.path = "d"
    expected.data.format = "clava"
    expected.outputLayout = "published"
    #expect(found == expected)
    #expect(found.tablePath("loan") == "loan/_final/loan_synthetic.csv")
    #expect(notices.isEmpty)
  }

  @Test(
    "the two matching flags choose among our kinds",
    arguments: [
      ("\"unique_matching\": false", "nearest", "replace"), ("\"no_matching\": true", "none", "keep"),
      ("\"unique_matching\": false, \"no_matching\": true", "none", "keep"),
      ("\"unique_matching\": true", "assignment", "keep"),
    ])
  func matching(flags: String, kind: String, repeats: String) throws {
    let (found, _) = try read("{\"general\": {\"data_dir\": \"d\"}, \"matching\": {\(flags)}}")
    #expect(found.matching.kind == kind)
    #expect(found.matching.repeats == repeats)
  }

  @Test("with compatibility reference unique matching is greedy on raw columns")
  func reference() throws {
    let (found, _) = try read(Self.whole, overrides: ["compatibility=reference"])
    #expect(found.matching.kind == "greedy")
    #expect(found.matching.features == "raw")
    #expect(found.denoiser.ema == 0)
    #expect(found.denoiser.steps == 3000)
  }

  @Test("with recipe clava data and clustering are taken over, and a notice names what is not")
  func otherRecipe() throws {
    let (found, notices) = try read(Self.whole, overrides: ["recipe=clava"])
    #expect(found.recipe == "clava")
    #expect(found.denoiser == Configuration().denoiser)
    #expect(found.labels.clusters == 25)
    #expect(found.data.path == "complex/berka")
    #expect(notices.contains { $0.contains("diffusion.iterations of berka.json") })
  }

  @Test("a number of clusters for each child table")
  func clustersByTable() throws {
    let text = """
      {"general": {"data_dir": "d"}, "clustering": {"num_clusters": {"individual": 25, "disp": 10}}}
      """
    let (found, _) = try read(text)
    #expect(found.clusters(ofChild: "individual", rows: 500) == 25)
    #expect(found.clusters(ofChild: "disp", rows: 500) == 10)
    #expect(found.clusters(ofChild: "loan", rows: 500) == 20)
  }

  @Test(
    "a test folder that is the data folder, empty or null is the plain evaluation",
    arguments: ["\"d\"", "\"\"", "null"])
  func testFolder(value: String) throws {
    let (found, _) = try read("{\"general\": {\"data_dir\": \"d\", \"test_data_dir\": \(value)}}")
    #expect(found.evaluation.data == nil)
    #expect(found.evaluatesInPlan)
  }

  @Test(
    "mistakes name the key of the file, what was expected and a remedy",
    arguments: [
      ("\"clustering\": {\"num_cluster\": 3}", "clustering.num_cluster", "num_clusters"),
      ("\"clusterin\": {\"num_clusters\": 3}", "clusterin", "clustering"),
      ("\"clustering\": {\"num_clusters\": {\"t\": 0}}", "clustering.num_clusters", "correct"),
      ("\"clustering\": {\"clustering_method\": \"dbscan\"}", "clustering.clustering_method", "correct"),
      ("\"diffusion\": {\"model_type\": \"resnet\"}", "diffusion.model_type", "mlp"),
      ("\"diffusion\": {\"iterations\": \"many\"}", "diffusion.iterations", "steps"),
      ("\"diffusion\": {\"gaussian_loss_type\": \"l1\"}", "diffusion.gaussian_loss_type", "correct"),
      ("\"matching\": {\"no_matching\": \"maybe\"}", "matching.no_matching", "correct"),
      ("\"sampling\": 5", "sampling", "write"),
    ])
  func mistakes(section: String, key: String, remedy: String) {
    let found = problems("{\"general\": {\"data_dir\": \"x\"}, \(section)}")
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.place.key == key)
    #expect(found.first?.place.file == "berka.json")
    #expect(found.first?.remedy?.contains(remedy) == true, "\(found)")
  }

  @Test("a file without a data folder is an error")
  func noData() {
    #expect(problems("{\"general\": {\"exp_name\": \"x\"}}").first?.message.contains("data_dir") == true)
  }
}
