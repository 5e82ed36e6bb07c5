import Essentials

extension ConfigurationCheck {
  /// Keys of placement against each other.
  static func fleet(_ fleet: Configuration.Fleet) -> [Problem] {
    needs(fleet) + times(fleet)
  }

  /// What a launcher cannot do without.
  private static func needs(_ fleet: Configuration.Fleet) -> [Problem] {
    var found: [Problem] = []
    if fleet.launcher == "ssh" && fleet.hosts == nil {
      found.append(
        Problem(
          "fleet.launcher ssh needs a list of machines", at: .init(key: "fleet.hosts"),
          remedy: "set fleet.hosts to a file like cluster-configs/hosts.yaml"))
    }
    if fleet.launcher == "kubernetes" && fleet.kubernetes.image == nil {
      found.append(
        Problem(
          "fleet.launcher kubernetes needs an image", at: .init(key: "fleet.kubernetes.image"),
          remedy: "set fleet.kubernetes.image, for example registry.example/clava:0.1.0"))
    }
    if fleet.launcher == "kubernetes", let listen = fleet.listen, listen.hasSuffix(":0") {
      found.append(
        Problem(
          "fleet.listen \(listen) has no port that a Service can name", at: .init(key: "fleet.listen"),
          remedy: "set fleet.listen to auto or to a fixed port, for example tcp://0.0.0.0:5570"))
    }
    for option in fleet.slurm.extra where !option.hasPrefix("-") {
      found.append(
        Problem(
          "'\(option)' is no option of sbatch", at: .init(key: "fleet.slurm.extra"),
          remedy: "write options with their values, for example [\"--qos=low\"]"))
    }
    return found
  }

  /// Times that bound each other.
  private static func times(_ fleet: Configuration.Fleet) -> [Problem] {
    var found: [Problem] = []
    func seconds(_ value: Double) -> String { "\(YAMLText.number(value))s" }
    if fleet.lease < 3 * fleet.heartbeat {
      found.append(
        Problem(
          "fleet.lease \(seconds(fleet.lease)) is less than three times fleet.heartbeat \(seconds(fleet.heartbeat))",
          at: .init(key: "fleet.lease"),
          remedy: "a worker would be lost for two late messages; set fleet.lease to at least "
            + seconds(3 * fleet.heartbeat)))
    }
    if let lifetime = fleet.lifetime, fleet.lifetimeStagger >= lifetime {
      found.append(
        Problem(
          "fleet.lifetime_stagger \(seconds(fleet.lifetimeStagger)) is not less than fleet.lifetime \(seconds(lifetime))",
          at: .init(key: "fleet.lifetime_stagger"), remedy: "set it to a tenth of the lifetime or so"))
    }
    if fleet.launcher == "slurm", let time = fleet.slurm.time, let lifetime = fleet.lifetime, lifetime + 120 > time {
      found.append(
        Problem(
          "fleet.lifetime \(seconds(lifetime)) leaves no two minutes of fleet.slurm.time \(seconds(time))",
          at: .init(key: "fleet.lifetime"),
          remedy: "set it to at most \(seconds(max(10, time - 120))), or raise the time"))
    }
    return found
  }
}
