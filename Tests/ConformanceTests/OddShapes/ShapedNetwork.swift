import NetworkIR
import Testing

/// Builds networks of given shapes layer by layer, with random weights and requantizations that spread their
/// accumulators over the codes.
struct ShapedNetwork {
  private(set) var network: Network
  /// The tensor that the next layer reads.
  var last: TensorID = 0
  private let type: ElementType
  private var random: SplitMix64

  init(_ name: String, input: Shape, type: ElementType = .uint8, seed: UInt64) {
    network = Network(name: name, tensors: [], layers: [], inputs: [Boundary(tensor: 0)], outputs: [])
    self.type = type
    random = SplitMix64(seed: seed)
    _ = addTensor(input)
  }

  /// The network with its last tensor as the output.
  func finished() -> Network {
    var network = network
    network.outputs = [Boundary(tensor: last)]
    return network
  }

  var shape: Shape { network[last].shape }

  /// A convolution of all channels, or of groups of them.
  mutating func convolution(_ channels: Int, _ window: Window, groups: Int = 1) throws {
    let padding = window.padding(of: shape.extent)
    let output = window.output(of: shape.extent)
    let inputs = shape.channels
    try addConvolution(
      window, padding, groups: groups, view: shape,
      output: Shape(height: output.height, width: output.width, channels: channels), depth: inputs / groups)
  }

  /// A convolution of each channel for itself.
  mutating func depthwise(_ window: Window) throws {
    try convolution(shape.channels, window, groups: shape.channels)
  }

  /// A fully connected layer on all elements of the last tensor.
  mutating func fullyConnected(_ channels: Int) throws {
    let view = Shape(height: 1, width: 1, channels: shape.elements)
    try addConvolution(
      Window(1), .zero, groups: 1, view: view, output: Shape(height: 1, width: 1, channels: channels),
      depth: shape.elements)
  }

  mutating func pool(_ kind: Pooling.Kind, _ window: Window) {
    let output = window.output(of: shape.extent)
    let pooling = Pooling(
      kind: kind, kernel: window.kernel, stride: window.stride, padding: window.padding(of: shape.extent))
    add(
      .pooling(pooling), [Operand(tensor: last, shape: shape)],
      output: Shape(height: output.height, width: output.width, channels: shape.channels))
  }

  mutating func maximum(_ window: Window) { pool(.maximum(clamp: type.range), window) }

  mutating func average(_ window: Window) { pool(.average(clamp: type.range), window) }

  /// The average of each channel.
  mutating func globalAverage() { average(Window(shape.extent)) }

  /// The sum of the last tensor and another of its shape: 200/512 of the one and 180/512 of the other.
  mutating func addition(_ other: TensorID) throws {
    let zeroPoints = [last, other].map { network[$0].zeroPoint }
    let differences = [last, other].map { id in
      network[id].values.lowerBound - network[id].zeroPoint...network[id].values.upperBound - network[id].zeroPoint
    }
    let operands = try zip([200, 180], differences).map { factor, range in
      let clamp = Int(Int32.min)...Int(Int32.max)
      return try Requantization(
        rules: [RequantizationRule([.affine(scale: factor, offset: 0), .clamp(clamp)])], accumulators: [range],
        clamp: clamp)
    }
    let sums =
      200 * differences[0].lowerBound + 180 * differences[1].lowerBound...200 * differences[0].upperBound + 180
      * differences[1].upperBound
    let output = try Requantization(
      rules: [
        RequantizationRule([
          .divide(by: 512, rounding: .halfUp), .affine(scale: 1, offset: zeroPoint), .clamp(type.range),
        ])
      ], accumulators: [sums], clamp: type.range)
    let addition = Addition(
      first: operands[0], second: operands[1], output: output, firstZeroPoint: zeroPoints[0],
      secondZeroPoint: zeroPoints[1])
    add(.addition(addition), [last, other].map { Operand(tensor: $0, shape: shape) }, output: shape)
  }
}

extension ShapedNetwork {
  /// Zero point of every tensor.
  private var zeroPoint: Int { type.isSigned ? -3 : 125 }

  private mutating func addConvolution(
    _ window: Window, _ padding: Padding, groups: Int, view: Shape, output: Shape, depth: Int
  ) throws {
    let products = window.kernel.area * depth
    let weights = (0..<output.channels * products).map { _ in Int8(truncatingIfNeeded: random.next()) }
    // Of products of uniformly distributed weights (-128...127) and codes (0...255 less a zero point in their middle).
    let deviation = Double(products).squareRoot() * 74 * 74
    let bias = (0..<output.channels).map { _ in Int32(Double.random(in: -1...1, using: &random) * deviation) }
    var convolution = Convolution(
      kernel: window.kernel, stride: window.stride, dilation: window.dilation, padding: padding, groups: groups,
      inputChannels: view.channels, outputChannels: output.channels, weights: weights, bias: bias,
      inputZeroPoint: network[last].zeroPoint, paddingValue: network[last].zeroPoint, requantization: nil)
    let ranges = try #require(convolution.accumulatorRanges(inputs: network[last].values))
    // TensorFlow Lite's rule, a factor for each channel.
    let rules = ranges.map { _ in
      let factor = 50 / deviation * Double.random(in: 0.7...1.4, using: &random)
      let multiplier = Int32((factor.significand * 0x1p30).rounded())
      return RequantizationRule([
        .doublingMultiply(multiplier: multiplier, shift: Int(factor.exponent) + 1),
        .affine(scale: 1, offset: zeroPoint), .clamp(type.range),
      ])
    }
    convolution.requantization = try Requantization(rules: rules, accumulators: ranges, clamp: type.range)
    add(.convolution(convolution), [Operand(tensor: last, shape: view)], output: output)
  }

  private mutating func add(_ operation: Operation, _ inputs: [Operand], output: Shape) {
    let name = "layer_\(network.layers.count)"
    last = addTensor(output)
    network.layers.append(Layer(name: name, source: name, operation: operation, inputs: inputs, output: last))
  }

  private mutating func addTensor(_ shape: Shape) -> TensorID {
    network.tensors.append(
      Tensor(
        name: "tensor_\(network.tensors.count)", shape: shape, type: type, values: type.range,
        origin: TensorOrigin(
          dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel]),
        zeroPoint: zeroPoint))
    return network.tensors.count - 1
  }
}

/// A window that slides over a map.
struct Window: Codable, Equatable, Sendable {
  /// What lies around the map.
  enum Border: Codable, Equatable, Sendable {
    case none
    /// TensorFlow's: as many outputs as inputs divided by the stride, the odd row or column of padding last.
    case same
    case sides(Padding)
  }

  var kernel: Extent
  var stride: Extent
  var dilation: Extent
  var border: Border

  init(_ kernel: Extent, stride: Extent = .one, dilation: Extent = .one, border: Border = .none) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.border = border
  }

  /// A square one.
  init(_ kernel: Int, stride: Int = 1, dilation: Int = 1, border: Border = .none) {
    self.init(
      Extent(height: kernel, width: kernel), stride: Extent(height: stride, width: stride),
      dilation: Extent(height: dilation, width: dilation), border: border)
  }

  func padding(of map: Extent) -> Padding {
    switch border {
    case .none: return .zero
    case .sides(let padding): return padding
    case .same:
      let rows = Self.same(map.height, kernel.height, stride.height, dilation.height)
      let columns = Self.same(map.width, kernel.width, stride.width, dilation.width)
      return Padding(top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    }
  }

  /// Positions of the window inside the padded map.
  func output(of map: Extent) -> Extent {
    let padding = padding(of: map)
    let rows = map.height + padding.top + padding.bottom - (kernel.height - 1) * dilation.height - 1
    let columns = map.width + padding.left + padding.right - (kernel.width - 1) * dilation.width - 1
    return Extent(height: rows / stride.height + 1, width: columns / stride.width + 1)
  }

  private static func same(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
    let outputs = (size + stride - 1) / stride
    return max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
  }
}
