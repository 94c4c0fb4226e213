import Deployment
import Foundation
import NetworkIR
import Testing

/// Shapes that no textbook network has, each planned, verified and run in C, bit for bit as the reference says.
@Suite(.serialized)
struct OddShapeTests {
  /// How much memory a shape is planned in.
  enum Memory: CaseIterable, CustomTestStringConvertible {
    /// All that the chip has.
    case roomy
    /// The least that it can be planned in, so that layers stream, stripe and page.
    case tight

    var testDescription: String { self == .roomy ? "roomy" : "tight" }
  }

  @Test(arguments: OddShape.chosen, Memory.allCases)
  func `a shape is planned, and its C is bit-exact`(shape: OddShape, memory: Memory) async throws {
    let network = try shape.network()
    let plan = try memory == .roomy ? Self.plan(network, PlanningOptions()) : Self.tightPlan(network)
    if memory == .tight {
      #expect(plan.layers.contains { $0.mode != .full || !$0.transfers.l3.isEmpty })
    }
    let run = ModelRun(network: network, samples: .random(count: 1, seed: shape.seed))
    let found = try await run.onHost(plan)
    let expected = try run.onReference()
    for (index, layer) in network.layers.enumerated() {
      #expect(found.layers[0][index] == expected.layers[0][index], "\(layer.name)")
    }
    #expect(found.outputs == expected.outputs)
  }

  @Test(arguments: OddShape.refused)
  func `a window larger than memory is refused with the bytes that are short`(shape: OddShape) throws {
    let network = try shape.network()
    let refusal = try #require(throws: Refusal.self) { try Self.plan(network, PlanningOptions()) }
    #expect(refusal.diagnostics.map(\.node) == [network.layers.last?.source])
    #expect(refusal.diagnostics.allSatisfy { $0.message.contains(" B ") && $0.hint != nil })
  }

  /// Every plan that this gives has passed the verifier.
  private static func plan(_ network: Network, _ options: PlanningOptions) throws -> DeploymentPlan {
    try Pipeline.plan(network, file: ModelFile(path: network.name, bytes: []), options: options)
  }

  /// The plan for the least L1 of a few, then for the least L2, to 256 bytes.
  private static func tightPlan(_ network: Network) throws -> DeploymentPlan {
    var options = PlanningOptions()
    var best: DeploymentPlan?
    for l1Bytes in [16_384, 24_576, 32_768, 65_536] where best == nil {
      options.l1Bytes = l1Bytes
      best = try planIfFits(network, options)
    }
    var tightest = try #require(best)
    let l2 = try #require(tightest.budgets.first { $0.level == .l2 })
    var refusedBytes = 0
    var plannedBytes = l2.availableBytes
    while plannedBytes - refusedBytes > 256 {
      let bytes = (refusedBytes + plannedBytes) / 8 * 4
      options.l2Bytes = l2.capacityBytes - l2.availableBytes + bytes
      if let plan = try planIfFits(network, options) {
        tightest = plan
        plannedBytes = bytes
      } else {
        refusedBytes = bytes
      }
    }
    return tightest
  }

  private static func planIfFits(_ network: Network, _ options: PlanningOptions) throws -> DeploymentPlan? {
    do {
      return try plan(network, options)
    } catch is Refusal {
      return nil
    }
  }
}
