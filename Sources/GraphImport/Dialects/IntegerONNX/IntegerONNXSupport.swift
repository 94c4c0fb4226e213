/// The operators of an integer ONNX network; the raw value is ONNX's name.
///
/// The lowering dispatches on these, and the page of supported operators is printed from them.
enum IntegerONNXOperator: String, CaseIterable {
  case convolution = "Conv"
  case transposedConvolution = "ConvTranspose"
  case gemm = "Gemm"
  case matrixProduct = "MatMul"
  case add = "Add"
  case subtract = "Sub"
  case multiply = "Mul"
  case divide = "Div"
  case floor = "Floor"
  case cast = "Cast"
  case clip = "Clip"
  case relu = "Relu"
  case requantShift = "RequantShift"
  case requantizedAdd = "RequantizedAdd"
  case hardSwish = "iHardswish"
  case maximumPooling = "MaxPool"
  case globalMaximumPooling = "GlobalMaxPool"
  case averagePooling = "AveragePool"
  case globalAveragePooling = "GlobalAveragePool"
  case mean = "ReduceMean"
  case pad = "Pad"
  case flatten = "Flatten"
  case reshape = "Reshape"
  case squeeze = "Squeeze"
  case unsqueeze = "Unsqueeze"
  case transpose = "Transpose"
  case concatenation = "Concat"
  case slice = "Slice"
  case split = "Split"
  case depthToSpace = "DepthToSpace"
  case identity = "Identity"
  case dropout = "Dropout"

  /// The operator of a node. Those of Quantlab and Deeploy have no fixed domain.
  init?(_ node: GraphNode) {
    let name = node.op.split(separator: ".").last.map(String.init) ?? node.op
    guard let known = Self(rawValue: name), known.isCustom || name == node.op else { return nil }
    self = known
  }

  private var isCustom: Bool { [.requantShift, .requantizedAdd, .hardSwish].contains(self) }

  /// What it becomes in the network, in a few words.
  var meaning: String {
    switch self {
    case .convolution: "convolution in one dimension or two, grouped or not"
    case .transposedConvolution:
      "convolution of the phases of its stride, which a movement brings to their positions"
    case .gemm, .matrixProduct: "convolution of a 1x1 map, its weights brought from CHW to HWC order"
    case .add, .subtract: "addition of two activations; with a constant, part of a requantization"
    case .multiply: "multiplication of two activations; with a constant, part of a requantization"
    case .divide: "part of the requantization of the layer before it, else a rescale"
    case .floor, .cast: "the rounding of a requantization"
    case .clip, .relu: "the clamp of a requantization, which ends the layer"
    case .requantShift: "the requantization of the layer before it, else a rescale"
    case .requantizedAdd: "addition"
    case .hardSwish: "lookup, together with the requantization behind it"
    case .maximumPooling, .globalMaximumPooling: "maximum pooling"
    case .averagePooling, .globalAveragePooling, .mean: "sum pooling, the division being part of its requantization"
    case .pad: "the padding of the layer behind it"
    case .flatten, .reshape, .squeeze, .unsqueeze: "no layer: the same codes in another shape; else a movement"
    case .transpose, .concatenation, .slice, .split, .depthToSpace: "movement"
    case .identity, .dropout: "no layer: the same value"
    }
  }

  /// What holds for this operator beyond what holds for all of them.
  var limits: String {
    switch self {
    case .convolution:
      "weights are constant integers of 8 bits or fewer, stored in 4 or 2 where Quantlab's weight_bits says so; the bias is "
        + "constant integers of 32 bits"
    case .transposedConvolution: "as Conv; no Pad is joined with it"
    case .gemm:
      "as Conv; one vector times a constant matrix; transA is 0; alpha and beta leave weights and bias integers"
    case .matrixProduct: "as Conv; one vector times a constant matrix"
    case .add, .subtract, .multiply:
      "a constant is one number, or one for each channel: an integer, or a fraction of 2^16; two activations have the same "
        + "dimensions; Quantlab's attributes in1_..., in2_..., out_... are honoured"
    case .divide: "by one positive constant; no fraction may remain at the end of the layer"
    case .floor: "none"
    case .cast: "to a float or an integer type of at least 8 bits that holds every value that can occur"
    case .clip, .relu: "bounds are constant integers"
    case .requantShift: "factors and addends are constant integers, one or one for each channel; div, n_levels, signed"
    case .requantizedAdd: "factors, addends, divisors and levels are attributes rqs1_..., rqs2_..., rqsOut_..."
    case .hardSwish: "the input has at most 8 bits; three, six and one_over_six are integers"
    case .maximumPooling, .globalMaximumPooling: "dilation is 1; every window touches the input"
    case .averagePooling, .globalAveragePooling: "dilation is 1; padding counts as zeros (count_include_pad is 1)"
    case .mean: "over rows and columns"
    case .pad:
      "of rows and columns by a constant code; a Conv, an AveragePool or, for low codes, a MaxPool takes it over"
    case .flatten, .reshape, .squeeze, .unsqueeze: "to [1, C], [1, C, L] or [1, C, H, W]"
    case .transpose, .slice, .split: "the batch stays the first dimension"
    case .concatenation: "of activations; not along the batch"
    case .depthToSpace: "blocks of rows and columns"
    case .identity, .dropout: "none"
    }
  }
}
