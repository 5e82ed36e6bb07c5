import Configuration
import Essentials
import Foundation
import Testing

@Suite("Configuration of the fleet")
struct FleetKeysTests {
  private func read(_ text: String) throws -> Configuration { try ConfigurationText.read(text, source: "fleet.yaml") }

  private func problems(_ text: String) -> [Problem] { ConfigurationText.problems(text, source: "fleet.yaml") }

  @Test("every key of the fleet is read, and written so that it reads the same")
  func roundTrip() throws {
    let configuration = try read(
      """
      fleet:
        launcher: slurm
        listen: tcp://[::1]:5570
        advertise: head.cluster
        program: /shared/bin/clava
        lifetime: 55m
        lifetime_stagger: 4m
        orphan_after: 1h
        lease: 20s
        heartbeat: 1s
        memory: 1.5GiB
        ssh: { connections: 2, options: [-i, key file] }
        slurm: { partition: gpu, account: me, time: 1h, cpus: 8, memory: 8GB, extra: ["--qos=low"], poll: 5s }
        kubernetes: { image: "registry.example:5000/clava@sha256:00", namespace: my-space, volume: 20Gi, apply: true }
      """)
    let fleet = configuration.fleet
    #expect(fleet.launcher == "slurm" && fleet.listen == "tcp://[::1]:5570" && fleet.advertise == "head.cluster")
    #expect(fleet.lifetime == 3300 && fleet.lifetimeStagger == 240 && fleet.memory == 3 << 29)
    #expect(fleet.slurm.memory == 8_000_000_000 && fleet.slurm.extra == ["--qos=low"] && fleet.slurm.time == 3600)
    #expect(fleet.kubernetes.volume == 20 << 30 && fleet.kubernetes.apply && fleet.ssh.options == ["-i", "key file"])
    for explained in [false, true] {
      #expect(try read(ConfigurationWriter.text(configuration, explained: explained)) == configuration)
    }
  }

  @Test("auto and none are the defaults and can be written")
  func defaults() throws {
    let fleet = try read("fleet: { listen: auto, advertise: auto, lifetime: none, memory: auto, program: auto }").fleet
    #expect(fleet == Configuration().fleet)
  }

  @Test(
    "a wrong value names its line and what was expected",
    arguments: [
      "listen: ipc:///tmp/x", "listen: 'tcp://0.0.0.0'", "listen: 'tcp://0.0.0.0:70000'", "advertise: head:5570",
      "launcher: pbs", "lifetime: soon", "lease: 0s", "memory: 8", "memory: lots", "slurm: { cpus: 0 }",
      "slurm: { partition: 'a b' }", "slurm: { extra: --qos=low }", "kubernetes: { namespace: Mine }",
      "ssh: { connections: 0 }",
    ])
  func wrong(_ line: String) {
    let found = problems("fleet:\n  \(line)\n")
    #expect(found.count == 1)
    #expect(found.first?.place.line == 2 && found.first?.place.key?.hasPrefix("fleet.") == true)
    #expect(found.first?.message.contains("expected") == true && found.first?.remedy != nil)
  }

  @Test(
    "keys that do not go together are named with the remedy",
    arguments: [
      ("launcher: ssh", "fleet.hosts"), ("launcher: kubernetes", "fleet.kubernetes.image"),
      ("lease: 2s", "fleet.lease"), ("{ lifetime: 10m, lifetime_stagger: 10m }", "fleet.lifetime_stagger"),
      ("{ launcher: slurm, lifetime: 60m, slurm: { time: 1h } }", "fleet.lifetime"),
      ("slurm: { extra: [qos=low] }", "fleet.slurm.extra"),
      ("{ launcher: kubernetes, kubernetes: { image: i }, listen: 'tcp://0.0.0.0:0' }", "fleet.listen"),
    ])
  func together(_ text: String, _ key: String) {
    let found = problems("fleet:\n  \(text)\n")
    #expect(found.count == 1 && found.first?.place.key == key && found.first?.remedy != nil)
  }

  @Test("an unknown key of a deep section gets the nearest name")
  func unknown() {
    let found = problems("fleet:\n  slurm:\n    partitoin: gpu\n")
    #expect(found.first?.place.line == 3 && found.first?.remedy?.contains("fleet.slurm.partition") == true)
  }

  @Test("a list of machines is read with all its options")
  func hosts() throws {
    let list = try HostList(
      text: "hosts: [{address: 10.9.1.1, user: train, slots: 2, cpus: 8, memory: 32GB, gpus: 0, workdir: clava}]",
      source: "hosts.yaml")
    let host = try #require(list.hosts.first)
    #expect(host.address == "10.9.1.1" && host.user == "train" && host.slots == 2 && host.memory == 32_000_000_000)
    #expect(host.workdir == "clava" && host.cpus == 8 && host.gpus == 0 && host.port == nil)
  }

  @Test("all mistakes of a list of machines are reported with their lines")
  func wrongHosts() {
    let text = """
      hosts:
      - address: 10.9.1.1
        slot: 2
      - user: me
      - address: a b
      - address: 10.9.1.2
        memory: 32
      - address: 10.9.1.2
      - 7
      machines: []
      """
    do {
      _ = try HostList(text: text, source: "hosts.yaml")
      Issue.record("it was accepted")
    } catch {
      let problems = (error as? ClavaError)?.problems ?? []
      #expect(problems.map(\.place.line) == [3, 4, 5, 7, 8, 9, 10])
      #expect(problems.first?.remedy?.contains("slots") == true)
      #expect(problems.allSatisfy { $0.place.file == "hosts.yaml" })
    }
  }

  @Test("the example configurations are valid")
  func examples() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("cluster-configs").path
    var launchers: Set<String> = []
    // The examples of sweeps are tested where sweeps are.
    for name in FileSystem.list(folder) where name.hasSuffix(".yaml") && !name.hasPrefix("sweep") {
      if name == "hosts.yaml" {
        #expect(try !HostList(file: "\(folder)/\(name)").hosts.isEmpty)
        continue
      }
      var reader = ConfigurationReader()
      try reader.read(file: "\(folder)/\(name)")
      launchers.insert(try reader.finish().fleet.launcher)
    }
    #expect(launchers == ["local", "ssh", "slurm", "kubernetes", "external"])
  }
}
