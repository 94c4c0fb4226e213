/// The operators of an integer ONNX network; the raw value is ONNX's name.
///
/// The lowering dispatches on these, and the page of supported operators is printed from them.
enum NEMOOperator: String, CaseIterable {
  case convolution = "Conv"
  case gemm = "Gemm"
  case matrixProduct = "MatMul"
  case add = "Add"
  case multiply = "Mul"
  case divide = "Div"
  case floor = "Floor"
  case cast = "Cast"
  case clip = "Clip"
  case relu = "Relu"
  case maximumPooling = "MaxPool"
  case averagePooling = "AveragePool"
  case globalAveragePooling = "GlobalAveragePool"
  case pad = "Pad"
  case flatten = "Flatten"
  case reshape = "Reshape"
  case identity = "Identity"
  case dropout = "Dropout"

  /// What it becomes in the network, in a few words.
  var meaning: String {
    switch self {
    case .convolution: "convolution in one dimension or two, grouped or not"
    case .gemm, .matrixProduct: "convolution of a 1x1 map, its weights brought from CHW to HWC order"
    case .add: "addition of two activations; with a constant, part of a requantization"
    case .multiply, .divide: "part of the requantization of the layer before it, else a rescale"
    case .floor, .cast: "the rounding of a requantization"
    case .clip, .relu: "the clamp of a requantization, which ends the layer"
    case .maximumPooling: "maximum pooling"
    case .averagePooling, .globalAveragePooling: "sum pooling, the division being part of its requantization"
    case .pad: "the padding of the layer behind it"
    case .flatten, .reshape: "no layer: the same codes in another shape"
    case .identity, .dropout: "no layer: the same value"
    }
  }

  /// What holds for this operator beyond what holds for all of them.
  var limits: String {
    switch self {
    case .convolution: "weights are constant integers of 8 bits, the bias constant integers of 32 bits"
    case .gemm:
      "as Conv; one vector times a constant matrix; transA is 0; alpha and beta leave weights and bias integers"
    case .matrixProduct: "as Conv; one vector times a constant matrix"
    case .add, .multiply: "a constant is one integer, or one for each channel; two activations can only be added"
    case .divide: "by one positive constant; no fraction may remain at the end of the layer"
    case .floor: "none"
    case .cast: "to a float or an integer type of at least 8 bits that holds every value that can occur"
    case .clip, .relu: "bounds are constant integers"
    case .maximumPooling: "dilation is 1; every window touches the input"
    case .averagePooling, .globalAveragePooling: "dilation is 1; padding counts as zeros (count_include_pad is 1)"
    case .pad:
      "of rows and columns by a constant code; a Conv, an AveragePool or, for low codes, a MaxPool takes it over"
    case .flatten, .reshape: "to a vector for a Gemm or MatMul, or to a shape that moves no element"
    case .identity, .dropout: "none"
    }
  }
}
