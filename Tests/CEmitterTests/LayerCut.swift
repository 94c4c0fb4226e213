import NetworkIR

/// A layer cut as a style asks, with the bytes of its buffers, found by walking over all pieces.
struct LayerCut {
  let output: Shape
  let geometry: LayerGeometry
  var stripe: StripeSize
  var tile: TileSize
  var op: String
  var order = ConstantOrder.plain
  /// Of the constants of each channel chunk.
  var chunkBytes: [Int] = []
  var constantBytes: Int { chunkBytes.reduce(0, +) }
  var parameterBytes = 0
  var weightBits = 0
  /// Bytes of one L1 slot, by operand.
  var l1Bytes: [(PlannedBuffer.Operand, Int)] = []
  /// Bytes of one L2 slot if the operand is streamed, by operand.
  var l2Bytes: [(PlannedBuffer.Operand, Int)] = []

  init(network: Network, layer: Layer, style: PlanStyle) {
    let input = layer.inputs[0].shape
    output = network[layer.output].shape
    let description = OperationDescription(layer)
    (op, geometry) = (description.op, description.geometry)
    let types = layer.inputs.map { network[$0.tensor].type } + [network[layer.output].type]
    // Pieces of channels start at whole bytes.
    let shared = types.map(\.elementsPerByte).max() ?? 1
    let dense = geometry.groups == 1
    let group = dense ? 1 : output.channels / geometry.groups
    let hasPackedGroups = input.channels / geometry.groups % shared == 0
    /// A multiple of `multiple`; of a grouped layer whole groups, or a divisor of one.
    func channels(_ wanted: Int, of total: Int, by multiple: Int) -> Int {
      let parts = (1...group).filter { group % $0 == 0 && $0 % shared == 0 && $0 <= wanted }
      if wanted < group, hasPackedGroups, let part = parts.last { return part }
      return min(max(wanted / multiple, 1) * multiple, total)
    }
    (order, parameterBytes, weightBits) = description.constants(input: types[0], output: types[types.count - 1])
    let multiple = order == .plain ? group * shared : 4
    let rowBytes = output.width * types[types.count - 1].pixelBytes(channels: output.channels)
    var rows = description.isRowwise ? min(style.stripeRows, output.height) : output.height
    // Output stripes in L3 begin at multiples of 4 bytes.
    while rows < output.height, rows * rowBytes % 4 != 0 { rows += 1 }
    let whole = description.needsAllChannels
    stripe = StripeSize(
      rows: rows,
      channels: parameterBytes > 0 ? channels(style.stripeChannels, of: output.channels, by: multiple) : output.channels
    )
    let cutsInputs = dense && weightBits > 0
    tile = TileSize(
      height: min(style.tile.height, rows), width: min(style.tile.width, output.width),
      outputChannels: whole
        ? output.channels
        : min(channels(style.tile.outputChannels, of: output.channels, by: multiple), stripe.channels),
      inputChannels: cutsInputs
        ? channels(style.tile.inputChannels, of: input.channels, by: shared) : input.channels)
    if layer.operation.isDirect {
      tile = TileSize(
        height: rows, width: output.width, outputChannels: output.channels, inputChannels: input.channels)
    }
    measure(network: network, layer: layer, dense: dense)
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

  private mutating func measure(network: Network, layer: Layer, dense: Bool) {
    let input = layer.inputs[0].shape
    let isDirect = layer.operation.isDirect
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
    let group = output.channels / geometry.groups
    let depth = dense ? tile.inputChannels : (tile.outputChannels + group - 1) / group * perGroup
    var positions = (tileRows.max() ?? 0) * (tileColumns.max() ?? 0)
    if order != .plain {
      positions =
        ((tile.height - 1) * geometry.stride.height + (geometry.kernel.height - 1) * geometry.dilation.height + 1)
        * ((tile.width - 1) * geometry.stride.width + (geometry.kernel.width - 1) * geometry.dilation.width + 1)
    }
    for (operand, role) in zip(layer.inputs, [PlannedBuffer.Operand.input0, .input1]) {
      let type = network[operand.tensor].type
      if !isDirect { l1Bytes.append((role, positions * type.pixelBytes(channels: depth))) }
      let rowBytes = operand.shape.width * type.pixelBytes(channels: operand.shape.channels)
      let slots = stripes.map { stripe -> Int in
        let needed = rows(stripe)
        return (needed.upperBound * rowBytes + 3) / 4 * 4 - needed.lowerBound * rowBytes / 4 * 4
      }
      l2Bytes.append((role, slots.max() ?? 0))
    }
    let type = network[layer.output].type
    let outputs = tile.height * tile.width
    if !isDirect { l1Bytes.append((.output, outputs * type.pixelBytes(channels: tile.outputChannels))) }
    l2Bytes.append((.output, stripe.rows * output.width * type.pixelBytes(channels: output.channels)))
    if parameterBytes > 0 {
      measureConstants(
        input: input, type: network[layer.inputs[0].tensor].type, dense: dense, outputs: outputs * tile.outputChannels)
    }
  }

  private mutating func measureConstants(input: Shape, type: ElementType, dense: Bool, outputs: Int) {
    let perGroup = input.channels / geometry.groups
    func blockBytes(_ channels: Int, _ inputs: Int) -> Int {
      guard order == .plain else {
        let window = StoredWindow(geometry, pixelBytes: inputs * type.bits / 8, isGathered: dense)
        return (channels + 3) / 4 * 4 * (window.bytes + parameterBytes)
      }
      return (channels * geometry.kernel.area * inputs * weightBits + 31) / 32 * 4
    }
    for chunk in cuts(output.channels, stripe.channels) {
      var bytes = 0
      for tile in cuts(chunk.count, tile.outputChannels) {
        if order == .plain { bytes += tile.count * parameterBytes }
        for inputs in cuts(perGroup, dense ? self.tile.inputChannels : perGroup) {
          bytes += blockBytes(tile.count, inputs.count)
        }
      }
      chunkBytes.append(bytes)
    }
    l2Bytes.append((.weights, chunkBytes.max() ?? 0))
    if order == .plain { l1Bytes.append((.parameters, tile.outputChannels * parameterBytes)) }
    if weightBits > 0 {
      l1Bytes.append((.weights, blockBytes(tile.outputChannels, dense ? tile.inputChannels : perGroup)))
    }
    if dense && tile.inputChannels < input.channels { l1Bytes.append((.accumulator, outputs * 4)) }
  }
}
