/// The operators that become layers; the raw value is the schema's name.
///
/// The lowering dispatches on these, and the page of supported operators is printed from them.
enum TFLiteLayerOperator: String, CaseIterable {
  case convolution = "CONV_2D"
  case depthwiseConvolution = "DEPTHWISE_CONV_2D"
  case fullyConnected = "FULLY_CONNECTED"
  case addition = "ADD"
  case averagePooling = "AVERAGE_POOL_2D"
  case maximumPooling = "MAX_POOL_2D"
  case mean = "MEAN"
  case softmax = "SOFTMAX"
  case quantize = "QUANTIZE"
  case relu = "RELU"
  case relu6 = "RELU6"

  /// The layer of the network, in a few words.
  var layer: String {
    switch self {
    case .convolution: "convolution; grouped where the weights take fewer channels than the input has"
    case .depthwiseConvolution: "convolution with one group for each input channel, any depth multiplier"
    case .fullyConnected: "convolution of a 1x1 map"
    case .addition: "addition"
    case .averagePooling: "average pooling over the positions inside the input"
    case .maximumPooling: "maximum pooling over the positions inside the input"
    case .mean: "sum pooling over the whole map, the division being part of the requantization"
    case .softmax: "softmax over the channels of each position"
    case .quantize: "rescale, code by code, from int8 to int8"
    case .relu: "rescale, code by code, with a lower bound"
    case .relu6: "rescale that only clamps"
    }
  }

  /// What holds for this operator beyond what holds for all of them.
  var limits: [TFLiteLimit] {
    switch self {
    case .convolution, .depthwiseConvolution: Self.weighted + [.window]
    case .fullyConnected: Self.weighted + [.weightsFormat]
    case .addition: [.fusedActivation, .sameShapes, .leftShift, .multiplier, .exactRequantization]
    case .averagePooling: [.window, .fusedActivation, .sameQuantization, .accumulator]
    case .maximumPooling: [.window, .fusedActivation, .sameQuantization]
    case .mean: [.meanAxes, .accumulator, .leftShift]
    case .softmax: [.softmaxOutput, .softmaxInput]
    case .quantize, .relu: [.leftShift]
    case .relu6: [.sameQuantization]
    }
  }

  private static let weighted: [TFLiteLimit] = [
    .constantWeights, .weightType, .weightZeroPoint, .weightScales, .bias, .fusedActivation, .accumulator, .leftShift,
    .exactRequantization,
  ]
}

/// The operators that are only another view of the same codes; the raw value is the schema's name.
enum TFLiteViewOperator: String, CaseIterable {
  case reshape = "RESHAPE"
  case squeeze = "SQUEEZE"
  case expandDimensions = "EXPAND_DIMS"
}
