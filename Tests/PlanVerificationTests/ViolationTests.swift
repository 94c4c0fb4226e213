import NetworkIR
import PlanVerification
import Testing

/// What a violation says.
struct ViolationTests {
  @Test
  func `a violation names the place and both numbers`() {
    var plan = ValidPlans.plan("full")
    plan.layers[0].buffers[0].bytes = 76
    let violation = PlanVerifier.violations(in: plan).first { $0.rule == .buffer }
    #expect(violation?.description == "step 0 'conv_00': bytes of the input0 buffer in l1: 76, expected 80 [buffer]")
  }

  @Test
  func `a limit that is passed is named as a limit`() {
    var plan = ValidPlans.plan("full")
    plan.solver.predictedCycles = 1 << 53
    plan.target.figures.clocks.clusterHertz = 0
    plan.layers = []
    let texts = PlanVerifier.violations(in: plan).map(\.description)
    #expect(texts.contains("layers out of range: 0, expected at least 1 [range]"))
    #expect(texts.contains("target.clocks.clusterHertz out of range: 0, expected at least 1000 [range]"))
    let numbers = "9007199254740992, expected at most 281474976710656"
    #expect(texts.contains("cycles that the solver predicts out of range: \(numbers) [range]"), "\(texts)")
  }
}
