import NetworkIR

/// What a TFLite model must be like to be deployed; every refusal of the lowering names one of these.
///
/// The page of supported operators is printed from `code`, `sentence` and `hint`.
enum TFLiteLimit: CaseIterable, Sendable {
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

  /// Stable code, DG0201 onwards in the order of the cases.
  var code: String {
    let number = (Self.allCases.firstIndex(of: self) ?? 0) + 1
    return number < 10 ? "DG020\(number)" : "DG02\(number)"
  }

  /// The limit as a statement.
  var sentence: String {
    switch self {
    case .supportedOperator: "Every operator that an output depends on is one of the supported operators."
    case .integerArithmetic: "Arithmetic is in integers; floats occur at the inputs and outputs of the network only."
    case .elementType: "Activations are int8."
    case .knownShape: "The dimensions of activations are fixed and at least 1."
    case .batch: "The batch is 1."
    case .rank: "Activations have at most 4 dimensions: batch, height, width, channels."
    case .size: "An activation, and all weights together, have at most 268435456 elements."
    case .quantized: "Activations and weights carry a scale and a zero point."
    case .perTensor: "Activations have one scale; only weights may have one for each channel."
    case .quantizationRange: "Scales are positive and finite, zero points are codes."
    case .constantWeights: "Weights and bias are constants of the file."
    case .weightType: "Weights are int8."
    case .weightZeroPoint: "The zero point of weights is 0."
    case .weightScales: "Weights have one scale, or one for each output channel along the output channels."
    case .bias: "The bias is int32, one for each output channel."
    case .consistentShapes: "The shapes of operands, weights and output agree with each other."
    case .window: "Strides, dilations and windows are at least 1; padding is SAME or VALID."
    case .options: "The options of an operator are present and of its own kind."
    case .fusedActivation: "Fused activations are NONE, RELU, RELU6 or RELU_N1_TO_1."
    case .weightsFormat: "Weights of fully connected layers are in the default format."
    case .sameShapes: "Both operands of an addition have the shape of its output."
    case .noConstantOperand: "Operands other than weights and bias are activations."
    case .sameQuantization: "Pooling and RELU6 leave scale and zero point as they are."
    case .softmaxOutput: "The output of a softmax has scale 1/256 and zero point -128."
    case .softmaxInput: "A softmax has at most 4095 channels, and beta times input scale times 2^26 is above 1."
    case .meanAxes: "A mean is taken over all of height and width."
    case .accumulator: "No partial sum of a layer can leave 32 bits."
    case .leftShift: "An accumulator shifted left by its requantization stays inside 32 bits."
    case .multiplier: "The output multiplier of an addition is below 1."
    case .exactRequantization: "Some supported integer form equals the requantization on every accumulator."
    case .border: "Inputs and outputs are int8, or float next to a QUANTIZE or DEQUANTIZE."
    case .somethingToCompute: "The network has an input, an output and at least one layer between them."
    case .acyclic: "No operator waits for its own output."
    case .operands: "An operator has the operands and outputs that the schema asks for."
    }
  }

  /// What the user can do about it.
  var hint: String {
    switch self {
    case .supportedOperator: "replace the operator in the model, or cut the model before it"
    case .integerArithmetic, .elementType, .border, .quantized:
      "convert with full integer quantization: a representative dataset, TFLITE_BUILTINS_INT8 and int8 input and output"
    case .knownShape, .batch: "convert with a fixed input shape whose batch is 1"
    case .rank: "reshape the model's tensors to [1, height, width, channels]"
    case .size: "use a smaller model"
    case .perTensor, .quantizationRange, .weightZeroPoint, .weightScales, .bias, .constantWeights, .weightType:
      "convert again with the int8 quantization of a released TensorFlow Lite converter"
    case .consistentShapes, .options, .acyclic, .operands, .window, .weightsFormat:
      "convert again with a released TensorFlow Lite converter; the file contradicts the schema's rules"
    case .fusedActivation: "use ReLU or ReLU6 in the model"
    case .sameShapes: "make both operands the same shape in the model"
    case .noConstantOperand: "fold the constant into a neighbouring layer"
    case .sameQuantization: "convert again with a released converter, which gives input and output one quantization"
    case .softmaxOutput: "leave the softmax out of the model, or convert again with a released converter"
    case .softmaxInput: "leave the softmax out of the model and apply it to the dequantized output"
    case .meanAxes: "take the mean over height and width together, as global average pooling does"
    case .accumulator: "use fewer input channels or smaller weights in this layer"
    case .leftShift, .multiplier, .exactRequantization:
      "quantize again with a representative dataset that covers the layer's output range"
    case .somethingToCompute: "export the whole model with its layers"
    }
  }

  /// A refusal with the particulars of one place.
  func diagnostic(_ message: String, node: GraphNode? = nil) -> Diagnostic {
    Diagnostic(code: code, node: node?.name, op: node?.op, message: message, hint: hint)
  }
}
