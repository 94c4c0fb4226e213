import Foundation
import NetworkIR
import Testing

@testable import Deployment

struct ClusterProgramTests {
  private static let network = GoldenDataTests.network

  /// A report of samples of one layer each, whose cycles are given.
  private static func report(_ cycles: [Int]) -> String {
    let samples = cycles.map {
      """
      {"cycles": \($0 + 10), "layers": [{"step": 0, "name": "maxpool_00", "cycles": \($0), "compute": \($0 - 9),
       "dma": 4, "l3": 3, "control": 2, "conflicts": 7, "cacheMisses": 1}]}
      """
    }
    return #"{"load": {"cycles": 99}, "samples": [\#(samples.joined(separator: ", "))], "faults": []}"#
  }

  private static func plan() throws -> DeploymentPlan {
    try Pipeline.plan(network, file: ModelFile(path: "pool.onnx", bytes: []), options: PlanningOptions())
  }

  @Test func `the simulator gets the project's files and its results are read`() async throws {
    let folder = try TemporaryFolder()
    let simulator = try StandInSimulator(in: folder.path, report: Self.report([100, 103]), output: [5, 105, 6, 7])
    let results = try await ClusterProgram(project: folder.path).run(
      [[GoldenDataTests.hwc], [GoldenDataTests.hwc]], network: Self.network)
    #expect(results.faults == [])
    #expect(results.outputs == [[[5, 105]], [[6, 7]]])
    #expect(results.layers == results.outputs)
    #expect(results.cycles?.samples.map(\.cycles) == [110, 113])
    let options = try simulator.options()
    #expect(options["--program"] == folder.path + "/build/cluster/network.elf")
    #expect(options["--configuration"] == folder.path + "/cluster/target.cfg")
    #expect(options["--weights"] == folder.path + "/weights.bin")
    #expect(options["--samples"] == "2")
    #expect(options["--timeline"] == nil)
  }

  @Test func `a timeline is written where it was asked for`() async throws {
    let folder = try TemporaryFolder()
    _ = try StandInSimulator(in: folder.path, report: Self.report([100]), output: [5, 105])
    _ = try await ClusterProgram(project: folder.path).run(
      [[GoldenDataTests.hwc]], network: Self.network, timeline: folder.path + "/events.json")
    #expect(try String(contentsOfFile: folder.path + "/events.json", encoding: .utf8) == "[]\n")
  }

  @Test func `a fault is told in the simulator's words, with the layers before it`() async throws {
    let folder = try TemporaryFolder()
    let fault = "fault: core 3: illegal instruction at 0x1c000080 (dory_dense)"
    _ = try StandInSimulator(in: folder.path, report: "", output: [5, 105], faults: [fault])
    let results = try await ClusterProgram(project: folder.path).run(
      [[GoldenDataTests.hwc], [GoldenDataTests.hwc]], network: Self.network)
    #expect(results.faults == [fault])
    #expect(results.layers == [[[5, 105]]])
    #expect(results.cycles == nil)
  }

  @Test(arguments: ["", "{}", report([100, 100]), report([100]).replacing("\"step\": 0", with: "\"step\": 1")])
  func `a report of something else is refused`(text: String) async throws {
    let folder = try TemporaryFolder()
    _ = try StandInSimulator(in: folder.path, report: text, output: [5, 105])
    let refusal = await #expect(throws: Refusal.self) {
      try await ClusterProgram(project: folder.path).run([[GoldenDataTests.hwc]], network: Self.network)
    }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0034"])
  }

  /// (100 + 101 + 103) / 3 = 101.33, and (100 + 101) / 2 = 100.5.
  @Test(arguments: [([100], 100), ([100, 101, 103], 101), ([100, 101], 101)])
  func `several samples give their rounded mean`(cycles: [Int], mean: Int) throws {
    let report = try ClusterReport(Array(Self.report(cycles).utf8), samples: cycles.count, layers: 1)
    let measured = try #require(MeasuredInference(report, plan: try Self.plan()))
    #expect(measured.cycles == mean + 10 && measured.loadCycles == 99)
    let layer = measured.layers[0]
    #expect(layer.cycles == mean && layer.computeCycles == mean - 9)
    #expect(layer.dmaCycles == 4 && layer.l3Cycles == 3 && layer.controlCycles == 2 && layer.conflictCycles == 7)
  }

  @Test func `the prediction stands beside the measurement`() throws {
    var plan = try Self.plan()
    plan.layers[0].cycles.total = 1_100
    plan.totals.predictedCycles = 1_111
    plan.layers[0].macs = 2_500
    let report = try ClusterReport(Array(Self.report([1_000]).utf8), samples: 1, layers: 1)
    var measured = try #require(MeasuredInference(report, plan: plan))
    #expect(measured.closelyPredictedLayers == 1)
    #expect(measured.blocks.plainLines[1].hasSuffix("2.50       1100  +10.0 %"))
    #expect(measured.blocks.plainLines.last == "predicted: 1111 cycles (+10.0 %), 1 of 1 layers within 10 %")
    measured.layers[0].predictedCycles = 1_101
    #expect(measured.closelyPredictedLayers == 0)
  }

  @Test func `the report of a verification has the cycles of the cluster and none of the host`() throws {
    let cycles = try ClusterReport(Array(Self.report([1_000]).utf8), samples: 1, layers: 1)
    var cluster = BackendReport()
    cluster.layers = [LayerComparison(name: "maxpool_00", op: "maxpool")]
    cluster.measurement = MeasuredInference(cycles, plan: try Self.plan())
    var host = cluster
    host.measurement = nil
    var report = VerificationReport(model: "m", profile: .tflm, samples: 1)
    report.backends = [.host: host, .cluster: cluster]
    let document = try JSONSerialization.jsonObject(with: Data(try report.json())) as? [String: Any]
    let backends = try #require(document?["backends"] as? [String: [String: Any]])
    #expect(backends["cluster"]?["cycles"] as? Int == 1_010)
    let layers = try #require(backends["cluster"]?["layers"] as? [[String: Any]])
    #expect(layers[0]["cycles"] as? Int == 1_000 && layers[0]["elements"] as? Int == 0)
    #expect(backends["host"]?["cycles"] == nil)
  }
}
