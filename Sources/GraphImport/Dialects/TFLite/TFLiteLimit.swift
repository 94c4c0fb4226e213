import NetworkIR

/// What a TFLite model must be like to be deployed; every refusal of the lowering names one of these.
enum TFLiteLimit: ReasonList {
  case supportedOperator
  case integerArithmetic
  case elementType
  case knownShape
  case batch
  case rank
  case size
  case quantized
  case perTensor
  case quantizationRange
  case constantWeights
  case weightType
  case weightZeroPoint
  case weightScales
  case bias
  case consistentShapes
  case window
  case options
  case fusedActivation
  case weightsFormat
  case sameShapes
  case noConstantOperand
  case sameQuantization
  case softmaxOutput
  case softmaxInput
  case meanAxes
  case accumulator
  case leftShift
  case multiplier
  case exactRequantization
  case border
  case somethingToCompute
  case acyclic
  case operands
  case outputIsInput
  case constantParameters
  case movement
  case tableInput
  case functionScale
  case reducedDimensions
  case lastDimension
  case sameType
  case softmaxType

  /// The limit as a statement, with what the user can do about it.
  var reason: Reason {
    switch self {
    case .supportedOperator:
      Reason(
        "DG0201", "Every operator that an output depends on is one of the supported operators.",
        hint: "use the operators listed in docs/supported-operators.md, or cut the model before this one")
    case .integerArithmetic:
      Reason(
        "DG0202", "Arithmetic is in integers; floats occur at the inputs and outputs of the network only.",
        hint: Self.quantizeFully)
    case .elementType: Reason("DG0203", "Activations are int8, uint8 or int16.", hint: Self.quantizeFully)
    case .knownShape: Reason("DG0204", "The dimensions of activations are fixed and at least 1.", hint: Self.fixShape)
    case .batch: Reason("DG0205", "The batch of a map is 1.", hint: Self.fixShape)
    case .rank:
      Reason(
        "DG0206", "Activations under a moving window have 4 dimensions: batch, height, width, channels.",
        hint: "reshape the model's tensors to [1, height, width, channels]")
    case .size:
      Reason(
        "DG0207", "An activation, and all weights together, have at most \(NetworkLimit.mostElements) elements.",
        hint: "use a smaller model")
    case .quantized:
      Reason("DG0208", "Activations and weights carry a scale and a zero point.", hint: Self.quantizeFully)
    case .perTensor:
      Reason(
        "DG0209", "Activations have one scale; only weights may have one for each channel.",
        hint: Self.quantizeAgain)
    case .quantizationRange:
      Reason("DG0210", "Scales are positive and finite, zero points are codes.", hint: Self.quantizeAgain)
    case .constantWeights: Reason("DG0211", "Weights and bias are constants of the file.", hint: Self.quantizeAgain)
    case .weightType:
      Reason(
        "DG0212", "Weights are int8, int4 or int2; under uint8 activations they are uint8.", hint: Self.quantizeAgain)
    case .weightZeroPoint:
      Reason("DG0213", "The zero point of signed weights of a convolution is 0.", hint: Self.quantizeAgain)
    case .weightScales:
      Reason(
        "DG0214", "Weights have one scale, or one for each output channel along the output channels.",
        hint: Self.quantizeAgain)
    case .bias:
      Reason(
        "DG0215", "The bias is int32, under int16 activations also int64, one for each output channel.",
        hint: Self.quantizeAgain)
    case .consistentShapes:
      Reason("DG0216", "The shapes of operands, weights and output agree with each other.", hint: Self.convertAgain)
    case .window:
      Reason(
        "DG0217", "Strides, dilations and windows are at least 1; padding is SAME or VALID.",
        hint: Self.convertAgain)
    case .options:
      Reason("DG0218", "The options of an operator are present and of its own kind.", hint: Self.convertAgain)
    case .fusedActivation:
      Reason(
        "DG0219", "Fused activations are NONE, RELU, RELU6 or RELU_N1_TO_1.",
        hint: "use ReLU or ReLU6 in the model")
    case .weightsFormat:
      Reason("DG0220", "Weights of fully connected layers are in the default format.", hint: Self.convertAgain)
    case .sameShapes:
      Reason(
        "DG0221", "Both operands of an addition have the shape of its output.",
        hint: "make both operands the same shape in the model")
    case .noConstantOperand:
      Reason(
        "DG0222", "Operands other than weights and bias are activations.",
        hint: "fold the constant into a neighbouring layer")
    case .sameQuantization:
      Reason(
        "DG0223", "Pooling and RELU6 leave scale and zero point as they are.",
        hint: "convert again with a released converter, which gives input and output one quantization")
    case .softmaxOutput:
      Reason(
        "DG0224", "The output of a softmax has scale 1/256 and its least code as zero point.",
        hint: "leave the softmax out of the model, or convert again with a released converter")
    case .softmaxInput:
      Reason(
        "DG0225", "A softmax has at most 4095 channels, and beta times input scale times 2^26 is above 1.",
        hint: "leave the softmax out of the model and apply it to the dequantized output")
    case .meanAxes:
      Reason(
        "DG0226", "A mean is taken over dimensions that are neighbours and constant.",
        hint: "take the mean over height and width together, as global average pooling does")
    case .accumulator:
      Reason(
        "DG0227", "No partial sum of a layer can leave 32 bits.",
        hint: "use fewer input channels or smaller weights in this layer")
    case .leftShift:
      Reason("DG0228", "An accumulator shifted left by its requantization stays inside 32 bits.", hint: Self.coverRange)
    case .multiplier: Reason("DG0229", "The output multiplier of an addition is below 1.", hint: Self.coverRange)
    case .exactRequantization:
      Reason(
        "DG0230", "Some supported integer form equals the requantization on every accumulator.",
        hint: Self.coverRange)
    case .border:
      Reason(
        "DG0231", "Inputs and outputs are integers, or float next to a QUANTIZE or DEQUANTIZE.",
        hint: Self.quantizeFully)
    case .somethingToCompute:
      Reason(
        "DG0232", "The network has an input, an output and at least one layer between them.",
        hint: "export the whole model with its layers")
    case .acyclic: Reason("DG0233", "No operator waits for its own output.", hint: Self.convertAgain)
    case .operands:
      Reason("DG0234", "An operator has the operands and outputs that the schema asks for.", hint: Self.convertAgain)
    case .outputIsInput:
      Reason(
        "DG0235", "No output of the network is one of its inputs.",
        hint: "leave the output out of the model, or put an operator before it")
    case .constantParameters:
      Reason(
        "DG0250", "Sizes, axes, indices and the like are constants of the file, or follow from constants and shapes.",
        hint: "make them constants in the model, or convert again with a fixed input shape")
    case .movement:
      Reason(
        "DG0251", "A rearrangement of codes takes at most \(Rearrangement.mostPieces) pieces of steady strides.",
        hint: "use a ratio of sizes that is a whole number, or fewer and longer runs of indices")
    case .tableInput:
      Reason(
        "DG0252", "Functions of one code are tables: int8 or uint8, and at most \(TFLiteOperator.mostTables) tables.",
        hint: Self.quantizeFully)
    case .functionScale:
      Reason(
        "DG0255", "Scales of LOGISTIC, TANH and HARD_SWISH fit the fixed-point numbers of TensorFlow Lite's kernels.",
        hint:
          "the function is a step or a constant there: quantize again with a representative dataset, or leave it out")
    case .reducedDimensions:
      Reason(
        "DG0253", "The dimensions that are reduced are neighbours.",
        hint: "reduce one dimension after the other, or transpose the tensor before")
    case .lastDimension:
      Reason(
        "DG0254", "The greatest or least element is sought along the last dimension.",
        hint: "transpose the tensor before, so that the dimension searched is the last one")
    case .sameType:
      Reason("DG0236", "Operands and output of an operator have one type.", hint: Self.convertAgain)
    case .softmaxType:
      Reason(
        "DG0237", "The input of a softmax is int8 or uint8.",
        hint: "leave the softmax out of the model and apply it to the dequantized output")
    }
  }

  private static let quantizeFully =
    "convert with full integer quantization: a representative dataset, TFLITE_BUILTINS_INT8 and int8 input and output"
  private static let fixShape =
    "convert with a fixed input shape whose batch is 1"
  private static let quantizeAgain =
    "convert again with the int8 quantization of a released TensorFlow Lite converter"
  private static let convertAgain =
    "convert again with a released TensorFlow Lite converter; the file contradicts the schema's rules"
  private static let coverRange =
    "quantize again with a representative dataset that covers the layer's output range"

  /// A refusal with the particulars of one place.
  func diagnostic(_ message: String, node: GraphNode? = nil) -> Diagnostic {
    reason.diagnostic(message: message, node: node?.name, op: node?.op)
  }
}

/// Where a TFLite network is cut off from the floats around it.
enum TFLiteNote: ReasonList {
  case cutInput, cutTail, notModelled

  /// The message of each.
  var reason: Reason {
    switch self {
    case .cutInput:
      Reason("DG0290", "cut off: float input '<tensor>' enters the network as '<tensor>'", severity: .note)
    case .cutTail: Reason("DG0291", "cut off: the network ends at '<tensor>', before <operators>", severity: .note)
    case .notModelled:
      Reason(
        "DG0292", "not modelled for xnnpack: <operators>; they are computed as by TensorFlow Lite for Microcontrollers",
        severity: .note)
    }
  }
}
