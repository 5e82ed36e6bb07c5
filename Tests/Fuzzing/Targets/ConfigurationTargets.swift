import Configuration
import Foundation

/// Reads a configuration text as the program does, and writes what it understood to read it again.
private func readConfiguration(_ bytes: [UInt8]) throws {
  guard let text = String(validating: bytes, as: UTF8.self) else { return }
  var reader = ConfigurationReader()
  try reader.read(text: text, source: "fuzz.yaml")
  _ = reader.notices
  let configuration = try reader.finish()
  var second = ConfigurationReader()
  try second.read(text: ConfigurationWriter.text(configuration, explained: false), source: "again.yaml")
  var again = try second.finish()
  // Where a table, column or denoiser was named differs.
  for name in again.tables.keys { again.tables[name]?.place = configuration.tables[name]?.place ?? "" }
  for name in again.denoisers.keys { again.denoisers[name]?.place = configuration.denoisers[name]?.place ?? "" }
  for name in again.columns.keys { again.columns[name]?.place = configuration.columns[name]?.place ?? "" }
  guard again == configuration else { throw FuzzFailure("a configuration does not survive a round trip") }
}

private let yamlNests = [
  ("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("a:\n ", ""), ("&a [*a, ", "]"), ("!!map ", ""), ("- - ", ""),
]

/// Configuration in YAML, with settings of the command line in a second part.
package struct ConfigurationTarget: FuzzTarget {
  package static let name = "yaml"
  package static let fullCount = 1_000_000

  private let texts = Mutator(
    samples: [
      "data:\n  path: data\n  format: sdv\noutput: out\nrecipe: robust\nseed: 7\n",
      """
      # a comment
      data: {path: "a b", format: auto}
      denoiser:
        steps: 2000
        layers: [256, 256]
        learning_rate: 1.0e-3
      tables:
        district: {kind: lookup}
        sale:
          ignore_relations:
            - shop
          clusters: 20
      columns: { customer.email: { kind: text, pattern: "user{row}@example.com" } }
      denoisers: { sale: {layers: [64, 64], learning_rate: 2e-3, early_stopping: no}, "sale.shop>shop": {steps: 5} }
      fleet: {hosts: hosts.yaml, listen: 'tcp://0.0.0.0:5570', workers: 4}

      """,
      "a: &x {b: 1}\nc: *x\nd: |\n  text\n  more\ne: >-\n  folded\nf: !!str 5\n",
      "base: &b [1, 2]\nsecond: &c [*b, *b]\nthird: &d [*c, *c]\n? *d\n: 5\n",
    ],
    words: ["&a ", "*a", "<<: *a", "---\n", "...\n", "!!binary ", "? ", "|+\n", ">2\n", "%YAML 1.2\n", "steps: 1e99"],
    nests: yamlNests)
  private let settings = Mutator(
    samples: [
      "denoiser.steps=2000", "tables.sale.kind=lookup", "columns.customer.email={kind: text, pattern: x}",
      "denoiser.layers=[256, 256]", "seed=1_000", "denoisers.sale.batch=64",
    ],
    words: ["tables.", "columns.", "==", "=[", "={"], nests: yamlNests)

  package init() {}

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    random.once(in: 4) ? [[], settings.input(&random)] : [texts.input(&random)]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    try Self.isAccepted {
      try readConfiguration(parts[0])
      guard parts.count > 1, let setting = String(validating: parts[1], as: UTF8.self) else { return }
      var reader = ConfigurationReader()
      try reader.read(override: setting)
      _ = try reader.finish()
    }
  }
}

/// Configuration in the published method's JSON form.
package struct PublishedTarget: FuzzTarget {
  package static let name = "published"
  package static let fullCount = 1_000_000

  private let texts = Mutator(
    samples: [
      """
      {"general": {"data_dir": "complex_data/berka", "exp_name": "berka", "workspace_dir": "clavaddpm_workspace",
       "sample_prefix": "", "test_data_dir": null},
       "clustering": {"parent_scale": 1.0, "num_clusters": {"loan": 50, "trans": 25}, "clustering_method": "both"},
       "diffusion": {"d_layers": [512, 1024, 512], "dropout": 0.0, "num_timesteps": 2000, "model_type": "mlp",
        "iterations": 200000, "batch_size": 4096, "lr": 0.0006, "gaussian_loss_type": "mse", "weight_decay": 1e-05,
        "scheduler": "cosine"},
       "classifier": {"d_layers": [128, 256], "lr": 0.0001, "dim_t": 128, "batch_size": 4096, "iterations": 20000},
       "sampling": {"batch_size": 20000, "classifier_scale": 1.0},
       "matching": {"num_matching_clusters": 1, "matching_batch_size": 1000, "unique_matching": true,
        "no_matching": false}, "debug": {"sample_scale": 1.0}}
      """,
      #"{"general": {"data_dir": "d"}, "clustering": {"num_clusters": 50}}"#,
    ],
    words: ["\"general\":", "\"num_clusters\": {}", "\"d_layers\": [0]"])

  package init() {}

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] { [texts.input(&random)] }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    try Self.isAccepted { try readConfiguration(parts[0]) }
  }
}

/// Lists of machines.
package struct HostListTarget: FuzzTarget {
  package static let name = "hosts"
  package static let fullCount = 1_000_000

  private let texts = Mutator(
    samples: [
      """
      hosts:
        - {address: 10.9.1.1, slots: 2, user: me, port: 22, cpus: 8, memory: 16GiB, gpus: 0}
        - address: node-2.example.org
          workdir: /scratch/me
          program: /opt/clava

      """
    ], words: ["hosts:", "1e30GB", "0.0000001MB", "-1GiB"], nests: yamlNests)

  package init() {}

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] { [texts.input(&random)] }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    try Self.isAccepted {
      guard let text = String(validating: parts[0], as: UTF8.self) else { return }
      _ = try HostList(text: text, source: "hosts.yaml")
    }
  }
}
