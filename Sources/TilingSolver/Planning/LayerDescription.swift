import NetworkIR

/// What a plan says about a layer's operation, whatever its tiling.
struct LayerDescription: Sendable {
  /// As `PlannedLayer.op` lists them.
  var op: String
  /// Which input positions an output position needs.
  var geometry: LayerGeometry
  /// The one whose result is the layer's output.
  var requantization: Requantization?
  private let operation: Operation

  /// Describes a layer.
  init(_ layer: Layer) {
    operation = layer.operation
    let shape = layer.inputs.first?.shape ?? Shape(height: 1, width: 1, channels: 1)
    switch layer.operation {
    case .convolution(let convolution):
      op = Self.name(of: convolution, on: shape)
      geometry = LayerGeometry(
        kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
        padding: convolution.padding, groups: convolution.groups)
      requantization = convolution.requantization
    case .addition(let addition):
      op = "addition"
      geometry = Self.elementwise(groups: shape.channels)
      requantization = addition.output
    case .pooling(let pooling):
      switch pooling.kind {
      case .maximum: op = "maxPool"
      case .average, .singlePrecisionAverage: op = "averagePool"
      case .sum(let sum, _):
        op = "sumPool"
        requantization = sum
      }
      geometry = LayerGeometry(
        kernel: pooling.kernel, stride: pooling.stride, dilation: .one, padding: pooling.padding,
        groups: shape.channels)
    case .multiplication(let multiplication):
      op = "multiplication"
      geometry = Self.elementwise(groups: shape.channels)
      requantization = multiplication.output
    case .extremum(let extremum):
      op = extremum.kind.rawValue
      geometry = Self.elementwise(groups: shape.channels)
    case .pairwise:
      op = "pairwise"
      geometry = Self.elementwise(groups: shape.channels)
    case .rescale(let rescale, _):
      op = "rescale"
      geometry = Self.elementwise(groups: shape.channels)
      requantization = rescale
    case .lookup:
      op = "lookup"
      geometry = Self.elementwise(groups: shape.channels)
    case .softmax: (op, geometry) = ("softmax", Self.elementwise(groups: 1))
    case .tableSoftmax: (op, geometry) = ("tableSoftmax", Self.elementwise(groups: 1))
    case .argumentMaximum: (op, geometry) = ("argumentMaximum", Self.elementwise(groups: 1))
    case .matrixProduct(let product):
      op = "matrixProduct"
      geometry = Self.elementwise(groups: 1)
      requantization = product.requantization
    case .movement(let movement):
      op = "movement"
      geometry = Self.elementwise(groups: 1)
      geometry.isRowwise = movement.isRowwise
    }
  }

  /// Bytes of one output channel's parameters or table; 0 without constants.
  func parameterBytesPerChannel(input: ElementType, output: ElementType) -> Int {
    switch operation {
    case .convolution(let convolution):
      ConstantLayout.parameterBytesPerChannel(
        convolution.requantization?.form, entries: convolution.requantization?.entriesPerChannel ?? 0,
        hasWeightZeroPoints: !convolution.weightZeroPoints.isEmpty,
        order: convolution.constantOrder(input: input, output: output))
    case .lookup(let lookup) where lookup.tables.count > 1:
      ConstantLayout.tableBytesPerChannel(input: input, output: output)
    default: 0
    }
  }

  /// How the constants are stored; plain without constants.
  func constantOrder(input: ElementType, output: ElementType) -> ConstantOrder {
    if case .convolution(let convolution) = operation {
      convolution.constantOrder(input: input, output: output)
    } else {
      .plain
    }
  }

  /// Stored bits of a weight; 0 without weights.
  var weightBits: Int {
    if case .convolution(let convolution) = operation { convolution.weightType.bits } else { 0 }
  }

  private static func name(of convolution: Convolution, on input: Shape) -> String {
    if convolution.isDepthwise { return "depthwiseConvolution" }
    let isDot = convolution.kernel == .one && input.extent == .one && convolution.groups == 1
    return isDot ? "fullyConnected" : "convolution"
  }

  private static func elementwise(groups: Int) -> LayerGeometry {
    LayerGeometry(kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: groups)
  }
}
