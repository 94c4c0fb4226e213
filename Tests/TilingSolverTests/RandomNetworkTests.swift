import Hardware
import NetworkIR
import PlanVerification
import Testing

@testable import TilingSolver

/// Networks of every operator and element type, in much memory and in little.
struct RandomNetworkTests {
  /// What planning with some L2 came to.
  private static func plan(_ network: Network, l1: Int, l2: Int, _ objective: Objective) throws -> DeploymentPlan? {
    let target = try Target.gap8(l1: l1, l2: l2, beside: network)
    do {
      return try makePlan(
        for: Workload(network), target: target, objective: objective,
        model: PlannedModel(name: network.name, sha256: ""),
        generator: "test")
    } catch {
      #expect(error.diagnostics.allSatisfy { ["DG0501", "DG0502", "DG0510"].contains($0.code) }, "\(error)")
      return nil
    }
  }

  @Test(arguments: Array(UInt64(0)..<60))
  func `plans of random networks pass the verifier whatever the memory`(seed: UInt64) throws {
    let network = try RandomNetworkBuilder.network(seed: seed, layers: 3 + Int(seed % 6))
    let largest = network.tensors.map(\.bytes).max() ?? 0
    let least = network.layers.map { layer in
      network[layer.output].bytes + layer.inputs.reduce(0) { $0 + network[$1.tensor].bytes }
    }
    var planned = 0
    for (l2, l1) in [(1 << 20, 65_536), ((least.max() ?? 0) + 4_000, 10_240), (largest + 600, 9_216)] {
      let objective = Objective.allCases[Int(seed) % 3]
      guard let plan = try Self.plan(network, l1: l1, l2: l2 / 4 * 4, objective) else { continue }
      planned += 1
      let violations = PlanVerifier.violations(in: plan, network: network)
      #expect(violations.isEmpty, "seed \(seed), \(l2) B: \(violations.map(\.description).joined(separator: "\n"))")
      #expect(PlanInvariants(plan: plan).violations() == [], "seed \(seed), \(l2) B")
    }
    #expect(planned > 0, "seed \(seed)")
  }

  /// A map that L2 does not hold goes through a movement of its rows in stripes.
  @Test func `rows that are moved one by one come from L3 and go there in stripes`() throws {
    let shape = Shape(height: 64, width: 64, channels: 32)
    let doubled = Shape(height: 64, width: 128, channels: 32)
    let piece = Movement.Piece(
      extents: [64, 2, 32], inputStrides: [32, 0, 1], outputStrides: [64, 32, 1])
    var network = Network(name: "upsampling", tensors: [], layers: [], inputs: [Boundary(tensor: 0)], outputs: [])
    for (name, shape) in [("x", shape), ("y", doubled)] {
      network.tensors.append(
        Tensor(
          name: name, shape: shape, type: .int8, values: -128...127,
          origin: TensorOrigin(
            dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel])))
    }
    network.layers = [
      Layer(
        name: "movement_00", source: "", operation: .movement(Movement(isRowwise: true, pieces: [piece])),
        inputs: [Operand(tensor: 0, shape: shape)], output: 1)
    ]
    network.outputs = [Boundary(tensor: 1)]
    let plan = try #require(try Self.plan(network, l1: 65_536, l2: 50_000, .latency))
    #expect(PlanVerifier.violations(in: plan, network: network) == [])
    let layer = plan.layers[0]
    #expect(layer.mode == .activationsStriped && layer.inputs[0].level == .l3 && layer.output.level == .l3)
    #expect(layer.transfers.l3ReadBytes == shape.elements && layer.transfers.l3WriteBytes == doubled.elements)
    #expect(layer.transfers.l2l1ReadBytes == 0 && layer.buffers.allSatisfy { $0.level == .l2 })
  }

  @Test func `tables that leave nothing of L2 are refused with both numbers`() throws {
    let network = try RandomNetworkBuilder.network(seed: 3, layers: 8)
    var large = network
    let table: [Int32] = Array(repeating: 0, count: 256)
    large.layers[0].operation = .lookup(Lookup(tables: [table]))
    let target = try Target.gap8(l2: 0, beside: large)
    let refusal = #expect(throws: Refusal.self) {
      try makePlan(
        for: Workload(large), target: target, objective: .latency, model: PlannedModel(name: "large", sha256: ""),
        generator: "test")
    }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0513"])
    #expect(refusal?.diagnostics.first?.message.contains("\(large.tableBytes) B of tables") == true)
  }
}
