import CEmitter
import NetworkIR
import Testing

/// Whole projects from hand-made plans, built and run on the host, against the naive evaluation.
struct GeneratedProjectTests {
  static let styles = [
    PlanStyle(name: "whole"),
    PlanStyle(
      name: "ragged tiles", tile: TileSize(height: 3, width: 2, outputChannels: 5, inputChannels: 100_000),
      constants: .blocking, flash: true, inPlace: true, pages: true, slots: 2, order: .inputStationary, cores: 3),
    PlanStyle(
      name: "input-channel passes", tile: TileSize(height: 2, width: 3, outputChannels: 4, inputChannels: 3),
      constants: .prefetched, flash: true, inPlace: true, slots: 2, cores: 8),
    PlanStyle(
      name: "single slots", tile: TileSize(height: 2, width: 5, outputChannels: 7, inputChannels: 5),
      constants: .streamed, activationsInL3: true, slots: 1, order: .inputStationary, cores: 1),
    PlanStyle(
      name: "stripes", tile: TileSize(height: 2, width: 4, outputChannels: 6, inputChannels: 4), stripeRows: 2,
      stripeChannels: 8, constants: .streamed, activationsInL3: true, cores: 5),
    PlanStyle(
      name: "stripes of weights", tile: TileSize(height: 4, width: 4, outputChannels: 3, inputChannels: 100_000),
      stripeRows: 3, stripeChannels: 7, constants: .streamed, flash: true, inPlace: true, slots: 1,
      order: .inputStationary, cores: 2),
    PlanStyle(
      name: "heads", tile: TileSize(height: 4, width: 4, outputChannels: 8, inputChannels: 100_000),
      stripeChannels: 4, constants: .streamed, flash: true, constantSlots: 3, headChunks: 2),
    PlanStyle(
      name: "heads in all slots", tile: TileSize(height: 1000, width: 5, outputChannels: 4, inputChannels: 3),
      stripeChannels: 2, constants: .streamed, constantSlots: 8, headChunks: 8, order: .inputStationary, cores: 3),
  ]
  static let kinds: [LayerKind] = [
    .dense, .depthwise, .floatAverage, .rescale, .addition, .lookup, .grouped, .maximum, .multiplied, .rowMove,
    .pointwise, .argument, .average, .floatAverage, .dense, .multiplication, .channelLookup, .greater, .sum, .pairwise,
    .move, .tableSoftmax, .lesser,
    .product, .depthwise, .shuffle, .dense, .connected, .raw,
  ]

  @Test(arguments: styles.indices)
  func `a generated project computes every layer exactly`(index: Int) throws {
    let style = Self.styles[index]
    let seed = 100 + index
    var random = RandomNetwork(
      seed: seed, shape: Shape(height: 11, width: 9, channels: 6), kinds: Self.kinds,
      type: [.int8, .uint8, .int4, .uint2, .int16, .uint4, .uint8, .int8][index])
    let network = random.network
    #expect(network.layers.count == Self.kinds.count, "seed \(seed) left layers out")
    let plan = HandPlanner.plan(network, style: style)
    #expect(plan.layers.contains { $0.transfers.l3.contains { $0.kind == .pageIn } } == style.pages)
    #expect(plan.tensors.contains { $0.level == .flash } == style.flash)
    #expect(plan.layers.contains { $0.constants?.headChunks != nil } == (style.headChunks > 0))
    let files = try emitProject(network: network, plan: plan)
    let compiler = index % 3 == 0 ? "gcc" : "clang"
    let project = try ProjectRun(files, network: network, compiler: compiler, sanitize: true)
    defer { project.remove() }
    let samples = [random.sample(), random.sample()]
    for (sample, layers) in zip(samples, try project.layers(samples)) {
      let expected = NaiveEvaluation(network, inputs: sample)
      for (layer, codes) in zip(network.layers, layers) {
        #expect(codes == expected.values[layer.output], "seed \(seed), \(style.name), \(layer.name)")
      }
    }
  }
}
