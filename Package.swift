// swift-tools-version: 6.2
import PackageDescription

// Continuous integration sets CI; a warning is then an error. Elsewhere it stays a warning, so that a newer
// compiler does not lock users out.
let strict = Context.environment["CI"] != nil

let swiftSettings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

// The arithmetic kernels are useless without the optimiser, so debug builds optimise them too.
let kernelSettings: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno"])]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func module(_ name: String, _ dependencies: [Target.Dependency] = [], linked: [String] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: swiftSettings,
    linkerSettings: linked.map { .linkedLibrary($0) })
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], resources: resources, swiftSettings: swiftSettings)
}

let package = Package(
  name: "clava",
  products: [.executable(name: "clava", targets: ["clava"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C at the edge.
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .target(name: "CKernels", cSettings: kernelSettings, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CHDF5Shims", dependencies: ["CHDF5"]),
    .target(name: "CSystemShims"),
    .target(name: "COpenBLAS"),

    // One job each; imports run downward only (docs/architecture.md).
    module("Essentials", ["CSodium", "CSystemShims", logging]),
    module("Configuration", ["Essentials", yams]),
    module("Tensors", ["Essentials", "CKernels", "COpenBLAS"]),
    module("Storage", ["Essentials", "CHDF5", "CHDF5Shims", "CSystemShims"]),
    module("Tables", ["Essentials", "Tensors", "CSystemShims"]),
    module("Evaluation", ["Essentials", "Tensors"]),
    module("Neural", ["Essentials", "Tensors", "CKernels"]),
    module("Diffusion", ["Essentials", "Tensors", "Neural", "CKernels"]),
    module("Matching", ["Essentials", "Tensors", "CKernels"]),
    module("Latents", ["Essentials", "Tensors", "Matching", "CKernels"]),
    module("TaskGraph", ["Essentials"]),
    module("Sweeps", ["Essentials", "Configuration", "Tensors"]),
    module(
      "Synthesis",
      [
        "Essentials", "Configuration", "Tensors", "Storage", "Tables", "Evaluation", "Neural", "Diffusion",
        "Matching", "Latents", "TaskGraph",
      ]),
    module("Scheduling", ["Essentials", "TaskGraph"]),
    module("Messaging", ["Essentials", "CZeroMQ", "CSystemShims"]),
    module(
      "Fleet",
      ["Essentials", "TaskGraph", "Storage", "Scheduling", "Messaging", "CSystemShims", logging]),
    .executableTarget(
      name: "clava",
      dependencies: [
        "Essentials", "Configuration", "Tensors", "Storage", "Tables", "Evaluation", "Neural", "Diffusion",
        "Matching", "Latents", "TaskGraph", "Synthesis", "Sweeps", "Scheduling", "Fleet", "CSystemShims",
        argumentParser, logging,
      ],
      swiftSettings: swiftSettings),

    // Tests mirror the modules.
    .target(
      name: "TestSupport", dependencies: ["Essentials", "Storage"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("EssentialsTests", ["Essentials"]),
    tests("ConfigurationTests", ["Configuration", "Essentials"]),
    tests("TensorsTests", ["Tensors", "Essentials", "Storage"]),
    tests("StorageTests", ["Storage", "Essentials"]),
    tests("TablesTests", ["Tables", "Tensors", "Essentials", "Storage"]),
    tests("EvaluationTests", ["Evaluation", "Tables", "Tensors", "Storage", "Essentials"]),
    tests("NeuralTests", ["Neural", "Tensors", "Essentials", "Storage"]),
    tests("DiffusionTests", ["Diffusion", "Neural", "Tensors", "Essentials", "Storage"]),
    tests("MatchingTests", ["Matching", "Tensors", "Essentials", "Storage"]),
    tests("LatentsTests", ["Latents", "Matching", "Tensors", "Essentials", "Storage"]),
    tests("TaskGraphTests", ["TaskGraph", "Essentials"]),
    .target(
      name: "SweepFunctions", dependencies: ["Sweeps", "Essentials"], path: "Tests/SweepFunctions",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "SweepSimulator", dependencies: ["SweepFunctions"], path: "Tests/SweepSimulator",
      swiftSettings: swiftSettings),
    tests("SweepsTests", ["Sweeps", "SweepFunctions", "Configuration", "Tensors", "Essentials"]),
    tests(
      "SynthesisTests",
      ["Synthesis", "TaskGraph", "Tables", "Evaluation", "Configuration", "Storage", "Essentials"]),
    .target(
      name: "FleetSimulation", dependencies: ["Scheduling", "TaskGraph", "Essentials"],
      path: "Tests/FleetSimulation", swiftSettings: swiftSettings),
    .executableTarget(
      name: "FleetSimulator", dependencies: ["FleetSimulation", "TaskGraph"], path: "Tests/FleetSimulator",
      swiftSettings: swiftSettings),
    tests("SchedulingTests", ["FleetSimulation", "Scheduling", "TaskGraph", "Essentials"]),
    tests("MessagingTests", ["Messaging", "Essentials"]),
    .executableTarget(
      name: "FleetTestProgram", dependencies: ["Fleet", "Scheduling", "TaskGraph", "Storage", "Essentials"],
      path: "Tests/FleetTestProgram", swiftSettings: swiftSettings),
    tests(
      "FleetTests",
      ["Fleet", "FleetTestProgram", "Scheduling", "TaskGraph", "Storage", "Messaging", "Essentials"]),
    tests("EndToEndTests", ["Essentials", "clava"]),

    // Decoders under damaged input.
    .target(
      name: "Fuzzing",
      dependencies: [
        "Messaging", "Tables", "Configuration", "Storage", "Fleet", "Tensors", "Essentials", "CSystemShims",
        "TestSupport",
      ],
      path: "Tests/Fuzzing", swiftSettings: swiftSettings),
    .executableTarget(
      name: "FuzzProgram", dependencies: ["Fuzzing", "Essentials"], path: "Tests/FuzzProgram",
      swiftSettings: swiftSettings),
    tests(
      "FuzzTests",
      ["Fuzzing", "Configuration", "Fleet", "Messaging", "Scheduling", "Storage", "TaskGraph", "Essentials"]),
  ],
  swiftLanguageModes: [.v6]
)

// A sanitizer is run on the tests of some modules: CLAVA_TESTS names them, and all else is left out of the build.
if let wanted = Context.environment["CLAVA_TESTS"] {
  var kept = Set(wanted.split(separator: " ").map(String.init))
  var added = kept
  while !added.isEmpty {
    let dependencies = package.targets.filter { added.contains($0.name) }.flatMap(\.dependencies)
    added = Set(
      dependencies.compactMap { dependency in
        switch dependency {
        case .targetItem(let name, _), .byNameItem(let name, _): name
        default: nil
        }
      }
    ).subtracting(kept)
    kept.formUnion(added)
  }
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll()
}
