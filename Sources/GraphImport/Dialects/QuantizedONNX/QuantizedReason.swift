import NetworkIR

/// Why a node of a QOperator or QDQ graph cannot be deployed.
enum QuantizedReason: ReasonList {
  case unsupported, notConstant, constantType, attribute, shape, scale, zeroPoint, scaleCount, blocked
  case float, floatWeights, biasScale, bias, accumulator, noExactForm, precision, window, input, output, outputIsInput
  case fusedActivation, notQuantized, movement, notFinite, sameScale, batch, unusedOutput

  /// The message of each, with what to do.
  var reason: Reason {
    switch self {
    case .unsupported:
      Reason(
        "DG0701", "the operator is not supported in a quantized network at this place",
        hint: "rewrite the model with the operators listed in docs/supported-operators.md")
    case .notConstant:
      Reason("DG0702", "<what> '<tensor>' must be a constant", hint: "fold constants before the export")
    case .constantType: Reason("DG0703", "<what> '<tensor>' is <type>, but <types> is supported")
    case .attribute: Reason("DG0704", "attribute '<name>' is <value>, but <values> is supported")
    case .shape: Reason("DG0705", "<why the shapes do not fit>")
    case .scale:
      Reason(
        "DG0706", "scale <value> of '<tensor>' is no positive normal float32 number", hint: Self.quantizeAgain)
    case .zeroPoint:
      Reason("DG0707", "zero point <value> of '<tensor>' is outside <range>", hint: Self.quantizeAgain)
    case .scaleCount:
      Reason(
        "DG0708", "'<tensor>' has <count> scales or zero points, but <count> are needed",
        hint: "quantize activations per tensor, and weights per tensor or per output channel")
    case .blocked:
      Reason(
        "DG0709",
        "weights '<tensor>' of dimensions <dimensions> have scales of dimensions <dimensions>: one for each block",
        hint: "quantize the weights per output channel instead of in blocks")
    case .float:
      Reason(
        "DG0710", "input '<tensor>' is a float activation without a QuantizeLinear and DequantizeLinear before it",
        hint: "let the quantizer cover this operator too")
    case .floatWeights:
      Reason(
        "DG0711", "weights '<tensor>' are floats",
        hint: "quantize them, so that a DequantizeLinear stands between them and the operator")
    case .biasScale:
      Reason(
        "DG0712",
        "bias '<tensor>' has scale <value> at channel <number>, but input scale times weight scale is <value>",
        hint: "quantize the bias as int32 with the product of the input's and the weights' scale")
    case .bias:
      Reason("DG0713", "bias '<tensor>' has <what>, but <what> is needed", hint: Self.quantizeAgain)
    case .accumulator:
      Reason(
        "DG0714", "an accumulator of channel <number> can leave the \(Int32.bitWidth) bits that it has",
        hint: "use fewer inputs per output, or smaller weights")
    case .noExactForm:
      Reason(
        "DG0715",
        "channel <number>: no integer form equals the requantization on all accumulators <range>",
        hint: "quantize this operator again with another output scale")
    case .precision: Reason("DG0716", "operands of <type> are not supported here, only of 8 bits or fewer")
    case .window: Reason("DG0717", "<why the window does not fit>")
    case .input:
      Reason("DG0718", "<why the input cannot be used>", hint: "export with fixed dimensions and a batch of one")
    case .output:
      Reason(
        "DG0719", "output '<tensor>' does not come from codes of the network", hint: "leave the output out")
    case .outputIsInput:
      Reason(
        "DG0720", "output '<tensor>' is input '<tensor>' itself: no layer computes it",
        hint: "leave the output out, or put a layer before it")
    case .fusedActivation:
      Reason(
        "DG0721", "<operator> reads the numbers of <operator> before they are quantized",
        hint: "put a QuantizeLinear and a DequantizeLinear between the two operators")
    case .notQuantized:
      Reason(
        "DG0722", "the result of <operator> is used without a QuantizeLinear behind it",
        hint: "put a QuantizeLinear behind the operator")
    case .movement:
      Reason(
        "DG0723", "the elements would move in more than \(Rearrangement.mostPieces) pieces",
        hint: "use a simpler arrangement, such as integer factors of a resize")
    case .notFinite:
      Reason(
        "DG0724", "the function has no value for code <code>, which stands for <value>",
        hint: "put a Clip before the function")
    case .sameScale:
      Reason(
        "DG0725", "the number <value> is no multiple of scale <value> that has a code",
        hint: "use a number that the quantization of the input can represent")
    case .batch:
      Reason("DG0726", "the batch is <count>, but 1 is supported", hint: "export with a batch of one")
    case .unusedOutput:
      Reason("DG0727", "output <number> of the operator is used, but only the first is supported")
    }
  }

  private static let quantizeAgain = "quantize the model again"
}

/// What a quantized ONNX network is read as, where that is not plain.
enum QuantizedNote: ReasonList {
  case unneeded, cutHead, cutTail, roundedBias, averageTies

  /// The message of each.
  var reason: Reason {
    switch self {
    case .unneeded: Reason("DG0790", "no output needs the operator, it is left out", severity: .note)
    case .cutHead:
      Reason(
        "DG0791", "the network begins at tensor '<tensor>'; cut off behind input '<tensor>': <operators>",
        severity: .note)
    case .cutTail: Reason("DG0792", "the network ends at tensor '<tensor>'; cut off: <operators>", severity: .note)
    case .roundedBias:
      Reason("DG0793", "float bias '<tensor>' is rounded to units of the accumulator", severity: .note)
    case .averageTies:
      Reason(
        "DG0794",
        "a mean in '<tensor>' that is exactly between two codes goes to the even one, where sums in float32, whose order "
          + "ReduceMean leaves open, give either",
        severity: .note)
    }
  }
}

/// A reason with its particulars, as it is found at one node or in the file.
struct QuantizedProblem: Error {
  var reason: QuantizedReason
  var particulars: [any CustomStringConvertible & Sendable]

  init(_ reason: QuantizedReason, _ particulars: any CustomStringConvertible & Sendable...) {
    self.reason = reason
    self.particulars = particulars
  }

  /// The problem as the user sees it; without a node where the whole file is concerned.
  func diagnostic(_ node: GraphNode?) -> Diagnostic {
    reason.reason.diagnostic(particulars, node: node?.name, op: node?.op)
  }
}
