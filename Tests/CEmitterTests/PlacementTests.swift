import CEmitter
import NetworkIR
import Testing

/// Layers that write over their inputs, and tiles of part of a group, built and run on the host.
struct PlacementTests {
  private static let tile = TileSize(height: 2, width: 4, outputChannels: 4, inputChannels: 1000)

  /// Runs a network from a hand-made plan, with copies that arrive late, and that arrive by chance, and compares every
  /// layer with the naive evaluation.
  private func check(_ network: Network, _ plan: DeploymentPlan, sample: [[Int]], compiler: String) throws {
    let files = try emitProject(network: network, plan: plan)
    let project = try ProjectRun(files, network: network, compiler: compiler, sanitize: true)
    defer { project.remove() }
    let expected = NaiveEvaluation(network, inputs: sample)
    for timing in [[], ["--dma-seed", "1"], ["--dma-seed", "2"]] {
      let layers = try project.layers([sample], timing: timing)
      for (layer, codes) in zip(network.layers, layers[0]) {
        #expect(codes == expected.values[layer.output], "\(layer.name) \(timing)")
      }
    }
  }

  @Test(arguments: [1, 2])
  func `a layer may write over its input, with one slot an operand and with two`(slots: Int) throws {
    var random = RandomNetwork(
      seed: 40 + slots, shape: Shape(height: 7, width: 9, channels: 10),
      kinds: [.dense, .lookup, .addition, .lookup, .multiplication, .lookup, .pairwise, .lookup], type: .int8)
    let network = random.network
    let style = PlanStyle(
      name: "in place", tile: Self.tile, inPlace: true, slots: slots, order: .inputStationary, cores: 3)
    let plan = HandPlanner.plan(network, style: style)
    let activations = plan.tensors.filter { $0.kind != .weights }
    #expect(Set(activations.map(\.offset)).count <= activations.count - 2, "too few layers in place")
    try check(network, plan, sample: random.sample(), compiler: slots == 1 ? "gcc" : "clang")
  }

  @Test(arguments: LoopOrder.allCases)
  func `tiles and chunks may hold part of a group`(order: LoopOrder) throws {
    let isWhole = order == .weightStationary
    var random = RandomNetwork(
      seed: isWhole ? 50 : 51, shape: Shape(height: 7, width: 9, channels: 6),
      kinds: [.grouped, .multiplied, .grouped, .grouped, .multiplied], type: .int8)
    let network = random.network
    // The whole map in one tile, or in several: the inputs of a group stay, or come for each position.
    let style = PlanStyle(
      name: "parts", tile: TileSize(height: isWhole ? 100 : 3, width: 100, outputChannels: 1, inputChannels: 1000),
      stripeChannels: 2, constants: .streamed, flash: true, order: order, cores: 4)
    let plan = HandPlanner.plan(network, style: style)
    let parts = plan.layers.filter { layer in
      layer.tile.outputChannels < layer.output.shape.channels / layer.geometry.groups
    }
    #expect(parts.count >= 2, "too few layers with parts of groups")
    try check(network, plan, sample: random.sample(), compiler: "gcc")
  }
}
