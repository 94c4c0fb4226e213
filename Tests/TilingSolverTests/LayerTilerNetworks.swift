import NetworkIR

@testable import TilingSolver

/// Networks of random-free constants whose shapes are those of published ones; tiling looks at shapes alone.
struct LayerTilerNetworkBuilder {
  private(set) var network: Network
  private var latest: TensorID

  init(name: String, input: Shape, type: ElementType = .int8) {
    network = Network(name: name, tensors: [], layers: [], inputs: [], outputs: [])
    latest = 0
    latest = tensor(input, type: type)
    network.inputs = [Boundary(tensor: latest)]
  }

  private mutating func tensor(_ shape: Shape, type: ElementType = .int8) -> TensorID {
    let origin = TensorOrigin(
      dimensions: [1, shape.height, shape.width, shape.channels], axes: [.batch, .height, .width, .channel])
    network.tensors.append(
      Tensor(
        name: "tensor_\(network.tensors.count)", shape: shape, type: type, values: type.range, origin: origin))
    return network.tensors.count - 1
  }

  /// A convolution whose output is the 32-bit accumulator unless `type` says otherwise; same padding by default.
  @discardableResult
  mutating func convolve(
    kernel: Extent, stride: Int = 1, channels: Int, groups: Int = 1, dilation: Int = 1, padding: Padding? = nil,
    type: ElementType = .int8, weights: ElementType = .int8
  ) -> TensorID {
    let input = network[latest].shape
    let step = Extent(height: stride, width: stride)
    let same = Padding(
      top: (kernel.height - 1) * dilation / 2, left: (kernel.width - 1) * dilation / 2,
      bottom: (kernel.height - 1) * dilation - (kernel.height - 1) * dilation / 2,
      right: (kernel.width - 1) * dilation - (kernel.width - 1) * dilation / 2)
    let padding = padding ?? same
    let height = (input.height + padding.top + padding.bottom - (kernel.height - 1) * dilation - 1) / stride + 1
    let width = (input.width + padding.left + padding.right - (kernel.width - 1) * dilation - 1) / stride + 1
    let convolution = Convolution(
      kernel: kernel, stride: step, dilation: Extent(height: dilation, width: dilation), padding: padding,
      groups: groups, inputChannels: input.channels, outputChannels: channels,
      weights: Array(repeating: 0, count: channels * kernel.area * input.channels / groups), weightType: weights,
      bias: Array(repeating: 0, count: channels), inputZeroPoint: 0, paddingValue: 0, requantization: nil)
    return append(
      .convolution(convolution), output: Shape(height: height, width: width, channels: channels), type: type)
  }

  /// A window reduction without padding.
  @discardableResult
  mutating func pool(kernel: Int, stride: Int) -> TensorID {
    let input = network[latest].shape
    let extent = Extent(height: kernel, width: kernel)
    let pooling = Pooling(
      kind: .maximum(clamp: -128...127), kernel: extent, stride: Extent(height: stride, width: stride), padding: .zero)
    let shape = Shape(
      height: (input.height - kernel) / stride + 1, width: (input.width - kernel) / stride + 1,
      channels: input.channels)
    return append(.pooling(pooling), output: shape)
  }

  /// Softmax over the channels.
  @discardableResult
  mutating func softmax() -> TensorID {
    append(
      .softmax(Softmax(multiplier: 1 << 30, leftShift: 3, minimumDifference: -248)), output: network[latest].shape)
  }

  /// An element-wise operation on the latest tensor alone.
  @discardableResult
  mutating func apply(_ operation: Operation, type: ElementType, channels: Int? = nil) -> TensorID {
    var shape = network[latest].shape
    shape.channels = channels ?? shape.channels
    return append(operation, output: shape, type: type)
  }

  private mutating func append(_ operation: Operation, output: Shape, type: ElementType = .int8) -> TensorID {
    let operand = Operand(tensor: latest, shape: network[latest].shape)
    latest = tensor(output, type: type)
    network.layers.append(
      Layer(
        name: "layer_\(network.layers.count)", source: "", operation: operation, inputs: [operand], output: latest))
    return latest
  }

  /// An element-wise sum of the latest tensor and another one.
  @discardableResult
  mutating func add(_ other: TensorID) throws -> TensorID {
    let shape = network[latest].shape
    let code = try Requantization(
      rules: [RequantizationRule([.clamp(-128...127)])], accumulators: [-128...127], clamp: -128...127)
    let operation = Operation.addition(Addition(first: code, second: code, output: code))
    let inputs = [Operand(tensor: latest, shape: shape), Operand(tensor: other, shape: shape)]
    latest = tensor(shape)
    network.layers.append(
      Layer(name: "layer_\(network.layers.count)", source: "", operation: operation, inputs: inputs, output: latest))
    return latest
  }
}

extension LayerTilerNetworkBuilder {
  /// The 27 convolutions of MobileNetV1 with width multiplier 1, its pool and its classifier.
  static func mobileNetV1(size: Int) -> Network {
    var builder = LayerTilerNetworkBuilder(name: "mobilenet_v1", input: Shape(height: size, width: size, channels: 3))
    let three = Extent(height: 3, width: 3)
    builder.convolve(kernel: three, stride: 2, channels: 32)
    var channels = 32
    let blocks =
      [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
      + Array(repeating: (512, 1), count: 5) + [(1024, 2), (1024, 1)]
    for (outputs, stride) in blocks {
      builder.convolve(kernel: three, stride: stride, channels: channels, groups: channels)
      builder.convolve(kernel: .one, channels: outputs)
      channels = outputs
    }
    builder.pool(kernel: size / 32, stride: 1)
    builder.convolve(kernel: .one, channels: 1000)
    return builder.network
  }

  /// MobileNetV2 with width multiplier 1: inverted residuals, 64 layers.
  static func mobileNetV2(size: Int) throws -> Network {
    var builder = LayerTilerNetworkBuilder(name: "mobilenet_v2", input: Shape(height: size, width: size, channels: 3))
    let three = Extent(height: 3, width: 3)
    var latest = builder.convolve(kernel: three, stride: 2, channels: 32)
    var channels = 32
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]
    for (expansion, outputs, repeats, firstStride) in stages {
      for index in 0..<repeats {
        let stride = index == 0 ? firstStride : 1
        let input = latest
        if expansion > 1 { builder.convolve(kernel: .one, channels: channels * expansion) }
        let wide = channels * expansion
        builder.convolve(kernel: three, stride: stride, channels: wide, groups: wide)
        latest = builder.convolve(kernel: .one, channels: outputs)
        if stride == 1, channels == outputs { latest = try builder.add(input) }
        channels = outputs
      }
    }
    builder.convolve(kernel: .one, channels: 1280)
    builder.pool(kernel: size / 32, stride: 1)
    builder.convolve(kernel: .one, channels: 1000)
    return builder.network
  }
}
