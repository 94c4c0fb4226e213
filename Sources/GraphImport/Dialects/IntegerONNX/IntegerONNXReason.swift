import NetworkIR

/// The kinds of `IntegerONNXProblem`.
enum IntegerONNXReason: ReasonList {
  case unsupported, floatNetwork, notConstant, notInteger, outOfRange, attribute, shape, notPerChannel
  case accumulator, factors, noExactForm, fraction, valueRange, padding, input, noIntegerOutput, outputIsInput

  /// The message of each, with what to do.
  var reason: Reason {
    switch self {
    case .unsupported:
      Reason(
        "DG0301", "the operator is not supported in an integer network at this place",
        hint: "rewrite the model with the operators listed in docs/supported-operators.md")
    case .floatNetwork:
      Reason(
        "DG0303", "the model is a float network: 0 of its <count> weight tensors hold integers",
        hint: Self.exportIntegers)
    case .notConstant:
      Reason("DG0304", "tensor '<tensor>' must be a constant", hint: "fold constants before the export")
    case .notInteger:
      Reason(
        "DG0305", "constant '<tensor>' must hold integers but element <number> is <value>",
        hint: Self.exportDeployable)
    case .outOfRange:
      Reason(
        "DG0306", "element <number> of constant '<tensor>' is <value> but <range> is allowed",
        hint: Self.exportDeployable)
    case .attribute: Reason("DG0307", "attribute '<name>' is <value> but <values> is supported")
    case .shape: Reason("DG0308", "<why the shapes do not fit>")
    case .notPerChannel:
      Reason(
        "DG0309",
        "constant '<tensor>' of dimensions <dimensions> must hold one number, or one for each of <count> channels")
    case .accumulator:
      Reason(
        "DG0310", "an accumulator can reach a magnitude of <value> but only \(Int32.max) fits 32 bits",
        hint: Self.fewerInputs)
    case .factors:
      Reason(
        "DG0311", "the factors and addends of one output pass 62 bits when multiplied", hint: Self.fewerInputs)
    case .noExactForm:
      Reason(
        "DG0312",
        "no integer multiplier and shift equals the scaling of channel <number> on all accumulators in <range>",
        hint: "let the export use a power of two as divisor")
    case .fraction:
      Reason(
        "DG0313", "the result is a fraction with divisor <value> where an integer is needed",
        hint: "put a Floor, or a Cast to an integer, behind the division")
    case .valueRange:
      Reason(
        "DG0314", "values in <range> can occur but <range> is allowed", hint: "put a Clip behind the operator")
    case .padding:
      Reason(
        "DG0315", "<why no layer can take over the Pad>", hint: "let a Conv or an AveragePool follow the Pad directly")
    case .input: Reason("DG0316", "<why the input cannot be used>", hint: "export with a fixed batch of one")
    case .noIntegerOutput: Reason("DG0317", "output '<tensor>' does not come from an integer tensor of the network")
    case .outputIsInput:
      Reason(
        "DG0318", "output '<tensor>' is input '<tensor>' itself: no layer computes it",
        hint: "leave the output out, or put a layer before it")
    }
  }

  private static let exportIntegers =
    "quantize the network and export it in one of the forms listed in docs/supported-operators.md"
  private static let exportDeployable = "export the integer-deployable form of the network, with 8-bit weights"
  private static let fewerInputs = "use fewer inputs per output, or smaller weights and factors"
}

/// What an integer ONNX network is read as, where that is not plain.
enum IntegerONNXNote: ReasonList {
  case unneeded, cutTail, bareAverage, inputType

  /// The message of each.
  var reason: Reason {
    switch self {
    case .unneeded: Reason("DG0390", "no output needs the operator, it is left out", severity: .note)
    case .cutTail: Reason("DG0391", "the network ends at tensor '<tensor>'; cut off: <operators>", severity: .note)
    case .bareAverage:
      Reason(
        "DG0392", "the average of integers is read as floor(sum / <value>), as nothing rounds it in the file",
        severity: .note)
    case .inputType:
      Reason(
        "DG0393", "the file does not tell the type of the codes of input '<tensor>', they are read as <type>",
        hint: "give the type with --input-type", severity: .warning)
    }
  }
}
