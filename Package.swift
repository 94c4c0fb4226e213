// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "dory-gen",
  products: [
    .executable(name: "dory-gen", targets: ["dory-gen"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CGLPK", pkgConfig: nil, providers: [.apt(["libglpk-dev"])]),
    .systemLibrary(name: "CRename"),
    .target(name: "NetworkIR"),
    .target(
      name: "GraphImport",
      dependencies: ["NetworkIR", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["ONNX/onnx.proto"]),
    .target(name: "Reference", dependencies: ["NetworkIR"]),
    .target(name: "Hardware", dependencies: ["NetworkIR"], resources: [.embedInCode("Targets")]),
    .target(name: "TilingSolver", dependencies: ["NetworkIR", "Hardware", "CGLPK"]),
    .target(name: "PlanVerification", dependencies: ["NetworkIR"]),
    .target(
      name: "Templates", path: "Templates",
      resources: [
        .embedInCode("runtime"), .embedInCode("kernels"), .embedInCode("simulator"), .embedInCode("cluster"),
        .embedInCode("pmsis"), .embedInCode("pmsis_standin"), .embedInCode("project"),
      ]),
    .target(name: "CEmitter", dependencies: ["NetworkIR", "Templates"]),
    .target(
      name: "Deployment",
      dependencies: [
        "NetworkIR", "GraphImport", "Reference", "Hardware", "TilingSolver", "PlanVerification", "CEmitter", "CRename",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: [.embedInCode("Reporting/Page")]),
    .executableTarget(
      name: "dory-gen",
      dependencies: [
        "CEmitter", "Deployment", "GraphImport", "Hardware", "NetworkIR", "PlanVerification", "Reference",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "ModelBuilding", path: "Tests/ModelBuilding"),
    .testTarget(name: "NetworkIRTests", dependencies: ["NetworkIR"]),
    .testTarget(
      name: "GraphImportTests",
      dependencies: [
        "GraphImport", "ModelBuilding", "NetworkIR", "Reference",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .testTarget(name: "ReferenceTests", dependencies: ["Reference", "NetworkIR"], exclude: ["Oracle"]),
    .testTarget(name: "HardwareTests", dependencies: ["Hardware", "NetworkIR"]),
    .testTarget(
      name: "TilingSolverTests", dependencies: ["TilingSolver", "PlanVerification", "Hardware", "NetworkIR"]),
    .testTarget(name: "PlanVerificationTests", dependencies: ["PlanVerification", "Hardware", "NetworkIR"]),
    .testTarget(
      name: "CEmitterTests", dependencies: ["CEmitter", "Hardware", "NetworkIR", "Templates"],
      exclude: ["Simulator/faults.c"]),
    .testTarget(
      name: "DeploymentTests",
      dependencies: ["Deployment", "GraphImport", "TilingSolver", "PlanVerification", "NetworkIR", "CEmitter"]),
    .testTarget(name: "ClusterTests", exclude: ["Programs"]),
    .testTarget(name: "CommandLineTests", dependencies: ["dory-gen"]),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "CEmitter", "Deployment", "GraphImport", "ModelBuilding", "NetworkIR", "PlanVerification", "Reference",
        "Templates",
      ],
      exclude: ["Differential", "Firmware/Programs", "RandomNetworks/Found"]),
  ],
  swiftLanguageModes: [.v6]
)

// `make fuzz` alone asks for this: a program of its own, instrumented throughout, that shares its seeds with the tests.
if Context.environment["DORY_GEN_FUZZ"] != nil {
  package.targets.removeAll { $0.type == .test }
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/CFuzzer"),
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "CFuzzer", "Deployment", "GraphImport", "Hardware", "ModelBuilding", "NetworkIR", "PlanVerification",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      path: "Tests/Fuzzing"),
  ]
}

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .treatAllWarnings(as: .error),
    ]
}
