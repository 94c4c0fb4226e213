import Foundation
import Testing

/// What the tool does with the cluster, with a stand-in for it.
struct ClusterTests {
  private static let images = Tool.repository + "/Examples/digits/test_images.npy"
  /// Of the digits example.
  private static let layers = 11

  @Test func `verify compares both back-ends and puts predictions beside cycles`() throws {
    try Tool.scratch { folder in
      let cluster = try StandInCluster(in: folder, layers: Self.layers)
      let outcome = try Tool.run(
        ["verify", Tool.digits, "--random", "2", "--backend", "host,cluster", "--json", folder + "/report.json"],
        environment: cluster.environment)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("70000 cycles an inference, 436352 MACs (6.23 MAC/cycle), after 12 cycles"))
      #expect(outcome.output.contains("digits on host, ") && outcome.output.contains("digits on cluster, "))
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))
      let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let backends = try #require(report["backends"] as? [String: [String: Any]])
      #expect(backends["host"]?["cycles"] == nil)
      let measured = try #require(backends["cluster"])
      #expect(measured["cycles"] as? Int == 70_000)
      #expect(measured["macs"] as? Int == 436_352)
      #expect((measured["predictedCycles"] as? Int ?? 0) > 0)
      let layers = try #require(measured["layers"] as? [[String: Any]])
      #expect(layers.map { $0["cycles"] as? Int } == (1...Self.layers).map { 1_000 * $0 })
      #expect(layers.allSatisfy { $0["mismatches"] as? Int == 0 && ($0["elements"] as? Int ?? 0) > 0 })
    }
  }

  @Test func `run on the cluster gives the reference's outputs, cycles and a timeline`() throws {
    try Tool.scratch { folder in
      let cluster = try StandInCluster(in: folder, layers: Self.layers)
      let arguments = ["--input", Self.images, "--json", "--output"]
      let outcome = try Tool.run(
        ["run", Tool.digits, "--backend", "cluster", "--timeline", folder + "/timeline.json"] + arguments
          + [folder + "/a"], environment: cluster.environment)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let measurement = try #require(try outcome.json()["measurement"] as? [String: Any])
      #expect(measurement["cycles"] as? Int == 70_000 && measurement["loadCycles"] as? Int == 12)
      #expect((measurement["layers"] as? [Any])?.count == Self.layers)
      #expect(FileManager.default.fileExists(atPath: folder + "/timeline.json"))
      let reference = try Tool.run(
        ["run", Tool.digits, "--backend", "reference"] + arguments + [folder + "/b"])
      #expect(try reference.json()["measurement"] == nil)
      let outputs = try ["a", "b"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/output0.npy")) }
      #expect(outputs[0] == outputs[1])
    }
  }

  @Test func `a fault of the cluster fails, in the simulator's words`() throws {
    try Tool.scratch { folder in
      let fault = "fault: core 3: load from 0x30000000, outside every memory, at 0x1c000124 (dory_columns)"
      let cluster = try StandInCluster(in: folder, layers: Self.layers, fault: fault)
      let run = try Tool.run(
        ["run", Tool.digits, "--backend", "cluster", "--input", Self.images], environment: cluster.environment)
      #expect(run.status == 1 && run.errors.contains("error: \(fault) [DG0032]"))
      let verify = try Tool.run(
        ["verify", Tool.digits, "--random", "1", "--backend", "cluster"], environment: cluster.environment)
      #expect(verify.status == 1 && verify.errors.contains(fault) && verify.output.hasSuffix("FAIL\n"))
    }
  }

  @Test func `a cluster that can't be built is refused with what to install`() throws {
    try Tool.scratch { folder in
      let make = folder + "/make"
      try Data("#!/bin/sh\necho 'no verilator' >&2\nexit 2\n".utf8).write(to: URL(fileURLWithPath: make))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: make)
      var environment = ProcessInfo.processInfo.environment
      environment["PATH"] = folder + ":" + (environment["PATH"] ?? "")
      let outcome = try Tool.run(
        ["verify", Tool.digits, "--random", "1", "--backend", "cluster"], environment: environment)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("no verilator") && outcome.errors.contains("[DG0033]"))
      #expect(outcome.errors.contains("pythondata-cpu-cv32e40p"))
    }
  }
}

/// The whole way, on the real simulator.
struct SimulatedClusterTests {
  private static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: $0 + "/verilator") }

  @Test(.enabled(if: isInstalled, "Verilator is not installed; scripts/setup does it"))
  func `the digits example runs on the cluster, every layer exact, and its cycles add up`() throws {
    try Tool.scratch { folder in
      let outcome = try Tool.run(
        ["verify", Tool.digits, "--random", "1", "--backend", "cluster", "--json", folder + "/report.json"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))
      let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let cluster = try #require((report["backends"] as? [String: [String: Any]])?["cluster"])
      let layers = try #require(cluster["layers"] as? [[String: Any]])
      let parts = ["computeCycles", "dmaCycles", "l3Cycles", "controlCycles"]
      for layer in layers {
        let cycles = try #require(layer["cycles"] as? Int)
        #expect(cycles > 0 && cycles == parts.reduce(0) { $0 + (layer[$1] as? Int ?? 0) })
      }
      let sum = layers.reduce(0) { $0 + ($1["cycles"] as? Int ?? 0) }
      let whole = try #require(cluster["cycles"] as? Int)
      // No core can do more than four MACs a cycle.
      #expect(whole >= sum && whole * 8 * 4 > 436_352)
    }
  }
}
