import NetworkIR

/// A layer cut as a style asks, with the bytes of its buffers, found by walking over all pieces.
struct LayerCut {
  let output: Shape
  let geometry: LayerGeometry
  var stripe: StripeSize
  var tile: TileSize
  var op: String
  var constantBytes = 0
  var parameterBytes = 0
  /// Bytes of one L1 slot, by operand.
  var l1Bytes: [(PlannedBuffer.Operand, Int)] = []
  /// Bytes of one L2 slot if the operand is streamed, by operand.
  var l2Bytes: [(PlannedBuffer.Operand, Int)] = []

  init(network: Network, layer: Layer, style: PlanStyle) {
    let input = layer.inputs[0].shape
    output = network[layer.output].shape
    (op, geometry) = Self.describe(layer.operation, input: input)
    let dense = geometry.groups == 1
    let perGroup = max(output.channels / geometry.groups, 1)
    let multiple = dense ? 1 : perGroup
    let total = output.channels
    func channels(_ wanted: Int) -> Int { min(max(wanted / multiple, 1) * multiple, total) }
    let outputType = network[layer.output].type
    var rows = min(style.stripeRows, output.height)
    // Output stripes in L3 begin at multiples of 4 bytes.
    while rows < output.height, rows * outputType.bytes(elements: output.width * output.channels) % 4 != 0 { rows += 1 }
    var isConvolution = false
    if case .convolution(let convolution) = layer.operation {
      isConvolution = true
      parameterBytes = ConstantLayout.parameterBytesPerChannel(convolution.requantization?.form)
    }
    stripe = StripeSize(rows: rows, channels: isConvolution ? channels(style.stripeChannels) : output.channels)
    if op == "softmax" { stripe.channels = output.channels }
    tile = TileSize(
      height: min(style.tile.height, rows), width: min(style.tile.width, output.width),
      outputChannels: op == "softmax" ? output.channels : min(channels(style.tile.outputChannels), stripe.channels),
      inputChannels: dense && isConvolution ? min(style.tile.inputChannels, input.channels) : input.channels)
    measure(network: network, layer: layer, dense: dense, isConvolution: isConvolution)
  }

  private static func describe(_ operation: Operation, input: Shape) -> (String, LayerGeometry) {
    switch operation {
    case .convolution(let convolution):
      (
        convolution.isDepthwise ? "depthwiseConvolution" : "convolution",
        LayerGeometry(
          kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
          padding: convolution.padding, groups: convolution.groups)
      )
    case .pooling(let pooling):
      (
        "maxPool",
        LayerGeometry(
          kernel: pooling.kernel, stride: pooling.stride, dilation: .one, padding: pooling.padding,
          groups: input.channels)
      )
    case .addition: ("addition", elementwise(groups: input.channels))
    case .rescale: ("rescale", elementwise(groups: input.channels))
    case .softmax: ("softmax", elementwise(groups: 1))
    }
  }

  private static func elementwise(groups: Int) -> LayerGeometry {
    LayerGeometry(kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: groups)
  }

  /// Input positions inside the map that outputs of a range need.
  private func needed(
    _ range: Range<Int>, stride: Int, kernel: Int, dilation: Int, padding: Int, size: Int
  ) -> Range<Int> {
    let touched = range.flatMap { position in (0..<kernel).map { position * stride + $0 * dilation - padding } }
    let first = min(max(touched.min() ?? 0, 0), size)
    return first..<max(min((touched.max() ?? 0) + 1, size), first)
  }

  private func cuts(_ total: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: total, by: size).map { $0..<min($0 + size, total) }
  }

  private mutating func measure(network: Network, layer: Layer, dense: Bool, isConvolution: Bool) {
    let input = layer.inputs[0].shape
    func rows(_ range: Range<Int>) -> Range<Int> {
      needed(
        range, stride: geometry.stride.height, kernel: geometry.kernel.height, dilation: geometry.dilation.height,
        padding: geometry.padding.top, size: input.height)
    }
    let stripes = cuts(output.height, stripe.rows)
    let tileRows = stripes.flatMap { stripe in
      cuts(stripe.count, tile.height).map {
        rows(stripe.lowerBound + $0.lowerBound..<stripe.lowerBound + $0.upperBound).count
      }
    }
    let tileColumns = cuts(output.width, tile.width).map {
      needed(
        $0, stride: geometry.stride.width, kernel: geometry.kernel.width, dilation: geometry.dilation.width,
        padding: geometry.padding.left, size: input.width
      ).count
    }
    let perGroup = input.channels / geometry.groups
    let depth = dense ? tile.inputChannels : tile.outputChannels * geometry.groups / output.channels * perGroup
    let positions = (tileRows.max() ?? 0) * (tileColumns.max() ?? 0)
    for (operand, role) in zip(layer.inputs, [PlannedBuffer.Operand.input0, .input1]) {
      let type = network[operand.tensor].type
      l1Bytes.append((role, type.bytes(elements: positions * depth)))
      let rowBytes = type.bytes(elements: input.width * input.channels)
      let slots = stripes.map { stripe -> Int in
        let needed = rows(stripe)
        return (needed.upperBound * rowBytes + 3) / 4 * 4 - needed.lowerBound * rowBytes / 4 * 4
      }
      l2Bytes.append((role, slots.max() ?? 0))
    }
    let type = network[layer.output].type
    let outputs = tile.height * tile.width * tile.outputChannels
    l1Bytes.append((.output, type.bytes(elements: outputs)))
    l2Bytes.append((.output, type.bytes(elements: stripe.rows * output.width * output.channels)))
    if isConvolution { measureConstants(input: input, dense: dense, outputs: outputs) }
  }

  private mutating func measureConstants(input: Shape, dense: Bool, outputs: Int) {
    let perGroup = input.channels / geometry.groups
    var largestChunk = 0
    for chunk in cuts(output.channels, stripe.channels) {
      var chunkBytes = 0
      for tile in cuts(chunk.count, tile.outputChannels) {
        chunkBytes += tile.count * parameterBytes
        for inputs in cuts(perGroup, dense ? self.tile.inputChannels : perGroup) {
          chunkBytes += (tile.count * geometry.kernel.area * inputs.count + 3) / 4 * 4
        }
      }
      constantBytes += chunkBytes
      largestChunk = max(largestChunk, chunkBytes)
    }
    l2Bytes.append((.weights, largestChunk))
    l1Bytes.append((.parameters, tile.outputChannels * parameterBytes))
    let depth = dense ? tile.inputChannels : perGroup
    l1Bytes.append((.weights, tile.outputChannels * geometry.kernel.area * depth))
    if dense && tile.inputChannels < input.channels { l1Bytes.append((.accumulator, outputs * 4)) }
  }
}
