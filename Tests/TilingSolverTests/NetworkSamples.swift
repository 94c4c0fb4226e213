import NetworkIR

/// Networks with the shapes of well-known ones; weights are zero, because planning reads only their number.
struct NetworkSample {
  private(set) var network: Network
  /// The tensor that the next layer reads.
  private(set) var last: TensorID = 0

  init(_ name: String, input: Shape) {
    network = Network(name: name, tensors: [], layers: [], inputs: [Boundary(tensor: 0)], outputs: [])
    _ = addTensor(input)
  }

  /// The finished network: its last tensor is the output.
  func finished() -> Network {
    var network = network
    network.outputs = [Boundary(tensor: last)]
    return network
  }

  /// A convolution with "same" padding, and `border` more rows and columns on each side; depthwise when `channels` is
  /// nil.
  mutating func convolution(
    _ channels: Int?, kernel: Int, stride: Int = 1, border: Int = 0, from source: TensorID? = nil
  ) throws {
    let shape = network[source ?? last].shape
    let output = Shape(
      height: (shape.height + 2 * border + stride - 1) / stride,
      width: (shape.width + 2 * border + stride - 1) / stride, channels: channels ?? shape.channels)
    let groups = channels == nil ? shape.channels : 1
    let weights = output.channels * kernel * kernel * shape.channels / groups
    func padding(_ size: Int, _ outputSize: Int) -> (Int, Int) {
      let total = max((outputSize - 1) * stride + kernel - size, 0)
      return (total / 2, total - total / 2)
    }
    let (top, bottom) = padding(shape.height, output.height)
    let (left, right) = padding(shape.width, output.width)
    let operation = Convolution(
      kernel: Extent(height: kernel, width: kernel), stride: Extent(height: stride, width: stride), dilation: .one,
      padding: Padding(top: top, left: left, bottom: bottom, right: right), groups: groups,
      inputChannels: shape.channels, outputChannels: output.channels, weights: Array(repeating: 0, count: weights),
      bias: Array(repeating: 0, count: output.channels), inputZeroPoint: 0, paddingValue: 0,
      requantization: try Self.requantization())
    add(.convolution(operation), [source ?? last], shapes: [shape], output: output)
  }

  /// A fully connected layer on all elements of the last tensor.
  mutating func fullyConnected(_ channels: Int) throws {
    let inputs = network[last].shape.elements
    let operation = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: inputs,
      outputChannels: channels, weights: Array(repeating: 0, count: inputs * channels),
      bias: Array(repeating: 0, count: channels), inputZeroPoint: 0, paddingValue: 0,
      requantization: try Self.requantization())
    add(
      .convolution(operation), [last], shapes: [Shape(height: 1, width: 1, channels: inputs)],
      output: Shape(height: 1, width: 1, channels: channels))
  }

  /// The sum of the last tensor and another of its shape.
  mutating func addition(_ other: TensorID) throws {
    let operand = try Requantization(
      rules: [RequantizationRule([.affine(scale: 1, offset: 0), .clamp(-1000...1000)])], accumulators: [0...255],
      clamp: -1000...1000)
    let shape = network[last].shape
    let operation = Addition(first: operand, second: operand, output: try Self.requantization())
    add(.addition(operation), [last, other], shapes: [shape, shape], output: shape)
  }

  /// The average of every channel.
  mutating func globalAverage() {
    let shape = network[last].shape
    let pooling = Pooling(kind: .average(clamp: 0...255), kernel: shape.extent, stride: .one, padding: .zero)
    add(
      .pooling(pooling), [last], shapes: [shape], output: Shape(height: 1, width: 1, channels: shape.channels))
  }

  private mutating func add(_ operation: Operation, _ inputs: [TensorID], shapes: [Shape], output: Shape) {
    let layer = Layer(
      name: "layer_\(network.layers.count)", source: "", operation: operation,
      inputs: zip(inputs, shapes).map { Operand(tensor: $0, shape: $1) }, output: addTensor(output))
    network.layers.append(layer)
    last = layer.output
  }

  private mutating func addTensor(_ shape: Shape) -> TensorID {
    network.tensors.append(
      Tensor(
        name: "t\(network.tensors.count)", shape: shape, type: .uint8, values: 0...255,
        origin: TensorOrigin(
          dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel])))
    return network.tensors.count - 1
  }

  private static func requantization() throws -> Requantization {
    try Requantization(
      rules: [RequantizationRule([.divide(by: 4, rounding: .floor), .clamp(0...255)])], accumulators: [-1000...1000],
      clamp: 0...255)
  }
}

extension NetworkSample {
  /// MobileNetV1 on `size` by `size` pixels, channels times `width` in quarters.
  static func mobileNetV1(size: Int, quarters: Int) throws -> Network {
    func scaled(_ channels: Int) -> Int { channels * quarters / 4 }
    var sample = NetworkSample("mobilenet_v1", input: Shape(height: size, width: size, channels: 3))
    try sample.convolution(scaled(32), kernel: 3, stride: 2)
    let blocks = [
      (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1),
      (1024, 2), (1024, 1),
    ]
    for (channels, stride) in blocks {
      try sample.convolution(nil, kernel: 3, stride: stride)
      try sample.convolution(scaled(channels), kernel: 1)
    }
    sample.globalAverage()
    try sample.fullyConnected(1000)
    return sample.finished()
  }

  /// The ResNet-8 of MLPerf Tiny: 32 by 32 pixels, three residual blocks.
  static func resNet8() throws -> Network {
    var sample = NetworkSample("resnet8", input: Shape(height: 32, width: 32, channels: 3))
    try sample.convolution(16, kernel: 3)
    for (channels, stride) in [(16, 1), (32, 2), (64, 2)] {
      let skip = sample.last
      try sample.convolution(channels, kernel: 3, stride: stride)
      try sample.convolution(channels, kernel: 3)
      let main = sample.last
      if stride == 1 {
        try sample.addition(skip)
      } else {
        try sample.convolution(channels, kernel: 1, stride: stride, from: skip)
        try sample.addition(main)
      }
    }
    sample.globalAverage()
    try sample.fullyConnected(10)
    return sample.finished()
  }

  /// MobileNetV2 on `size` by `size` pixels: inverted residuals, whose skips cross three layers.
  static func mobileNetV2(size: Int) throws -> Network {
    var sample = NetworkSample("mobilenet_v2", input: Shape(height: size, width: size, channels: 3))
    try sample.convolution(32, kernel: 3, stride: 2)
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]
    for (expansion, channels, count, firstStride) in stages {
      for index in 0..<count {
        let skip = sample.last
        let inputChannels = sample.network[skip].shape.channels
        let stride = index == 0 ? firstStride : 1
        if expansion > 1 { try sample.convolution(inputChannels * expansion, kernel: 1) }
        try sample.convolution(nil, kernel: 3, stride: stride)
        try sample.convolution(channels, kernel: 1)
        if stride == 1, inputChannels == channels { try sample.addition(skip) }
      }
    }
    try sample.convolution(1280, kernel: 1)
    sample.globalAverage()
    try sample.fullyConnected(1000)
    return sample.finished()
  }

  /// The autoencoder of MLPerf Tiny: ten fully connected layers, nearly all weights.
  static func autoencoder() throws -> Network {
    var sample = NetworkSample("autoencoder", input: Shape(height: 1, width: 1, channels: 640))
    for channels in [128, 128, 128, 128, 8, 128, 128, 128, 128, 640] { try sample.fullyConnected(channels) }
    return sample.finished()
  }
}
