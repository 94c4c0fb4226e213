import Foundation
import Hardware
import NetworkIR
import PlanVerification
import Testing

@testable import TilingSolver

struct PlannerTests {
  @Test(arguments: Array(UInt64(0)..<120))
  func `plans of random problems are sound whatever the memory`(seed: UInt64) throws {
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: seed % 2 == 0, capacityBursts: 4 + Int(seed / 2 % 12), mayPin: seed % 3 != 0)
    for objective in Objective.allCases {
      guard let placed = try? ScheduleSolver().solve(problem, objective: objective) else { continue }
      let plan = try Self.plan(placed, objective: objective, l2Bytes: problem.capacity[0])
      #expect(PlanInvariants(plan: plan).violations() == [], "seed \(seed)")
    }
  }

  @Test(arguments: Array(UInt64(0)..<60))
  func `the greedy schedule is never better than the solver's`(seed: UInt64) throws {
    let problem = try SyntheticProblem.problem(
      seed: seed, hasSkip: seed % 2 == 0, capacityBursts: 6 + Int(seed % 8), mayPin: seed % 3 != 0)
    guard let greedy = Schedule.greedy(for: problem) else { return }
    let scheduled = ScheduledNetwork(problem: problem, schedule: greedy)
    #expect(scheduled.worstExcess == nil, "seed \(seed)")
    let placed = try ScheduleSolver().fastest(problem)
    #expect(placed.scheduled.cycles <= scheduled.cycles, "seed \(seed)")
    #expect(placed.bound <= placed.scheduled.cycles, "seed \(seed)")
  }

  @Test(arguments: [36, 68, 100, 196, 452], Objective.allCases)
  func `plans of real shapes pass the independent verifier at every L2 size`(kilobytes: Int, objective: Objective)
    throws
  {
    for network in [try NetworkSample.resNet8(), try NetworkSample.autoencoder()] {
      let plan = try Self.plan(network, l2Kilobytes: kilobytes, objective: objective)
      #expect(PlanInvariants(plan: plan).violations() == [], "\(network.name)")
      #expect(PlanVerifier.violations(in: plan, network: network) == [], "\(network.name)")
    }
  }

  @Test(arguments: [68, 452])
  func `a network of 29 layers is planned soundly with little and with much L2`(kilobytes: Int) throws {
    let network = try NetworkSample.mobileNetV1(size: 96, quarters: 1)
    let plan = try Self.plan(network, l2Kilobytes: kilobytes, objective: .latency)
    #expect(PlanInvariants(plan: plan).violations() == [])
    #expect(PlanVerifier.violations(in: plan, network: network) == [])
  }

  @Test func `equal arguments give equal bytes`() throws {
    let network = try NetworkSample.resNet8()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let first = try encoder.encode(Self.plan(network, l2Kilobytes: 40, objective: .latency))
    let second = try encoder.encode(Self.plan(network, l2Kilobytes: 40, objective: .latency))
    #expect(first == second)
  }

  @Test func `weights that all fit stay in L2 and no inference touches L3`() throws {
    let plan = try Self.plan(try NetworkSample.resNet8(), l2Kilobytes: 452, objective: .latency)
    #expect(plan.totals.l3ReadBytes == 0 && plan.totals.l3WriteBytes == 0)
    #expect(plan.initialTransfers.count == plan.layers.count { $0.constants != nil })
    #expect(plan.solver.status == .optimal)
  }

  @Test func `a cold start loads every weight`() throws {
    let plan = try Self.plan(try NetworkSample.resNet8(), l2Kilobytes: 452, objective: .cold)
    let weights = plan.layers.reduce(0) { $0 + ($1.constants?.bytes ?? 0) }
    #expect(plan.initialTransfers.isEmpty && plan.totals.l3ReadBytes >= weights)
  }

  @Test func `more memory never makes a network slower, and the memory objective needs least`() throws {
    let network = try NetworkSample.resNet8()
    var previous = Int.max
    for kilobytes in [36, 68, 132, 452] {
      let plan = try Self.plan(network, l2Kilobytes: kilobytes, objective: .latency)
      // Open searches may stop a ten-thousandth short.
      let cycles = plan.totals.predictedCycles
      #expect(cycles - cycles / 10_000 <= previous, "\(kilobytes) kB")
      previous = min(previous, cycles)
      let smallest = try Self.plan(network, l2Kilobytes: kilobytes, objective: .memory)
      #expect(smallest.totals.l2PeakBytes <= plan.totals.l2PeakBytes)
    }
  }

  @Test func `too little L2 is refused with the step, the numbers, and a size that works`() throws {
    let network = try NetworkSample.resNet8()
    let refused = #expect(throws: Refusal.self) {
      try Self.plan(network, l2Bytes: 4_000, objective: .latency)
    }
    let problem = try #require(refused?.diagnostics.first)
    #expect(problem.code == "DG0510" && problem.message.contains("4000 B"))
    let hint = try #require(problem.hint)
    let bytes = try #require(hint.split { !$0.isNumber }.compactMap { Int($0) }.max())
    let target = try Target.named("gap8").overriding(l2Bytes: bytes)
    let plan = try Self.plan(
      network, l2Bytes: target.availableBytes(.l2, for: ProgramBytes(network)), objective: .latency)
    #expect(PlanVerifier.violations(in: plan, network: network) == [])
  }

  @Test func `too little L3 is refused with the bytes of weights and activations`() throws {
    var target = try Target.named("gap8")
    target.ram.bytes = 10_000
    target.flash = nil
    let refused = #expect(throws: Refusal.self) {
      try makePlan(
        for: Workload(try NetworkSample.resNet8()), target: target, objective: .latency,
        model: PlannedModel(name: "resnet8", sha256: ""), generator: "test")
    }
    #expect(refused?.diagnostics.map(\.code) == ["DG0511"])
  }

  @Test(arguments: [6, 10, 140])
  func `a layer may read one tensor twice, whole or in stripes`(kilobytes: Int) throws {
    var sample = NetworkSample("doubling", input: Shape(height: 16, width: 16, channels: 8))
    try sample.convolution(32, kernel: 3)
    try sample.addition(sample.last)
    try sample.convolution(8, kernel: 1)
    let network = sample.finished()
    for objective in Objective.allCases {
      let plan = try Self.plan(network, l2Kilobytes: kilobytes, objective: objective)
      #expect(PlanInvariants(plan: plan).violations() == [])
      #expect(PlanVerifier.violations(in: plan, network: network) == [])
    }
  }

  private static func plan(_ network: Network, l2Kilobytes: Int, objective: Objective) throws -> DeploymentPlan {
    try plan(network, l2Bytes: l2Kilobytes * 1024, objective: objective)
  }

  /// Plans with so much L2 beside the program.
  private static func plan(_ network: Network, l2Bytes: Int, objective: Objective) throws -> DeploymentPlan {
    try makePlan(
      for: Workload(network), target: try Target.gap8(l2: l2Bytes, beside: network), objective: objective,
      model: PlannedModel(name: "synthetic", sha256: ""),
      generator: "test")
  }

  private static func plan(_ placed: PlacedSchedule, objective: Objective, l2Bytes: Int) throws -> DeploymentPlan {
    var target = try Target.named("gap8")
    let network = placed.scheduled.problem.workload
    target.l2.bytes += l2Bytes - target.availableBytes(.l2, for: network.program)
    return PlanAssembly(workload: network, placed: placed, l3: L3Placement(placed.scheduled)).plan(
      target: target, objective: objective, model: PlannedModel(name: "synthetic", sha256: ""), generator: "test")
  }
}
