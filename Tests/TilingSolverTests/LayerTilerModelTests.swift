import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

/// The tile search against a one-hot model that GLPK solves, with an objective that both can express: bytes moved.
@Suite struct LayerTilerModelTests {
  /// Time is bytes: kernels, commands and tiles cost nothing, and the DMA engine moves a byte a cycle.
  private static func byteTarget() throws -> Target {
    var target = try Target.named("gap8")
    target.dma.bytesPerCycle = 1
    (target.dma.commandCycles, target.dma.latencyCycles, target.dma.lineCycles) = (0, 0, 0)
    (target.overheads.tileCycles, target.overheads.layerCycles, target.kernels.launchCycles) = (0, 0, 0)
    (target.kernels.matmulStepCycles, target.kernels.matmulBlockCycles) = (0, 0)
    (target.kernels.pixelPairCycles, target.kernels.partialSumCycles) = (0, 0)
    (target.kernels.windowWordCycles, target.kernels.windowRowCycles) = (0, 0)
    return target
  }

  @Test(arguments: Array(UInt64(0)..<10))
  func `the least traffic of a random layer is what a one-hot model finds`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let windows = [Extent(height: 2, width: 2), Extent(height: 4, width: 1), Extent(height: 1, width: 4)]
    let input = Shape(
      height: Int.random(in: 4...5, using: &random), width: Int.random(in: 4...5, using: &random),
      channels: Int.random(in: 1...3, using: &random))
    // Elements of 4 bytes and windows of 4 or 8 taps: every buffer is whole words, as the model takes for granted.
    var builder = LayerTilerNetworkBuilder(name: "random_\(seed)", input: input, type: .int32)
    builder.convolve(
      kernel: windows[Int.random(in: 0..<3, using: &random)], stride: Int.random(in: 1...2, using: &random),
      channels: Int.random(in: 2...4, using: &random), type: .int32)
    let workload = Workload(builder.network)
    let shape = workload.layers[0].shape
    let division = LayerDivision(
      shape, stripe: StripeSize(rows: shape.output.height, channels: shape.output.channels))
    let whole = shape.input.elements * 4 + shape.output.elements * 4 + shape.leastConstantBytes
    for percent in [8, 30, 60] {
      let l1Bytes = whole * percent / 100 / 4 * 4
      var search = TileSearch(shape, division: division, model: CostModel(try Self.byteTarget()), l1Bytes: l1Bytes)
      let found = search.solve()?.cycles
      let expected = try LoopOrder.allCases.compactMap {
        try OneHotTiling(shape, order: $0, l1Bytes: l1Bytes).leastBytes()
      }.min()
      #expect(found == expected, "seed \(seed), \(l1Bytes) B of L1")
    }
  }
}

/// One binary a size on each axis of a dense convolution's tile; products of sizes are columns of their own.
///
/// What moves and what L1 holds are sums of products with one factor an axis. McCormick's rows leave a product no slack
/// where one of its factors is 0 or 1, so the model is exact.
private struct OneHotTiling {
  private var model = MILPModel()
  private let axes: [Axis: [Int]]
  private var columns: [Axis: [Int]] = [:]

  enum Axis: CaseIterable {
    case height, width, channels, pass
  }

  /// A factor of a product: an axis, and a number for each of its sizes.
  private typealias Factor = (axis: Axis, value: (Int) -> Int)

  init(_ shape: LayerShape, order: LoopOrder, l1Bytes: Int) {
    let (output, inputs) = (shape.output, shape.input.channels)
    axes = [
      .height: Array(1...output.height), .width: Array(1...output.width), .channels: Array(1...output.channels),
      .pass: Array(1...inputs),
    ]
    for axis in Axis.allCases {
      var binaries: [Int] = []
      for _ in axes[axis] ?? [] { binaries.append(model.addBinary()) }
      model.require(binaries.map { MILPModel.Term(1, $0) }, equals: 1)
      columns[axis] = binaries
    }

    func needed(_ size: Int, _ whole: Int, _ inputs: (Range<Int>) -> Range<Int>) -> [Int] {
      stride(from: 0, to: whole, by: size).map { inputs($0..<min($0 + size, whole)).count }
    }
    func tiles(_ axis: Axis, _ whole: Int) -> Factor { (axis, { (whole + $0 - 1) / $0 }) }
    func isWhole(_ axis: Axis, _ whole: Int) -> Factor { (axis, { $0 == whole ? 1 : 0 }) }
    func isPart(_ axis: Axis, _ whole: Int) -> Factor { (axis, { $0 == whole ? 0 : 1 }) }
    func size(_ axis: Axis) -> Factor { (axis, { $0 }) }
    let map: [Factor] = [
      (.height, { needed($0, output.height, shape.inputRows).reduce(0, +) }),
      (.width, { needed($0, output.width, shape.inputColumns).reduce(0, +) }),
    ]
    let positions = [tiles(.height, output.height), tiles(.width, output.width)]
    let isOnePosition = [isWhole(.height, output.height), isWhole(.width, output.width)]
    let (onePass, passes) = (isWhole(.pass, inputs), isPart(.pass, inputs))
    let (oneTile, channelTiles) = (isWhole(.channels, output.channels), tiles(.channels, output.channels))
    let moreTiles = isPart(.channels, output.channels)
    let pixelBytes = 4 * inputs
    let weights = shape.weightBytes(outputChannels: output.channels, inputChannels: inputs)
    let parameters = output.channels * shape.parameterBytesPerChannel

    // An operand comes again when its coordinates change.
    var moved: [MILPModel.Term] = []
    switch order {
    case .weightStationary:
      let wholeMap = shape.inputRows(for: 0..<output.height).count * shape.inputColumns(for: 0..<output.width).count
      let again: Factor = (.channels, { channelTiles.value($0) - 1 })
      moved += product(map + [channelTiles], times: pixelBytes)
      moved += product(isOnePosition + [onePass, again], times: -pixelBytes * wholeMap)
      moved += product([onePass], times: weights) + product(positions + [passes], times: weights)
      moved += product([(.channels, { _ in 1 })], times: parameters)
    case .inputStationary:
      moved += product(map + [onePass], times: pixelBytes) + product(map + [passes, channelTiles], times: pixelBytes)
      moved += product([onePass, oneTile], times: weights) + product(positions + [passes], times: weights)
      moved += product(positions + [onePass, moreTiles], times: weights)
      moved += product([oneTile], times: parameters) + product(positions + [moreTiles], times: parameters)
    }
    let bytes = model.addContinuous(from: 4 * Double(output.elements), cost: 1)
    model.require(moved + [MILPModel.Term(-1, bytes)], equals: -4 * Double(output.elements))

    let held: [Factor] = [
      (.height, { needed($0, output.height, shape.inputRows).max() ?? 0 }),
      (.width, { needed($0, output.width, shape.inputColumns).max() ?? 0 }),
    ]
    var slots = product(held + [size(.pass)], times: 4)
    slots += product([size(.height), size(.width), size(.channels)], times: 4)
    slots += product([size(.height), size(.width), size(.channels), passes], times: 4)
    slots += product([size(.channels), size(.pass)], times: shape.window.area)
    slots += product([size(.channels)], times: shape.parameterBytesPerChannel)
    model.require(slots, atMost: Double(l1Bytes))
  }

  /// Terms whose sum is `number` times the product of factors, which are not negative.
  private mutating func product(_ factors: [Factor], times number: Int) -> [MILPModel.Term] {
    var terms: [MILPModel.Term] = []
    var most = 1.0
    for (index, factor) in factors.enumerated() {
      let values = (axes[factor.axis] ?? []).map { Double(factor.value($0)) }
      var products: [MILPModel.Term] = []
      for (value, binary) in zip(values, columns[factor.axis] ?? []) where value != 0 {
        products.append(MILPModel.Term(value, index == 0 ? binary : gated(terms, by: binary, most: most)))
      }
      terms = products
      most *= values.max() ?? 0
    }
    return terms.map { MILPModel.Term(Double(number) * $0.coefficient, $0.column) }
  }

  /// A column that is a sum where a binary is 1, and 0 where it is 0.
  private mutating func gated(_ sum: [MILPModel.Term], by binary: Int, most: Double) -> Int {
    let column = model.addContinuous()
    let negated = sum.map { MILPModel.Term(-$0.coefficient, $0.column) }
    model.require([MILPModel.Term(1, column), MILPModel.Term(-most, binary)], atMost: 0)
    model.require([MILPModel.Term(1, column)] + negated, atMost: 0)
    model.require([MILPModel.Term(1, column), MILPModel.Term(-most, binary)] + negated, atLeast: -most)
    return column
  }

  /// The least bytes that any tiling moves; nil where none fits.
  func leastBytes() throws -> Int? {
    do {
      let solution = try model.solved(nodeLimit: 100_000)
      return solution.isOptimal ? Int(solution.objective.rounded()) : nil
    } catch .infeasible {
      return nil
    }
  }
}
