import NetworkIR

/// One convolution, walked as the plan's documentation says.
struct TileVisit {
  private(set) var input: Shape
  private(set) var output: Shape
  let inputType: ElementType
  let outputType: ElementType
  let weightBits: Int
  let geometry: LayerGeometry
  /// Of the input, the output and the constants: whether they pass through L2 in pieces.
  let streams: (input: Bool, output: Bool, constants: Bool)
  private(set) var stripe = StripeSize(rows: 1, channels: 1)
  /// How the constants are stored.
  let constantOrder: ConstantOrder
  private(set) var tile = TileSize(height: 1, width: 1, outputChannels: 1, inputChannels: 1)
  let order: LoopOrder
  /// Copied from L2 to L1.
  private(set) var read = 0
  private(set) var copies = 0
  private(set) var tiles = 0
  /// Bytes of the greatest tile of each operand.
  private(set) var largest: [PlannedBuffer.Operand: Int] = [:]
  /// Most tiles of each operand in one chunk, one after the other.
  private(set) var changes: [PlannedBuffer.Operand: Int] = [:]

  /// Padded by so many pixels on each side: beyond the window's reach, some windows lie wholly in the padding.
  init(
    _ random: inout SplitMix64, padding pixels: ClosedRange<Int> = 0...2, types: [ElementType] = [.uint8],
    streams isStreamed: Bool = false
  ) {
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func extent(_ range: ClosedRange<Int>) -> Extent { Extent(height: number(range), width: number(range)) }
    inputType = types[number(0...types.count - 1)]
    outputType = types[number(0...types.count - 1)]
    weightBits = types.count > 1 ? [2, 4, 8][number(0...2)] : 8
    streams = (
      isStreamed && number(0...1) == 1, isStreamed && number(0...1) == 1, isStreamed && number(0...1) == 1
    )
    let groups = number(0...1) == 1 ? number(2...9) : 1
    let isDepthwise = groups > 1 && number(0...1) == 1
    let channels =
      isDepthwise
      ? (groups, groups) : (groups * number(1...(groups > 1 ? 3 : 6)), groups * number(1...(groups > 1 ? 4 : 14)))
    let (kernel, step, dilation) = (extent(1...3), extent(1...3), extent(1...2))
    let padding = Padding(top: number(pixels), left: number(pixels), bottom: number(pixels), right: number(pixels))
    geometry = LayerGeometry(kernel: kernel, stride: step, dilation: dilation, padding: padding, groups: groups)
    let map = extent(5...9)
    input = Shape(height: map.height, width: map.width, channels: channels.0)
    output = Shape(
      height: (map.height + padding.top + padding.bottom - (kernel.height - 1) * dilation.height - 1) / step.height + 1,
      width: (map.width + padding.left + padding.right - (kernel.width - 1) * dilation.width - 1) / step.width + 1,
      channels: channels.1)
    order = number(0...1) == 1 ? .weightStationary : .inputStationary
    let isGrouped = number(0...2) > 0 && weightBits == 8 && outputType.bits == 8
    switch (isGrouped, groups, inputType.bits) {
    case (true, 1, 8), (true, 1, 16): constantOrder = .interleaved
    case (true, _, 8): constantOrder = isDepthwise && kernel != .one ? .columns : .plain
    default: constantOrder = .plain
    }
    cutStripe(number)
    cutTile(number)
    walk()
  }

  var isDense: Bool { geometry.groups == 1 }
  /// Of one channel; the rule of the plan is rq32.
  var parameterBytes: Int { constantOrder == .plain ? 16 : 12 }
  var outputsPerGroup: Int { output.channels / geometry.groups }
  var inputsPerGroup: Int { input.channels / geometry.groups }

  /// The output's rows by stripe, and its channels by chunk.
  var stripes: [Range<Int>] { pieces(0..<output.height, stripe.rows) }
  var chunks: [Range<Int>] { pieces(0..<output.channels, stripe.channels) }

  /// Consecutive pieces; the last is cut off.
  func pieces(_ whole: Range<Int>, _ size: Int) -> [Range<Int>] {
    stride(from: whole.lowerBound, to: whole.upperBound, by: size).map { $0..<min($0 + size, whole.upperBound) }
  }

  /// Input channels that output channels need.
  func inputChannels(of outputs: Range<Int>) -> Range<Int> {
    guard !isDense else { return 0..<input.channels }
    let groups = Set(outputs.map { $0 / outputsPerGroup })
    return (groups.min() ?? 0) * inputsPerGroup..<((groups.max() ?? 0) + 1) * inputsPerGroup
  }

  /// Whether pieces of output channels hold whole groups or lie in one, and begin at whole bytes; in other orders than the
  /// plain one, whether all but the last are fours.
  private func isAllowed(_ pieces: [Range<Int>]) -> Bool {
    pieces.allSatisfy { piece in
      let inputs = inputChannels(of: piece)
      let isWhole = piece.count % outputsPerGroup == 0 && piece.lowerBound % outputsPerGroup == 0
      let isInside = piece.lowerBound / outputsPerGroup == (piece.upperBound - 1) / outputsPerGroup
      let hasFours = constantOrder == .plain || piece.count % 4 == 0 || piece.upperBound == output.channels
      return hasFours && (isDense || isWhole || isInside) && piece.lowerBound * outputType.bits % 8 == 0
        && inputs.lowerBound * inputType.bits % 8 == 0
    }
  }

  private mutating func cutStripe(_ number: (ClosedRange<Int>) -> Int) {
    stripe = StripeSize(rows: output.height, channels: output.channels)
    if streams.input || streams.output {
      stripe.rows = number(1...output.height)
      let rowBytes = output.width * pixelBytes(output.channels, outputType)
      while streams.output, stripe.rows < output.height, stripe.rows * rowBytes % 4 != 0 { stripe.rows += 1 }
    }
    guard streams.constants else { return }
    let sizes = (1...output.channels).filter { size in
      let isAligned = size % outputsPerGroup == 0 || outputsPerGroup % size == 0
      return (isDense || isAligned) && isAllowed(pieces(0..<output.channels, size))
    }
    stripe.channels = sizes[number(0...sizes.count - 1)]
  }

  private mutating func cutTile(_ number: (ClosedRange<Int>) -> Int) {
    let sizes = (1...stripe.channels).filter { size in
      let isInside = stripe.channels < outputsPerGroup
      let isAligned = isDense || isInside || size % outputsPerGroup == 0 || outputsPerGroup % size == 0
      return isAligned && isAllowed(chunks.flatMap { pieces($0, size) })
    }
    let passes = (1...input.channels).filter { $0 * inputType.bits % 8 == 0 || $0 == input.channels }
    let channels = sizes[number(0...sizes.count - 1)]
    tile = TileSize(
      height: number(1...stripe.rows), width: number(1...output.width), outputChannels: channels,
      inputChannels: isDense
        ? passes[number(0...passes.count - 1)] : (channels + outputsPerGroup - 1) / outputsPerGroup * inputsPerGroup)
  }

  private mutating func walk() {
    var before: [PlannedBuffer.Operand: [Int]] = [:]
    for rows in stripes {
      for channels in chunks {
        var pieces: [PlannedBuffer.Operand: Int] = [:]
        for tile in tiles(rows, channels) {
          tiles += 1
          for (operand, coordinates) in tile.coordinates(self) {
            let isNew = before[operand] != coordinates
            if isNew || pieces[operand] == nil { pieces[operand, default: 0] += 1 }
            before[operand] = coordinates
            let bytes = bytes(of: operand, tile)
            largest[operand] = max(largest[operand] ?? 0, slotBytes(of: operand, tile))
            if isNew, bytes > 0 { copies += 1 }
            if isNew, operand != .output { read += bytes }
          }
        }
        changes.merge(pieces) { max($0, $1) }
      }
    }
    if isDense, tile.inputChannels < input.channels {
      largest[.accumulator] = 4 * tile.height * tile.width * tile.outputChannels
    }
  }
}
