import NetworkIR
import PlanVerification
import Testing

/// Convolutions of random shapes whose plan is made by visiting every tile and every input position one by one.
struct TileByTileTests {
  @Test(arguments: 0..<200)
  func `nothing is copied for tiles whose windows lie wholly in the padding`(seed: Int) {
    var random = SplitMix64(seed: UInt64(1_000 + seed))
    let plan = TileVisit(&random, padding: 3...14).plan
    let violations = PlanVerifier.violations(in: plan)
    #expect(violations.isEmpty, "seed \(seed): \(violations.map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: 0..<200)
  func `sums and sizes of packed elements equal those of a visit to every tile`(seed: Int) {
    var random = SplitMix64(seed: UInt64(2_000 + seed))
    let plan = TileVisit(&random, types: [.int2, .uint4, .int8, .uint16]).plan
    let violations = PlanVerifier.violations(in: plan)
    #expect(violations.isEmpty, "seed \(seed): \(violations.map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: 0..<200)
  func `sums and sizes derived by axis equal those of a visit to every tile`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let plan = TileVisit(&random).plan
    let violations = PlanVerifier.violations(in: plan)
    #expect(violations.isEmpty, "seed \(seed): \(violations.map(\.description).joined(separator: "\n"))")
  }
}

/// One layer in L2, walked as the plan's documentation says.
private struct TileVisit {
  var input: Shape
  var output: Shape
  var inputType: ElementType
  var outputType: ElementType
  var weightBits: Int
  var geometry: LayerGeometry
  var tile: TileSize
  var order: LoopOrder
  private var read = 0
  private var copies = 0
  private var tiles = 0
  private var largest: [PlannedBuffer.Operand: Int] = [:]
  private var changes: [PlannedBuffer.Operand: Int] = [:]
  private var constantBytes = 0

  /// Padded by so many pixels on each side: beyond the window's reach, some windows lie wholly in the padding.
  init(
    _ random: inout SplitMix64, padding pixels: ClosedRange<Int> = 0...2, types: [ElementType] = [.uint8]
  ) {
    inputType = types[Int.random(in: types.indices, using: &random)]
    outputType = types[Int.random(in: types.indices, using: &random)]
    weightBits = types.count > 1 ? [2, 4, 8][Int.random(in: 0...2, using: &random)] : 8
    let isDepthwise = Bool.random(using: &random)
    let groups = isDepthwise ? Int.random(in: 2...5, using: &random) : 1
    let inputChannels = isDepthwise ? groups : Int.random(in: 1...6, using: &random)
    let outputChannels =
      isDepthwise ? groups * Int.random(in: 1...2, using: &random) : Int.random(in: 1...7, using: &random)
    func extent(_ range: ClosedRange<Int>) -> Extent {
      Extent(height: Int.random(in: range, using: &random), width: Int.random(in: range, using: &random))
    }
    let kernel = extent(1...3)
    geometry = LayerGeometry(
      kernel: kernel, stride: extent(1...3), dilation: extent(1...2),
      padding: Padding(
        top: Int.random(in: pixels, using: &random), left: Int.random(in: pixels, using: &random),
        bottom: Int.random(in: pixels, using: &random), right: Int.random(in: pixels, using: &random)),
      groups: groups)
    let map = extent(5...9)
    input = Shape(height: map.height, width: map.width, channels: inputChannels)
    let padding = geometry.padding
    output = Shape(
      height: (map.height + padding.top + padding.bottom - (kernel.height - 1) * geometry.dilation.height - 1)
        / geometry.stride.height + 1,
      width: (map.width + padding.left + padding.right - (kernel.width - 1) * geometry.dilation.width - 1)
        / geometry.stride.width + 1, channels: outputChannels)
    let multiplier = outputChannels / groups
    let tileChannels =
      isDepthwise
      ? multiplier * Int.random(in: 1...groups, using: &random) : Int.random(in: 1...outputChannels, using: &random)
    tile = TileSize(
      height: Int.random(in: 1...output.height, using: &random),
      width: Int.random(in: 1...output.width, using: &random),
      outputChannels: tileChannels,
      inputChannels: isDepthwise ? tileChannels / multiplier : Int.random(in: 1...inputChannels, using: &random))
    order = Bool.random(using: &random) ? .weightStationary : .inputStationary
    packTile()
    walk()
  }

  private var isDense: Bool { geometry.groups == 1 }

  /// Makes tiles begin at whole bytes: all channels where some tile would not.
  private mutating func packTile() {
    func isPacked(_ size: Int, _ whole: Int, _ type: ElementType) -> Bool {
      stride(from: 0, to: whole, by: size).allSatisfy { $0 * type.bits % 8 == 0 }
    }
    let isOutputPacked = isPacked(tile.outputChannels, output.channels, outputType)
    let isInputPacked = isPacked(tile.inputChannels, input.channels, inputType)
    if isDense {
      if !isOutputPacked { tile.outputChannels = output.channels }
      if !isInputPacked { tile.inputChannels = input.channels }
    } else if !isOutputPacked || !isInputPacked {
      (tile.outputChannels, tile.inputChannels) = (output.channels, input.channels)
    }
  }

  private mutating func walk() {
    let rows = Array(stride(from: 0, to: output.height, by: tile.height))
    let columns = Array(stride(from: 0, to: output.width, by: tile.width))
    let channels = Array(stride(from: 0, to: output.channels, by: tile.outputChannels))
    let passes = isDense ? Array(stride(from: 0, to: input.channels, by: tile.inputChannels)) : [0]
    var before: [PlannedBuffer.Operand: [Int]] = [:]
    func visit(_ row: Int, _ column: Int, _ channel: Int, _ pass: Int) {
      tiles += 1
      let coordinates: [(PlannedBuffer.Operand, [Int])] = [
        (.input0, isDense ? [row, column, pass] : [row, column, channel]), (.weights, [channel, pass]),
        (.parameters, [channel]), (.output, [row, column, channel]),
      ]
      for (operand, coordinates) in coordinates where before[operand] != coordinates {
        before[operand] = coordinates
        let bytes = bytes(of: operand, row, column, channel, pass)
        largest[operand] = max(largest[operand] ?? 0, bytes)
        changes[operand, default: 0] += 1
        if bytes > 0 { copies += 1 }
        if operand != .output { read += bytes }
      }
    }
    switch order {
    case .weightStationary:
      for channel in channels {
        for row in rows { for column in columns { for pass in passes { visit(row, column, channel, pass) } } }
      }
    case .inputStationary:
      for row in rows {
        for column in columns { for channel in channels { for pass in passes { visit(row, column, channel, pass) } } }
      }
    }
    for channel in channels {
      constantBytes += bytes(of: .parameters, 0, 0, channel, 0)
      for pass in passes { constantBytes += (bytes(of: .weights, 0, 0, channel, pass) + 3) / 4 * 4 }
    }
    if passes.count > 1 { largest[.accumulator] = 4 * tile.height * tile.width * tile.outputChannels }
  }

  private func bytes(of operand: PlannedBuffer.Operand, _ row: Int, _ column: Int, _ channel: Int, _ pass: Int) -> Int {
    let outputs = min(tile.outputChannels, output.channels - channel)
    let inputs = isDense ? min(tile.inputChannels, input.channels - pass) : outputs * input.channels / output.channels
    switch operand {
    case .input0:
      let rows = touched(
        row..<min(row + tile.height, output.height), geometry.stride.height, geometry.kernel.height,
        geometry.dilation.height, geometry.padding.top, input.height)
      let columns = touched(
        column..<min(column + tile.width, output.width), geometry.stride.width, geometry.kernel.width,
        geometry.dilation.width, geometry.padding.left, input.width)
      return rows * columns * pixelBytes(inputs, inputType)
    case .weights: return (outputs * geometry.kernel.area * (isDense ? inputs : 1) * weightBits + 7) / 8
    case .parameters: return outputs * 16
    case .output:
      return min(tile.height, output.height - row) * min(tile.width, output.width - column)
        * pixelBytes(outputs, outputType)
    case .input1, .accumulator, .scratch: return 0
    }
  }

  /// Bytes of one pixel, which begins at a byte.
  private func pixelBytes(_ channels: Int, _ type: ElementType) -> Int { (channels * type.bits + 7) / 8 }

  /// Positions inside the map from the first to the last that any window may touch.
  private func touched(
    _ outputs: Range<Int>, _ stride: Int, _ kernel: Int, _ dilation: Int, _ padding: Int, _ size: Int
  ) -> Int {
    let first = outputs.lowerBound * stride - padding
    let last = (outputs.upperBound - 1) * stride - padding + (kernel - 1) * dilation
    return (0..<size).filter { first <= $0 && $0 <= last }.count
  }

  /// Bytes of an output pixel in pieces of one tile each.
  private var tiledPixelBytes: Int {
    stride(from: 0, to: output.channels, by: tile.outputChannels).reduce(0) {
      $0 + pixelBytes(min(tile.outputChannels, output.channels - $1), outputType)
    }
  }

  /// The layer with its input and output in L2 and its weights there for good.
  var plan: DeploymentPlan {
    typealias B = PlanBuilding
    func rounded(_ bytes: Int) -> Int { (bytes + 3) / 4 * 4 }
    let weightsEnd = constantBytes
    let inputEnd = weightsEnd + rounded(input.extent.area * pixelBytes(input.channels, inputType))
    let written = output.extent.area * tiledPixelBytes
    let outputEnd = inputEnd + rounded(output.extent.area * pixelBytes(output.channels, outputType))
    var buffers: [PlannedBuffer] = []
    var l1End = 0
    for operand in PlannedBuffer.Operand.allCases {
      guard let bytes = largest[operand], bytes > 0 else { continue }
      let slots = (changes[operand] ?? 0) > 1 ? 2 : 1
      buffers.append(B.buffer(operand, at: l1End, rounded(bytes), slots: slots))
      l1End += rounded(bytes) * slots
    }
    var rule = B.rule(.rq32, channels: output.channels)
    (rule.low, rule.high) = (0, 1)
    let layer = PlannedLayer(
      name: "conv_00", op: isDense ? "convolution" : "depthwiseConvolution", step: 0, mode: .full,
      inputs: [B.operand("x", input, inputType)], output: B.operand("y", output, outputType), geometry: geometry,
      constants: PlannedConstants(
        tensor: "conv_00.weights", bytes: constantBytes, parameterBytesPerChannel: 16, weightBits: weightBits,
        level: .l2),
      stripe: StripeSize(rows: output.height, channels: output.channels), tile: tile, loopOrder: order, split: .rows,
      tiles: tiles, buffers: buffers, transfers: B.moved(read: read, written: written, commands: copies),
      cycles: B.cycles(),
      macs: output.elements * geometry.kernel.area * (isDense ? input.channels : 1),
      requantization: rule)
    return B.plan(
      name: "random", l1: l1End, l2: outputEnd, l3: constantBytes,
      tensors: [
        B.tensor("x", .input, input, inputType, at: weightsEnd..<inputEnd, steps: 0...0),
        B.tensor("y", .output, output, outputType, at: inputEnd..<outputEnd, steps: 0...0),
        B.weights("conv_00", constantBytes, .l3, at: 0, steps: 0...0),
        B.weights("conv_00", constantBytes, .l2, at: 0, steps: 0...0),
      ],
      initialTransfers: [
        L3Transfer(
          kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 0, bytes: constantBytes)
      ],
      layers: [layer], l1Peak: l1End, l2Peak: outputEnd)
  }
}
