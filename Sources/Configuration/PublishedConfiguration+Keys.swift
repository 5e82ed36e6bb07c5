extension PublishedConfiguration {
  /// The keys of each section and what they mean.
  ///
  /// Source: reference-method §2.5; its defaults are those of recipe `clavaddpm`.
  static let meanings: [String: [String: Meaning]] = [
    "general": [
      "data_dir": .special,
      "exp_name": .special,
      "workspace_dir": .special,
      "sample_prefix": .sets("output_prefix", isMethod: false),
      "test_data_dir": .special,
    ],
    "clustering": [
      "parent_scale": .sets("labels.parent_scale", isMethod: false),
      "num_clusters": .special,
      "clustering_method": .sets(
        "labels.method", isMethod: false,
        names: [
          "both": "both", "kmeans_and_gmm": "both", "kmeans": "kmeans", "gmm": "gmm", "variational": "variational",
        ]),
    ],
    "diffusion": [
      "d_layers": .sets("denoiser.layers", isMethod: true),
      "dropout": .sets("denoiser.dropout", isMethod: true),
      "num_timesteps": .sets("denoiser.timesteps", isMethod: true),
      "model_type": .special,
      "iterations": .sets("denoiser.steps", isMethod: true),
      "batch_size": .sets("denoiser.batch", isMethod: true),
      "lr": .sets("denoiser.learning_rate", isMethod: true),
      "weight_decay": .sets("denoiser.weight_decay", isMethod: true),
      "gaussian_loss_type": .sets(
        "denoiser.loss", isMethod: true, names: ["mse": "squared_error", "kl": "variational_bound"]),
      "scheduler": .sets("denoiser.noise_schedule", isMethod: true),
    ],
    "classifier": [
      "d_layers": .sets("classifier.layers", isMethod: true),
      "lr": .sets("classifier.learning_rate", isMethod: true),
      "dim_t": .sets("classifier.time_dimension", isMethod: true),
      "batch_size": .sets("classifier.batch", isMethod: true),
      "iterations": .sets("classifier.steps", isMethod: true),
    ],
    "sampling": [
      "batch_size": .ignored,
      "classifier_scale": .sets("classifier.scale", isMethod: true),
    ],
    "matching": [
      "num_matching_clusters": .ignored,
      "matching_batch_size": .ignored,
      "unique_matching": .special,
      "no_matching": .special,
    ],
    "debug": ["sample_scale": .sets("structure.scale", isMethod: false)],
  ]
}
