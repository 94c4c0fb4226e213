extension QuantizedOperator {
  /// What it becomes in the network, in a few words.
  var meaning: String {
    switch self {
    case .quantizeLinear:
      "the requantization of the layer before it; a table where it changes the codes of one; the border of the input"
    case .dequantizeLinear: "no layer: what codes stand for; the border of the output"
    case .qLinearConv, .convolution: "convolution in one dimension or two, grouped or not"
    case .transposedConvolution:
      "convolution of the phases of its stride, which a movement brings to their positions"
    case .convInteger: "convolution whose accumulators are the output"
    case .qLinearMatMul, .qGemm, .gemm, .matrixProduct:
      "convolution of 1x1 maps, its weights in HWC order; two activations: product of matrices"
    case .matMulInteger: "as MatMul; the accumulators are the output"
    case .qLinearAdd, .add, .subtract:
      "function of two codes, exact on all pairs; with a constant, a table; behind a product, its bias"
    case .qLinearMul, .multiply: "multiplication; with a constant, a table"
    case .divide: "a table"
    case .maximum, .minimum: "the greater or lesser code, both operands requantized first; with a constant, a table"
    case .qLinearConcat: "movement, operands of another quantization through a table"
    case .qLinearAveragePool, .averagePooling:
      "sum pooling, the division being part of its requantization, where that is proven; else average pooling in float32"
    case .qLinearGlobalAveragePool, .globalAveragePooling, .mean: "sum pooling over the whole map"
    case .qLinearLeakyRelu, .qLinearSigmoid, .parametricRelu: "a table, or one for each channel"
    case .qLinearSoftmax, .softmax: "softmax by a table of exponentials"
    case .maximumPooling: "maximum pooling of codes"
    }
  }

  /// What holds for this operator beyond what holds for all of them.
  var limits: String {
    switch self {
    case .quantizeLinear, .dequantizeLinear:
      "activations have one scale and zero point; constants may have one for each index of a dimension, but no blocks"
    case .qLinearConv, .convInteger, .convolution:
      "weights are constant codes of 8 bits or fewer; a bias is int32 in units of the accumulator, or float"
    case .transposedConvolution: "as Conv; weights have one scale, or one for each output channel of a group"
    case .qLinearMatMul, .qGemm, .gemm, .matrixProduct, .matMulInteger:
      "as Conv; two activations have the same number of dimensions; beta is 1"
    case .qLinearAdd, .qLinearMul, .add, .subtract, .multiply, .maximum, .minimum:
      "codes of 8 bits or fewer; a constant is one number or varies along one dimension"
    case .divide: "by a constant, or a function of the same codes"
    case .qLinearConcat: "none"
    case .qLinearAveragePool, .averagePooling:
      "dilation is 1; ceil_mode adds no window; every window touches the input"
    case .maximumPooling: "dilation is 1; every window touches the input"
    case .qLinearGlobalAveragePool, .globalAveragePooling: "none"
    case .mean: "any dimensions"
    case .qLinearLeakyRelu, .qLinearSigmoid: "codes of 8 bits or fewer"
    case .parametricRelu: "codes of 8 bits or fewer; slopes vary along one dimension"
    case .qLinearSoftmax, .softmax: "codes of 8 bits or fewer; along one dimension of at most 4096 elements"
    }
  }
}

extension QuantizedMovement {
  /// What it becomes in the network, in a few words.
  var meaning: String {
    switch self {
    case .identity, .dropout, .cast: "no layer: the same value"
    case .reshape, .flatten, .squeeze, .unsqueeze: "no layer where the codes stay in place; else a movement"
    case .transpose: "no layer: a movement where an operator needs the other order"
    case .slice, .split, .gather, .pad, .resize, .upsample, .depthToSpace, .spaceToDepth, .tile, .expand:
      "movement of codes"
    case .concatenation: "movement of codes, operands of another quantization through a table"
    }
  }

  /// What holds for this operator beyond what holds for all of them.
  var limits: String {
    switch self {
    case .identity, .dropout, .squeeze, .unsqueeze, .flatten, .transpose, .concatenation: "none"
    case .cast: "to float32"
    case .reshape, .slice, .split, .tile, .expand: "arguments are constants, or computed of dimensions"
    case .gather: "indices are constant"
    case .pad: "by a constant that has a code, or reflected"
    case .resize, .upsample: "to the nearest neighbours, by constant scales or sizes"
    case .depthToSpace, .spaceToDepth: "dimensions are [1, C, H, W]"
    }
  }
}
