import Deployment
import Foundation
import NetworkIR
import Testing

/// Firmware of networks that others made, on the stand-in for PMSIS: a few of them always, all with `make conformance`.
@Suite(.serialized, .enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct FirmwareNetworkTests {
  private static let isComplete = ProcessInfo.processInfo.environment["DORY_GEN_FIRMWARE"] == "all"

  /// On RV32 all but MobileNetV1, which takes minutes there.
  private static let large = "q_mnv1_100_128_qdq_s8pc"
  private static let all = [
    "mlperf_ad_fcae_int8", "mlperf_ic_resnet8_int8", "mlperf_kws_dscnn_int8", "mlperf_vww_mnv1_int8",
    "nemo_dronet_complete", "quantlab_dronet_v3",
  ]
  private static let networks = isComplete ? all : ["mlperf_kws_dscnn_int8", "nemo_dronet_complete"]
  private static let tight = isComplete ? all : ["mlperf_ad_fcae_int8", "quantlab_dronet_v3"]

  @Test(
    arguments: networks.flatMap { [($0, FirmwareProject.Machine.gcc), ($0, .rv32)] }
      + (isComplete ? [(large, .gcc)] : []))
  func `every layer is as the reference has it`(name: String, machine: FirmwareProject.Machine) throws {
    let model = try PlannedModel(path: SharedNetworks.model(name))
    let outcome = try FirmwareProject(try model.files(try model.sample())).run(machine, seed: 7)
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.verdicts == model.plan.layers.map { _ in "equal" })
  }

  /// Weights and, where they have to, activations come from L3 while layers run.
  @Test(arguments: tight.flatMap { [($0, FirmwareProject.Machine.sanitized), ($0, .rv32)] })
  func `every layer is right in the least L2 that the planner finds`(
    name: String, machine: FirmwareProject.Machine
  ) throws {
    let path = SharedNetworks.model(name)
    let model = try PlannedModel(path: path, l2Bytes: try Self.leastL2Bytes(path))
    #expect(model.plan.totals.l3ReadBytes > 0)
    let outcome = try FirmwareProject(try model.files(try model.sample(seed: 2))).run(machine)
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.verdicts == model.plan.layers.map { _ in "equal" })
  }

  @Test(arguments: isComplete ? all : ["mlperf_ic_resnet8_int8"])
  func `a weight that changed is reported at its layer`(name: String) throws {
    let model = try PlannedModel(path: SharedNetworks.model(name))
    let sample = try model.sample()
    let layer = try #require(
      model.plan.layers.indices.reversed().first { (try? model.flippingWeight(of: $0, sample)) != nil })
    let flipped = try model.flippingWeight(of: layer, sample)
    let outcome = try FirmwareProject(try flipped.files(sample)).run(.gcc)
    #expect(outcome.status != 0)
    #expect(outcome.verdicts.firstIndex(of: "DIFFERS") == layer)
    #expect(outcome.text.contains("error: layer '\(model.plan.layers[layer].name)' is the first of"))
  }

  /// What the refusal of a plan in far too little L2 proposes.
  private static func leastL2Bytes(_ path: String) throws -> Int {
    let refusal = #expect(throws: Refusal.self) { try PlannedModel(path: path, l2Bytes: 40_960) }
    let hint = try #require(refusal?.diagnostics.compactMap(\.hint).first)
    let proposed = try #require(hint.firstMatch(of: /--l2 (\d+)/), "\(hint)")
    return try #require(Int(proposed.1))
  }
}
