import Essentials
import Fleet
import Foundation
import TaskGraph
import TestSupport
import Testing

@Suite("What launchers say to engines")
struct PlacementTextTests {
  private func site(_ run: String = "/shared/run", lifetime: Double? = nil, keys: String = "/nowhere") -> LaunchSite {
    LaunchSite(
      run: run, endpoint: "tcp://head:5570", program: "/opt/clava/bin/clava", workingFolder: "/home/me",
      keyFile: { "\(keys)/slot-\($0).json" }, lifetimeSeconds: lifetime, staggerSeconds: lifetime == nil ? 0 : 240,
      report: { _ in })
  }

  @Test("a launch for Slurm is the script of the manual: signal before the end, requeue, identity, exec")
  func slurmScript() {
    var placement = SlurmPlacement()
    placement.cpus = 4
    placement.memory = 8 << 30
    placement.timeSeconds = 3600
    placement.partition = "gpu"
    placement.extra = ["--qos=low"]
    let launch = UUID().uuidString
    let text = SlurmScript(placement: placement, site: site(lifetime: 3300)).text(launch: launch, slots: [0, 1, 2, 5])
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == "#!/bin/bash")
    for option in [
      "--job-name=clava-\(launch)", "--array=0-2,5", "--ntasks=1 --cpus-per-task=4", "--mem=8192M", "--time=60",
      "--partition=gpu", "--requeue --open-mode=append", "--signal=B:USR1@120", "--qos=low",
      "--output=/shared/run/logs/slurm-%A_%a.log",
    ] {
      #expect(lines.contains("#SBATCH \(option)"), "\(option)")
    }
    #expect(lines.contains("export CLAVA_LAUNCH=\(launch)/$SLURM_ARRAY_TASK_ID"))
    #expect(
      lines.last
        == "exec /opt/clava/bin/clava worker --run /shared/run --lifetime 3300s --lifetime-stagger 240s")
  }

  @Test("paths with blanks, quotes and per cent signs reach Slurm and the shell as they are")
  func oddPaths() {
    let text = SlurmScript(placement: SlurmPlacement(), site: site("/data/my run's 5%")).text(
      launch: UUID().uuidString, slots: [0])
    #expect(text.contains("#SBATCH --output=\"/data/my run's 5%%/logs/slurm-%A_%a.log\""))
    #expect(text.contains("--run '/data/my run'\\''s 5%'"))
  }

  @Test("the answer of squeue is read by columns, with exit codes of both forms")
  func queue() {
    let launch = UUID().uuidString
    func line(_ slot: String, _ state: String, _ exit: String, node: String = "") -> String {
      [("clava-\(launch)", 50), (slot, 12), (state, 20), (exit, 12), ("12", 14), ("None", 40), (node, 60)]
        .map { $0.0.padding(toLength: $0.1, withPad: " ", startingAt: 0) }.joined()
    }
    let text = [
      line("0", "PENDING", "0"), line("1", "RUNNING", "0", node: "n1"), line("2", "FAILED", "25344", node: "n2"),
      line("3", "FAILED", "9", node: "n2"), line("4", "NODE_FAIL", "0", node: "n3"), line("5", "COMPLETED", "0"),
      line("6", "FAILED", "42:0"), line("7", "COMPLETING", "0"), "garbage", line("x", "RUNNING", "0"),
    ].joined(separator: "\n")
    let states = SlurmQueue.states(text)[launch] ?? [:]
    #expect(states.count == 8)
    #expect(states[0] == .pending && states[1] == .running && states[7] == .running)
    func ending(_ slot: Int) -> SlotEnding? { if case .gone(let ending)? = states[slot] { ending } else { nil } }
    #expect(ending(2)?.exitCode == 99 && ending(2)?.sentence == "ended with exit code 99 on n2 (Slurm job 12_2)")
    #expect(ending(3)?.exitCode == nil && ending(3)?.sentence == "was ended by signal 9 on n2 (Slurm job 12_3)")
    #expect(ending(4)?.exitCode == nil && ending(4)?.sentence == "ended as NODE_FAIL on n3 (Slurm job 12_4)")
    #expect(ending(5)?.exitCode == 0 && ending(6)?.exitCode == 42)
  }

  @Test("ssh gets batch mode, port and user; the secret goes over standard input and nowhere else")
  func ssh() throws {
    let folder = try TemporaryFolder()
    try FileSystem.writeAtomically(
      Data(#"{"name":"slot-1","publicKey":"P","secretKey":"SECRET","serverKey":"S"}"#.utf8),
      to: folder.file("slot-1.json"))
    let host = SSHHost(address: "10.9.1.1", user: "train", port: 2222, slots: 2, workdir: "my work", program: nil)
    let command = SSHCommand(
      placement: SSHPlacement(hosts: [host], options: ["-i", "key"]), site: site(keys: folder.path))
    let identity = LaunchIdentity(launch: UUID().uuidString, slot: 1)
    let arguments = command.arguments(host, identity)
    #expect(arguments.prefix(4) == ["ssh", "-T", "-o", "BatchMode=yes"])
    #expect(arguments.contains("ServerAliveInterval=15"))
    #expect(arguments.suffix(7).prefix(6) == ["-p", "2222", "-i", "key", "--", "train@10.9.1.1"])
    #expect(
      arguments.last
        == "sh -c 'env CLAVA_LAUNCH=\(identity.text) clava worker --connect - --key - --workdir '\\''my work'\\''; exit $?'"
    )
    #expect(!arguments.joined().contains("SECRET"))
    let shared = SSHHost(address: "10.9.1.2", slots: 2, memory: 8 << 30)
    #expect(command.arguments(shared, identity).last?.contains("--memory 4294967296") == true, "half of the machine's")
    let line = try command.greeting(slot: 1)
    #expect(line.last == 10 && line.count(where: { $0 == 10 }) == 1)
    let fields = try CanonicalJSON.decode([String: String].self, from: line, source: "greeting")
    #expect(fields["endpoint"] == "tcp://head:5570" && fields["secretKey"] == "SECRET")
  }

  @Test("levels hold every task once, after all it reads from")
  func levels() throws {
    let plan = try Plan(tasks: TestRun.usualTasks(), results: [], numericProfile: "test")
    let levels = plan.levels
    #expect(levels.map(\.count) == [6, 6, 1])
    var seen: Set<TaskIdentifier> = []
    for level in levels {
      for task in level { #expect(task.inputs.allSatisfy { seen.contains($0.task) }) }
      for task in level { seen.insert(task.id) }
    }
    #expect(seen.count == plan.tasks.count)
    #expect(plan.ancestry(of: [TaskIdentifier("mix/4")]).map(\.id.name) == ["chain/1", "mix/4"])
  }

  @Test("exported arrays keep within index 1000 and cover every task of a level")
  func width() throws {
    let tasks = (0..<2500).map { TestRun.task("mix/\($0)", "mix") }
    let plan = try Plan(tasks: tasks, results: [], numericProfile: "test")
    let export = PlanExport(plan: plan, run: "/r", program: "clava", workingFolder: "/w")
    let text = export.slurmScript(SlurmPlacement())
    #expect(text.contains("\nsubmit 0 1001 "))
    let narrow = PlanExport(plan: plan, run: "/r", program: "clava", workingFolder: "/w", width: 7)
    #expect(narrow.slurmScript(SlurmPlacement()).contains("\nsubmit 0 7 "))
    var covered: Set<Int> = []
    for index in 0..<7 { for task in stride(from: index, to: 2500, by: 7) { covered.insert(task) } }
    #expect(covered.count == 2500)
  }

  @Test("scripts name every level, and a Makefile every dependency")
  func scripts() throws {
    let plan = try Plan(tasks: TestRun.usualTasks(), results: [], numericProfile: "test")
    let export = PlanExport(plan: plan, run: "/my runs/$1", program: "clava", workingFolder: "/w")
    let makefile = export.makefile
    #expect(makefile.contains("RUN ?= '/my runs/$$1'"))
    #expect(makefile.contains("\nt12: t3 t4 t5 t6 t7 t8 t9 t10 t11\n"))
    #expect(export.nextflowScript.contains("level_2(Channel.of(0..0).combine(level_1.out.count()))"))
    #expect(export.kubernetesScript(KubernetesPlacement(image: "i")).contains("\nlevel 2 1 1024Mi"))
  }
}
