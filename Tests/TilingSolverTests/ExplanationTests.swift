import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

/// What is said of a plan, held against the plan and against planning itself.
struct ExplanationTests {
  static func target(l1: Int = 65_536, l2: Int = 524_288, _ change: (inout Target) -> Void = { _ in }) throws
    -> Target
  {
    var target = try Target.named("gap8")
    target.l1.bytes = l1
    target.l2.bytes = l2
    change(&target)
    return target
  }

  static func plan(_ network: Network, _ target: Target, _ objective: Objective = .latency) throws -> DeploymentPlan {
    try makePlan(
      for: Workload(network), target: target, objective: objective, model: PlannedModel(name: network.name, sha256: ""),
      generator: "test")
  }

  static func networks() throws -> [Network] { [try small(), try NetworkSample.autoencoder()] }

  /// Dense, depthwise and fully connected layers on 12 by 12 pixels, with a skip.
  static func small() throws -> Network {
    var sample = NetworkSample("small", input: Shape(height: 12, width: 12, channels: 8))
    try sample.convolution(16, kernel: 3)
    let skip = sample.last
    try sample.convolution(nil, kernel: 3)
    try sample.convolution(16, kernel: 1)
    try sample.addition(skip)
    try sample.convolution(20, kernel: 3, stride: 2)
    sample.globalAverage()
    try sample.fullyConnected(10)
    return sample.finished()
  }

  @Test(arguments: [13_952, 65_536], [4, 36, 452])
  func `the parts of every layer add up to its time, and no resource saves more than its part`(
    l1: Int, kilobytes: Int
  ) throws {
    for network in [try Self.small(), try NetworkSample.autoencoder()].prefix(kilobytes > 36 ? 2 : 1) {
      let plan = try Self.plan(network, try Target.gap8(l1: l1, l2: kilobytes * 1024, beside: network))
      let explanation = PlanExplainer(plan).explanation()
      #expect(explanation.layers.map(\.name) == plan.layers.map(\.name))
      #expect(explanation.parts.sum == plan.totals.predictedCycles)
      for layer in explanation.layers {
        #expect(layer.parts.sum == layer.cycles, "\(network.name) \(layer.name)")
        for resource in TimeParts.Resource.allCases {
          let part = layer.parts[resource]
          #expect(part >= 0 && (0...part).contains(layer.savings[resource]), "\(layer.name): \(resource)")
        }
        #expect(layer.parts.compute == plan.layers[layer.step].cycles.compute)
        #expect(layer.coreEfficiency > 0 && layer.coreEfficiency <= 1)
      }
    }
  }

  @Test func `the slowest part of the machine is what limits a layer`() throws {
    var sample = NetworkSample("one", input: Shape(height: 16, width: 16, channels: 16))
    try sample.convolution(16, kernel: 3)
    let network = sample.finished()
    func limit(_ change: (inout Target) -> Void, objective: Objective = .latency) throws -> TimeParts.Resource? {
      let plan = try Self.plan(network, try Self.target(change), objective)
      return PlanExplainer(plan).explanation().layers.first?.limit
    }
    #expect(try limit { $0.kernels.contentionPercent = 10_000 } == .compute)
    #expect(try limit { $0.dma.latencyCycles = 1_000_000 } == .dma)
    #expect(try limit { $0.overheads.layerCycles = 1_000_000 } == .overhead)
    #expect(try limit({ $0.flash?.read.firstBurstNanoseconds = 1_000_000_000 }, objective: .cold) == .l3)
  }

  @Test func `without L3 beside them, transfers cost what they expose`() throws {
    for network in try Self.networks() {
      let plan = try Self.plan(network, try Self.target(l1: 13_952))
      for layer in PlanExplainer(plan).explanation().layers
      where layer.mode == .full && plan.layers[layer.step].transfers.l3.isEmpty {
        #expect(layer.savings.dma == layer.parts.dma, "\(layer.name): nothing runs beside its tiles")
        #expect(layer.savings.l3 == layer.parts.l3, "\(layer.name)")
      }
    }
  }

  @Test(arguments: [10_880, 13_952, 65_536])
  func `the runner-up is the best of all tilings with another tile`(l1: Int) throws {
    let network = try Self.small()
    let plan = try Self.plan(network, try Self.target(l1: l1))
    for layer in PlanExplainer(plan).explanation().layers where plan.layers[layer.step].tiles > 0 {
      let workload = Workload(plan).layers[layer.step]
      let others = Self.candidates(workload.shape).filter { $0 != layer.tile }.compactMap { tile in
        Self.best(of: tile, workload.shape, plan)
      }
      let cycles = others.map { $0.cycles }.min()
      let model = CostModel(plan.target.figures)
      let fixed = model.target.overheads.layerCycles + model.fetchCycles(workload.newCode)
      #expect(layer.runnerUp.map { $0.cycles - fixed } == cycles, "\(layer.name)")
      #expect(layer.runnerUp.map { $0.tile != layer.tile && $0.cycles >= layer.cycles } ?? true, "\(layer.name)")
    }
  }

  @Test(arguments: [10_880, 13_952, 65_536])
  func `a larger tile that is said to be short of bytes fits with these, and not with four less`(l1: Int) throws {
    let network = try Self.small()
    let plan = try Self.plan(network, try Self.target(l1: l1))
    let workload = Workload(plan)
    for layer in PlanExplainer(plan).explanation().layers {
      let shape = workload.layers[layer.step].shape
      for larger in layer.largerTiles {
        #expect(larger.leastBytes - layer.l1AvailableBytes == larger.shortBytes || larger.shortBytes == 0)
        #expect((larger.cycles == nil) == (larger.shortBytes > 0), "\(layer.name)")
        #expect(Self.best(of: larger.tile, shape, plan, l1Bytes: larger.leastBytes) != nil, "\(layer.name)")
        #expect(Self.best(of: larger.tile, shape, plan, l1Bytes: larger.leastBytes - 4) == nil, "\(layer.name)")
        #expect(larger.cycles ?? layer.cycles >= layer.cycles, "\(layer.name): a faster tile would have been taken")
      }
    }
  }

  @Test func `more memory buys what planning with it gives`() throws {
    let network = try Self.small()
    let target = try Target.gap8(l1: 10_880, l2: 4_096, beside: network)
    let plan = try Self.plan(network, target)
    let study = PlanExplainer(plan).memoryStudy()
    #expect(study.cycles == plan.totals.predictedCycles)
    #expect(study.variants.map(\.level) == [.l1, .l1, .l1, .l2, .l2, .l2])
    for variant in study.variants {
      var larger = target
      if variant.level == .l1 { larger.l1.bytes += variant.extraBytes } else { larger.l2.bytes += variant.extraBytes }
      let expected = try Self.plan(network, larger).totals.predictedCycles
      #expect(variant.cycles == expected, "\(variant.level) +\(variant.extraBytes)")
      #expect(variant.savedCycles == plan.totals.predictedCycles - expected)
    }
    #expect(study.variants.contains { ($0.savedCycles ?? 0) > 0 }, "the memories were chosen to be tight")
  }

  @Test(arguments: [4, 6, 452])
  func `constants arrive as the plan loads them`(kilobytes: Int) throws {
    let network = try Self.small()
    let plan = try Self.plan(network, try Target.gap8(l2: kilobytes * 1024, beside: network))
    for layer in PlanExplainer(plan).explanation().layers {
      guard let constants = layer.constants else { continue }
      let loaded = constants.loads.reduce(0) { $0 + $1.bytes }
      switch constants.kind {
      case .fetched: #expect(loaded == constants.bytes && constants.loads.allSatisfy { $0.step <= layer.step })
      case .resident: #expect(constants.loads.isEmpty)
      case .streamed: #expect(constants.loads.isEmpty && constants.slotBytes > 0 && constants.slots > 0)
      }
    }
  }

  private static func candidates(_ shape: LayerShape) -> [TileSize] {
    TileCandidates.positions(upTo: shape.output.height).flatMap { height in
      TileCandidates.positions(upTo: shape.output.width).flatMap { width in
        TileCandidates.channels(upTo: shape.output.channels, shape: shape).flatMap { channels in
          TileCandidates.passes(shape).map { pass in
            TileSize(
              height: height, width: width, outputChannels: channels,
              inputChannels: shape.channels == .mixed ? pass : shape.inputChannels(forTileOf: channels))
          }
        }
      }
    }
  }

  private static func best(
    of tile: TileSize, _ shape: LayerShape, _ plan: DeploymentPlan, l1Bytes: Int? = nil
  ) -> TileSolution? {
    var pin = LayerPin(name: "")
    pin.tile = LayerPin.Tile(tile)
    let whole = StripeSize(rows: shape.output.height, channels: shape.output.channels)
    var search = TileSearch(
      shape, division: LayerDivision(shape, stripe: whole), model: CostModel(plan.target.figures),
      l1Bytes: l1Bytes ?? plan.budgets.first { $0.level == .l1 }?.availableBytes ?? 0, pin: pin)
    return search.solve()
  }
}
