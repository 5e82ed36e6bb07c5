/// How rows are made noisy.
///
/// A network sees the variance-preserving form of a noisy row, (x₀ + σ ε) / √(1 + σ²), in either process; with
/// σ² = (1 − ᾱ) / ᾱ that is √ᾱ x₀ + √(1 − ᾱ) ε. So a classifier of noisy rows serves both.
public enum NoiseProcess: Sendable, Equatable {
  /// Continuous noise levels σ with log-normal draws; the network's time is 250 ln σ.
  ///
  /// Source: Karras et al., "Elucidating the design space of diffusion-based generative models", 2022.
  case edm
  /// Discrete steps of a schedule, drawn uniformly; the network's time is the step.
  case ddpm(GaussianSchedule)

  /// Factor of ln σ before the time embedding of the continuous process.
  public static let timeFactor = 250.0
}

extension NoiseProcess: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind
    case schedule
  }

  private enum Kind: String, Codable {
    case edm
    case ddpm
  }

  /// Reads `{"kind": "edm"}` or `{"kind": "ddpm", "schedule": …}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .edm: self = .edm
    case .ddpm: self = .ddpm(try container.decode(GaussianSchedule.self, forKey: .schedule))
    }
  }

  /// Writes the same form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .edm:
      try container.encode(Kind.edm, forKey: .kind)
    case .ddpm(let schedule):
      try container.encode(Kind.ddpm, forKey: .kind)
      try container.encode(schedule, forKey: .schedule)
    }
  }
}
