/// The operators that QONNX adds, and those whose numbers are computed exactly between a layer and its quantizer; the raw
/// value is ONNX's name. All others are those of QDQ.
///
/// The lowering dispatches on these, and the page of supported operators is printed from them.
enum QONNXOperator: String, CaseIterable {
  case quant = "Quant"
  case intQuant = "IntQuant"
  case bipolarQuant = "BipolarQuant"
  case trunc = "Trunc"
  case multiThreshold = "MultiThreshold"
  case relu = "Relu"
  case clip = "Clip"
  case leakyRelu = "LeakyRelu"
  case parametricRelu = "PRelu"
  case negative = "Neg"
  case add = "Add"
  case subtract = "Sub"
  case multiply = "Mul"
  case divide = "Div"
  case normalisation = "BatchNormalization"
  case maximumPooling = "MaxPool"
  case identity = "Identity"
  case dropout = "Dropout"
  case reshape = "Reshape"
  case flatten = "Flatten"
  case squeeze = "Squeeze"
  case unsqueeze = "Unsqueeze"
  case transpose = "Transpose"

  /// The operator of a node. Those of QONNX have had several domains.
  init?(_ node: GraphNode) { self.init(rawValue: node.plainOp) }

  /// Whether it makes codes of numbers.
  var isQuantizer: Bool {
    switch self {
    case .quant, .intQuant, .bipolarQuant, .trunc, .multiThreshold: true
    case .relu, .clip, .leakyRelu, .parametricRelu, .negative, .add, .subtract, .multiply, .divide, .normalisation,
      .maximumPooling, .identity, .dropout, .reshape, .flatten, .squeeze, .unsqueeze, .transpose:
      false
    }
  }

  /// What it becomes in the network, in a few words.
  var meaning: String {
    switch self {
    case .quant, .intQuant, .bipolarQuant:
      "the requantization of the layer before it, else a lookup; of constants, weights"
    case .trunc, .multiThreshold: "the requantization of the layer before it, else a lookup"
    case .relu, .clip, .leakyRelu, .parametricRelu, .negative, .normalisation: "part of a requantization, exactly"
    case .add, .subtract, .multiply, .divide:
      "part of a requantization, exactly; of two activations, addition or multiplication"
    case .maximumPooling: "maximum pooling of codes, also where the quantizer stands behind it"
    case .identity, .dropout, .reshape, .flatten, .squeeze, .unsqueeze, .transpose: "no layer, or a movement"
    }
  }

  /// What holds for this operator beyond what holds for all of them.
  var limits: String {
    switch self {
    case .quant, .intQuant:
      "1 to 16 bits, for constants up to 32, for weights up to 8; one scale, for weights also one for each output channel; the "
        + "zero point is an integer; all rounding modes"
    case .bipolarQuant: "codes -1 and 1"
    case .trunc: "versions 1 and 2; the output scale is the input's times a power of two"
    case .multiThreshold: "NCHW; out_bias is a multiple of out_scale"
    case .clip: "bounds are constant"
    case .leakyRelu, .parametricRelu: "slopes are not negative"
    case .add, .subtract, .multiply: "a constant is one number, or one for each channel"
    case .divide: "by a constant that is not 0"
    case .normalisation: "the factor is rounded to a double"
    case .relu, .negative, .maximumPooling, .identity, .dropout, .reshape, .flatten, .squeeze, .unsqueeze, .transpose:
      "none"
    }
  }
}
