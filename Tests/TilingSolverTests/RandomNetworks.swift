import NetworkIR

@testable import TilingSolver

/// Chains of random layers of every operator and element type, with skips; constants are zero, since plans do not depend
/// on them.
struct RandomNetworkBuilder {
  private(set) var network: Network
  private var latest: TensorID = 0
  private var random: SplitMix64

  /// A network of `layers` layers that follows from `seed` alone.
  static func network(seed: UInt64, layers: Int) throws -> Network {
    var builder = RandomNetworkBuilder(seed: seed)
    while builder.network.layers.count < layers { try builder.addLayer() }
    builder.network.outputs = [Boundary(tensor: builder.latest)]
    return builder.network
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    network = Network(name: "random_\(seed)", tensors: [], layers: [], inputs: [], outputs: [])
    let shape = Shape(height: number(1...20), width: number(1...20), channels: number(1...24))
    latest = addTensor(shape, type())
    network.inputs = [Boundary(tensor: latest)]
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  private mutating func type() -> ElementType {
    let types: [ElementType] = [.uint8, .int8, .uint8, .int8, .int16, .uint4, .int4, .int2, .uint2]
    return types[number(0...types.count - 1)]
  }

  private var input: Tensor { network[latest] }

  private mutating func addTensor(_ shape: Shape, _ type: ElementType) -> TensorID {
    let origin = TensorOrigin(
      dimensions: [1, shape.height, shape.width, shape.channels], axes: [.batch, .height, .width, .channel])
    network.tensors.append(
      Tensor(name: "t\(network.tensors.count)", shape: shape, type: type, values: type.range, origin: origin))
    return network.tensors.count - 1
  }

  private mutating func add(
    _ operation: Operation, _ inputs: [TensorID], view: Shape? = nil, to shape: Shape, _ type: ElementType
  ) {
    let operands = inputs.map { Operand(tensor: $0, shape: view ?? network[$0].shape) }
    latest = addTensor(shape, type)
    network.layers.append(
      Layer(
        name: "layer_\(network.layers.count)", source: "", operation: operation, inputs: operands, output: latest))
  }

  /// Rules that let codes of a type through; one, or one for each of `channels`.
  private func rules(for type: ElementType, channels: Int? = nil) throws -> Requantization {
    let rule = RequantizationRule([.clamp(type.range)])
    let count = channels ?? 1
    return try Requantization(
      rules: Array(repeating: rule, count: count), accumulators: Array(repeating: -1_000...1_000, count: count),
      clamp: type.range)
  }

  private mutating func addLayer() throws {
    let before = input.type
    // Products and sums leave 32 bits behind; nothing but movements and maxima go on from there.
    let isWide = before == .int32
    switch number(0...(isWide ? 2 : 9)) {
    case 0: addMovement()
    case 1: addExtremum()
    case 2: add(.argumentMaximum(ArgumentMaximum()), [latest], to: pixels(1), .int32)
    case 3, 4, 5: try addConvolution()
    case 6: try addPooling()
    case 7: try addTwoOperands()
    case 8: try addTables()
    default:
      let product = MatrixProduct(isSecondTransposed: true, firstZeroPoint: 0, secondZeroPoint: 0, requantization: nil)
      add(.matrixProduct(product), [latest, latest], to: pixels(input.shape.width), .int32)
    }
  }

  private func pixels(_ channels: Int) -> Shape {
    Shape(height: input.shape.height, width: input.shape.width, channels: channels)
  }

  private mutating func addConvolution() throws {
    let isVector = chance(15) && input.type.bits >= 8
    let shape = isVector ? Shape(height: 1, width: 1, channels: input.shape.elements) : input.shape
    let kernel = Extent(
      height: number(1...min(3, shape.height)), width: number(1...min(3, shape.width)))
    let groups = !isVector && chance(40) ? shape.channels : 1
    let outputs = groups > 1 ? groups * number(1...2) : number(1...40)
    let stride = Extent(height: number(1...2), width: number(1...2))
    let padding = Padding(
      top: kernel.height / 2, left: kernel.width / 2, bottom: kernel.height / 2, right: kernel.width / 2)
    let output = Shape(
      height: (shape.height + 2 * padding.top - kernel.height) / stride.height + 1,
      width: (shape.width + 2 * padding.left - kernel.width) / stride.width + 1, channels: outputs)
    let type = type()
    let convolution = Convolution(
      kernel: kernel, stride: stride, dilation: .one, padding: padding, groups: groups,
      inputChannels: shape.channels, outputChannels: outputs,
      weights: Array(repeating: 0, count: outputs * kernel.area * shape.channels / groups),
      weightType: [.int8, .int4, .int2][number(0...2)],
      weightZeroPoints: chance(25) ? Array(repeating: 1, count: outputs) : [],
      bias: Array(repeating: 0, count: outputs), inputZeroPoint: 0,
      paddingValue: 0, requantization: try rules(for: type, channels: chance(50) ? outputs : nil))
    add(.convolution(convolution), [latest], view: shape, to: output, type)
  }

  private mutating func addPooling() throws {
    let shape = input.shape
    let isGlobal = chance(30)
    let kernel =
      isGlobal
      ? shape.extent : Extent(height: number(1...min(2, shape.height)), width: number(1...min(2, shape.width)))
    let kinds: [Pooling.Kind] = [
      .maximum(clamp: input.type.range), .average(clamp: input.type.range), .sum(try rules(for: input.type)),
    ]
    let pooling = Pooling(kind: kinds[number(0...2)], kernel: kernel, stride: kernel, padding: .zero)
    let output = Shape(
      height: shape.height / kernel.height, width: shape.width / kernel.width, channels: shape.channels)
    add(.pooling(pooling), [latest], to: output, input.type)
  }

  /// The latest tensor and another one of its shape and type, or itself.
  private mutating func operands() -> [TensorID] {
    let others = network.tensors.indices.filter {
      network[$0].shape == input.shape && network[$0].type == input.type
    }
    return [latest, others[number(0...others.count - 1)]]
  }

  private mutating func addExtremum() {
    let extremum = Extremum(kind: chance(50) ? .maximum : .minimum, clamp: input.type.range)
    add(.extremum(extremum), operands(), to: input.shape, input.type)
  }

  private mutating func addTwoOperands() throws {
    let type = type()
    let output = try rules(for: type)
    let operands = operands()
    let shape = input.shape
    guard input.type.bits <= 4, chance(50) else {
      let sum = Operation.addition(Addition(first: output, second: output, output: output))
      let product = Operation.multiplication(Multiplication(output: output, firstZeroPoint: 0, secondZeroPoint: 0))
      return add(chance(50) ? sum : product, operands, to: shape, type)
    }
    let codes = input.type.range
    let function = Pairwise(
      first: codes, second: codes, clamp: 0...1, codes: Array(repeating: 0, count: codes.count * codes.count),
      coefficients: PairwiseCoefficients(first: 0, second: 0, product: 0, offset: 0, shift: 0))
    guard let function else { return }
    add(.pairwise(function), operands, to: shape, .uint8)
  }

  private mutating func addTables() throws {
    let shape = input.shape
    let codes = input.type.range.count
    if input.type.bits > 8 {
      let type = type()
      return add(.rescale(try rules(for: type)), [latest], to: shape, type)
    }
    if chance(50) {
      let count = chance(50) ? shape.channels : 1
      let table: [Int32] = Array(repeating: 0, count: codes)
      return add(.lookup(Lookup(tables: Array(repeating: table, count: count))), [latest], to: shape, type())
    }
    let softmax = TableSoftmax(
      exponentials: Array(repeating: 1, count: codes), multiplier: 1 << 20, shift: 12, zeroPoint: 0, clamp: 0...255)
    add(.tableSoftmax(softmax), [latest], to: shape, .uint8)
  }

  /// A concatenation of channels, columns that are doubled, or a map turned upside down, the last one across rows.
  private mutating func addMovement() {
    let shape = input.shape
    let (row, channels) = (shape.width * shape.channels, shape.channels)
    switch number(0...2) {
    case 0:
      let pieces = (0..<2).map { operand in
        Movement.Piece(
          operand: operand, outputOffset: operand * channels, extents: [shape.width, channels],
          inputStrides: [channels, 1], outputStrides: [2 * channels, 1])
      }
      add(.movement(Movement(isRowwise: true, pieces: pieces)), operands(), to: pixels(2 * channels), input.type)
    case 1:
      let piece = Movement.Piece(
        extents: [shape.width, 2, channels], inputStrides: [channels, 0, 1], outputStrides: [2 * channels, channels, 1])
      let output = Shape(height: shape.height, width: 2 * shape.width, channels: channels)
      add(.movement(Movement(isRowwise: true, pieces: [piece])), [latest], to: output, input.type)
    default:
      let piece = Movement.Piece(
        inputOffset: (shape.height - 1) * row, extents: [shape.height, row], inputStrides: [-row, 1],
        outputStrides: [row, 1])
      add(.movement(Movement(isRowwise: false, pieces: [piece])), [latest], to: shape, input.type)
    }
  }
}
