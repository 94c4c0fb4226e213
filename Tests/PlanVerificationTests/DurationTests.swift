import NetworkIR
import PlanVerification
import Testing

struct DurationTests {
  /// Layers over maps of 64x64x32 in tiles of one row and 4 channels, between two places in L2.
  private static func chain(of layers: Int) -> DeploymentPlan {
    typealias B = PlanBuilding
    let map = Shape(height: 64, width: 64, channels: 32)
    let bytes = 131_072
    let tensors = (0...layers).map { index in
      B.tensor(
        "t\(index)", index == 0 ? .input : index == layers ? .output : .activation, map,
        at: index % 2 * bytes..<(index % 2 + 1) * bytes, steps: max(index - 1, 0)...min(index, layers - 1))
    }
    let steps = (0..<layers).map { step in
      PlannedLayer(
        name: "rescale_\(step)", op: "rescale", step: step, mode: .full, inputs: [B.operand("t\(step)", map)],
        output: B.operand("t\(step + 1)", map), geometry: B.window(kernel: 1, groups: 32), constants: nil,
        stripe: StripeSize(rows: 64, channels: 32),
        tile: TileSize(height: 1, width: 64, outputChannels: 4, inputChannels: 4), loopOrder: .weightStationary,
        split: .rows, tiles: 512,
        buffers: [B.buffer(.input0, at: 0, 256, slots: 2), B.buffer(.output, at: 512, 256, slots: 2)],
        transfers: B.moved(read: bytes, written: bytes, commands: 1_024), cycles: B.cycles(), macs: 0,
        requantization: B.rule(.rq32, channels: 32))
    }
    return B.plan(
      name: "chain", l1: 1_024, l2: 2 * bytes, l3: 0, tensors: tensors, layers: steps, l1Peak: 1_024,
      l2Peak: 2 * bytes)
  }

  @Test
  func `a plan of 64 layers is checked in less than a second, however busy the machine`() {
    let plan = Self.chain(of: 64)
    var violations: [PlanViolation] = []
    let duration = ContinuousClock().measure { violations = PlanVerifier.violations(in: plan) }
    #expect(violations.isEmpty, "\(violations)")
    #expect(duration < .seconds(1), "\(duration)")
  }
}
