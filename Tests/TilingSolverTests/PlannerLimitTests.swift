import Hardware
import NetworkIR
import PlanVerification
import Testing

@testable import TilingSolver

/// Plans where memory is just enough, or geometry is unusual.
struct PlannerLimitTests {
  /// Depthwise and dense layers of odd channels, whose constants are padded differently by different tilings.
  private static func oddNetwork(_ channels: Int) throws -> Network {
    var sample = NetworkSample("odd", input: Shape(height: 24, width: 24, channels: channels))
    try sample.convolution(nil, kernel: 3)
    try sample.convolution(channels + 2, kernel: 3)
    try sample.convolution(nil, kernel: 5, stride: 2)
    try sample.convolution(7, kernel: 1)
    return sample.finished()
  }

  private static func target(l1: Int = 65_536, l2: Int) throws -> Target {
    var target = try Target.named("gap8")
    target.l1.bytes = l1
    target.l2.bytes = l2
    return target
  }

  private static func plan(_ network: Network, _ target: Target, _ objective: Objective = .latency) throws
    -> DeploymentPlan
  {
    try makePlan(
      for: Workload(network), target: target, objective: objective, model: PlannedModel(name: network.name, sha256: ""),
      generator: "test")
  }

  @Test(arguments: [16, 64, 512], [4, 12, 24])
  func `windows that lie wholly in the padding are planned and verified, whole and in stripes`(
    kilobytes: Int, border: Int
  ) throws {
    for channels in [5, 16] {
      var sample = NetworkSample("padded", input: Shape(height: 8, width: 7, channels: channels))
      try sample.convolution(3, kernel: 3, border: border)
      try sample.convolution(6, kernel: 3, stride: 4, border: border)
      let network = sample.finished()
      let plan = try Self.plan(network, try Target.gap8(l1: 16_000, l2: kilobytes * 1024, beside: network))
      #expect(PlanInvariants(plan: plan).violations() == [])
      #expect(PlanVerifier.violations(in: plan, network: network) == [])
    }
  }

  @Test(arguments: [5, 9, 13, 21])
  func `no plan with more L2 is slower than the bound of a plan with less allows`(channels: Int) throws {
    for network in [try Self.oddNetwork(channels), try NetworkSample.resNet8()] {
      var fastest = Int.max
      for extra in stride(from: 24_000 + channels * 100, through: 70_000, by: 9_200) {
        let target = try Target.gap8(l1: 22_144, l2: extra, beside: network)
        guard let plan = try? Self.plan(network, target) else { continue }
        #expect(plan.solver.bound <= fastest, "\(network.name) with \(extra) B")
        fastest = min(fastest, plan.solver.predictedCycles)
      }
      #expect(fastest < Int.max)
    }
  }

  @Test(arguments: [5, 7, 9, 13, 18, 33], [13_952, 18_048, 34_432])
  func `the memory objective plans whatever the latency objective plans, in no more L2`(channels: Int, l1: Int) throws {
    let network = try Self.oddNetwork(channels)
    let target = try Self.target(l1: l1, l2: 524_288)
    let fastest = try Self.plan(network, target)
    let smallest = try Self.plan(network, target, .memory)
    #expect(smallest.totals.l2PeakBytes <= fastest.totals.l2PeakBytes)
    #expect(PlanVerifier.violations(in: smallest, network: network) == [])
  }

  @Test(arguments: [400, 1_500, 4_000], [5, 13])
  func `the size that a refusal hints at is enough, and it says what is short`(bytes: Int, channels: Int) throws {
    let network = try Self.oddNetwork(channels)
    let refused = #expect(throws: Refusal.self) {
      try Self.plan(network, try Target.gap8(l1: 13_952, l2: bytes / 4, beside: network))
    }
    let problem = try #require(refused?.diagnostics.first)
    #expect(problem.code == "DG0510" && !problem.message.contains("-"))
    let size = try #require(problem.hint?.split { !$0.isNumber }.compactMap { Int($0) }.first { $0 > 60_000 })
    let plan = try Self.plan(network, try Self.target(l1: 13_952, l2: size))
    #expect(PlanVerifier.violations(in: plan, network: network) == [])
  }

  private static func padded(by border: Int) throws -> Network {
    var sample = NetworkSample("huge", input: Shape(height: 8, width: 8, channels: 1))
    try sample.convolution(2, kernel: 3, border: border)
    return sample.finished()
  }

  @Test(arguments: [100, 600])
  func `a map that is nearly all padding is planned`(border: Int) throws {
    let network = try Self.padded(by: border)
    let plan = try Self.plan(network, try Self.target(l2: 524_288))
    #expect(PlanVerifier.violations(in: plan, network: network) == [])
  }

  @Test func `a map that no memory holds is refused before it is tiled`() throws {
    let network = try Self.padded(by: 20_000)
    let refused = #expect(throws: Refusal.self) { try Self.plan(network, try Self.target(l2: 524_288)) }
    #expect(refused?.diagnostics.map(\.code) == ["DG0511"])
  }

  @Test func `a map that is too long and figures that are too great are refused before anything is computed`() throws {
    var sample = NetworkSample("long", input: Shape(height: 1, width: 1 << 21, channels: 1))
    try sample.convolution(1, kernel: 1)
    let long = sample.finished()
    var slow = try Target.named("gap8")
    slow.kernels.matmulStepCycles = 1_000_000
    slow.kernels.contentionPercent = 10_000
    for (network, target) in [(long, try Target.named("gap8")), (try NetworkSample.resNet8(), slow)] {
      let refused = #expect(throws: Refusal.self) { try Self.plan(network, target) }
      #expect(refused?.diagnostics.map(\.code) == ["DG0514"])
    }
  }

  @Test func `a network too long to be searched takes the greedy schedule`() throws {
    var sample = NetworkSample("long", input: Shape(height: 8, width: 8, channels: 16))
    for _ in 0..<600 { try sample.convolution(16, kernel: 3) }
    let network = sample.finished()
    let plan = try Self.plan(network, try Target.gap8(l2: 60_000, beside: network))
    #expect(plan.solver.nodes == 0 && plan.solver.status == .feasible)
    #expect(plan.solver.predictedCycles >= plan.solver.bound)
    #expect(PlanVerifier.violations(in: plan, network: network) == [])
  }

  @Test(arguments: [32_768, 65_536, 262_144])
  func `more L1 never asks for more L2`(l1: Int) throws {
    var sample = NetworkSample("wide", input: Shape(height: 20, width: 25, channels: 8))
    try sample.convolution(4, kernel: 25)
    let network = sample.finished()
    let small = try Self.plan(network, try Self.target(l1: 18_048, l2: 524_288), .memory)
    let large = try Self.plan(network, try Self.target(l1: l1, l2: 524_288), .memory)
    #expect(large.totals.l2PeakBytes <= small.totals.l2PeakBytes)
  }
}
