import NetworkIR

/// Layers that only move codes, and products of activations.
extension RandomNetwork {
  /// Columns of one or two operands side by side, forwards, backwards or repeated, with columns left out between.
  mutating func appendRowMovement() {
    let (first, second) = pair()
    let type = network[first.tensor].type
    let operands = network[second.tensor].type == type ? [first, second] : [first]
    let channels = first.shape.channels
    var pieces: [Movement.Piece] = []
    var column = random.number(0...1)
    for _ in 0..<random.number(1...3) {
      let operand = random.number(0...operands.count - 1)
      let size = random.number(1...first.shape.width)
      let start = random.number(0...first.shape.width - size)
      let step = random.choice([1, -1, 0])
      let offset = (step == -1 ? start + size - 1 : start) * channels
      pieces.append(
        Movement.Piece(
          operand: operand, inputOffset: offset, outputOffset: column * channels, extents: [size, channels],
          inputStrides: [step * channels, 1], outputStrides: [channels, 1]))
      column += size + random.number(0...1)
    }
    let shape = Shape(height: first.shape.height, width: column, channels: channels)
    append(
      .movement(Movement(isRowwise: true, fill: random.number(type.range), pieces: pieces)), .rowMove,
      inputs: operands, shape: shape, type: type, values: type.range)
  }

  /// All axes permuted and some of them reversed, in a larger map.
  mutating func appendMovement() {
    let input = latest()
    let type = network[input.tensor].type
    let sizes = [input.shape.height, input.shape.width, input.shape.channels]
    let inputStrides = [sizes[1] * sizes[2], sizes[2], 1]
    let axes = [0, 1, 2].shuffled(using: &random)
    let border = (random.number(0...1), random.number(0...1))
    let shape = Shape(
      height: sizes[axes[0]] + border.0, width: sizes[axes[1]] + border.1, channels: sizes[axes[2]])
    var piece = Movement.Piece(
      outputOffset: (border.0 * shape.width + border.1) * shape.channels, extents: axes.map { sizes[$0] },
      inputStrides: axes.map { inputStrides[$0] },
      outputStrides: [shape.width * shape.channels, shape.channels, 1])
    for axis in 0..<3 where random.number(0...2) == 0 {
      piece.inputOffset += (piece.extents[axis] - 1) * piece.inputStrides[axis]
      piece.inputStrides[axis] *= -1
    }
    append(
      .movement(Movement(isRowwise: false, fill: random.number(type.range), pieces: [piece])), .move,
      inputs: [input], shape: shape, type: type, values: type.range)
  }

  /// Depth to space by 2 along the width alone, or with one channel repeated where channels are odd.
  mutating func appendShuffle() {
    let input = latest()
    let type = network[input.tensor].type
    let depth = input.shape.channels % 2 == 0 ? input.shape.channels / 2 : 1
    let shape = Shape(height: input.shape.height, width: 2 * input.shape.width, channels: depth)
    let step = input.shape.channels % 2 == 0 ? depth : 0
    let piece = Movement.Piece(
      extents: [1, input.shape.width, 1, 2, depth], inputStrides: [Int.min, input.shape.channels, 7, step, 1],
      outputStrides: [Int.max, 2 * depth, -1, depth, 1])
    append(
      .movement(Movement(isRowwise: true, pieces: [piece])), .shuffle, inputs: [input], shape: shape, type: type,
      values: type.range)
  }

  /// A tensor times itself, transposed or seen as a matrix of another shape.
  mutating func appendProduct() {
    let first = latest(bits: 8)
    let tensor = network[first.tensor]
    var second = first
    let turned = Shape(height: first.shape.height, width: first.shape.channels, channels: first.shape.width)
    let isTransposed = !tensor.type.isView(turned, of: first.shape) || random.number(0...1) == 0
    if !isTransposed { second.shape = turned }
    let zeroPoints = (random.number(tensor.values), random.number(tensor.values))
    let reach = (tensor.values.count - 1) * (tensor.values.count - 1) * first.shape.channels
    let type = random.number(0...3) == 0 ? ElementType.int32 : anyType()
    let clamp = type == .int32 ? -reach...reach : clamp(type)
    let rule = type == .int32 ? nil : requantization([-reach...reach], clamp)
    guard type == .int32 || rule != nil else { return }
    append(
      .matrixProduct(
        MatrixProduct(
          isSecondTransposed: isTransposed, firstZeroPoint: zeroPoints.0, secondZeroPoint: zeroPoints.1,
          requantization: rule)), .product, inputs: [first, second],
      shape: Shape(height: first.shape.height, width: first.shape.width, channels: first.shape.width), type: type,
      values: clamp)
  }
}
