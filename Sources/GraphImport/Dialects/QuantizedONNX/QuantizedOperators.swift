import NetworkIR

/// The operators on codes, and those between DequantizeLinear and QuantizeLinear, that are neither float functions of
/// one number nor movements; the raw value is ONNX's name.
///
/// The lowering dispatches on these, and the page of supported operators is printed from them.
enum QuantizedOperator: String, CaseIterable {
  case quantizeLinear = "QuantizeLinear"
  case dequantizeLinear = "DequantizeLinear"
  case qLinearConv = "QLinearConv"
  case convInteger = "ConvInteger"
  case qLinearMatMul = "QLinearMatMul"
  case qGemm = "QGemm"
  case matMulInteger = "MatMulInteger"
  case qLinearAdd = "QLinearAdd"
  case qLinearMul = "QLinearMul"
  case qLinearConcat = "QLinearConcat"
  case qLinearAveragePool = "QLinearAveragePool"
  case qLinearGlobalAveragePool = "QLinearGlobalAveragePool"
  case qLinearLeakyRelu = "QLinearLeakyRelu"
  case qLinearSigmoid = "QLinearSigmoid"
  case qLinearSoftmax = "QLinearSoftmax"
  case convolution = "Conv"
  case transposedConvolution = "ConvTranspose"
  case gemm = "Gemm"
  case matrixProduct = "MatMul"
  case add = "Add"
  case subtract = "Sub"
  case multiply = "Mul"
  case divide = "Div"
  case maximum = "Max"
  case minimum = "Min"
  case parametricRelu = "PRelu"
  case maximumPooling = "MaxPool"
  case averagePooling = "AveragePool"
  case globalAveragePooling = "GlobalAveragePool"
  case mean = "ReduceMean"
  case softmax = "Softmax"
}

extension QuantizedLowering {
  /// What the outputs of a node are.
  mutating func evaluate(_ node: GraphNode, isTail: Bool) throws(QuantizedProblem) -> [QuantizedValue] {
    if let known = try constantValue(node) { return [known] }
    if let head = try head(node) { return [head] }
    if let tail = try tail(node, isTail: isTail) { return node.outputs.map { _ in tail } }
    if let operation = QuantizedOperator(rawValue: node.plainOp) { return [try evaluate(node, operation)] }
    if let function = QuantizedFunction(rawValue: node.plainOp) { return [try self.function(node, function)] }
    if let movement = QuantizedMovement(rawValue: node.plainOp) { return try self.movement(node, movement) }
    throw QuantizedProblem(.unsupported)
  }

  private mutating func evaluate(
    _ node: GraphNode, _ operation: QuantizedOperator
  ) throws(QuantizedProblem) -> QuantizedValue {
    switch operation {
    case .quantizeLinear: try quantizeLinear(node)
    case .dequantizeLinear: try dequantizeLinear(node)
    case .qLinearConv: try codeConvolution(node)
    case .convInteger: try integerConvolution(node)
    case .qLinearMatMul: try codeProduct(node)
    case .qGemm: try codeGemm(node)
    case .matMulInteger: try integerProduct(node)
    case .qLinearAdd: try codeElementwise(node, .add)
    case .qLinearMul: try codeElementwise(node, .multiply)
    case .qLinearConcat: try codeConcatenation(node)
    case .qLinearAveragePool: try codeAveragePooling(node)
    case .qLinearGlobalAveragePool: try codeGlobalPooling(node)
    case .qLinearLeakyRelu: try codeFunction(node, .leakyRelu)
    case .qLinearSigmoid: try codeFunction(node, .sigmoid)
    case .qLinearSoftmax: try codeSoftmax(node)
    case .convolution: try convolution(node)
    case .transposedConvolution: try transposedConvolution(node)
    case .gemm: try product(node, ProductForm(gemm: node))
    case .matrixProduct: try product(node, ProductForm())
    case .add, .subtract, .multiply, .divide, .maximum, .minimum: try elementwise(node)
    case .parametricRelu: try parametricRelu(node)
    case .maximumPooling: try maximumPooling(node)
    case .averagePooling: try averagePooling(node)
    case .globalAveragePooling: try globalPooling(node)
    case .mean: try mean(node)
    case .softmax: try softmax(node)
    }
  }

  /// The value of a node that reads constants only, or asks for dimensions; nil for all others.
  private mutating func constantValue(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue? {
    if node.plainOp == "Shape", let dimensions = try value(node.input(0)).dimensions {
      let start = node.int("start", default: 0)
      let end = node.int("end", default: dimensions.count)
      let bounds = [start, end].map { min(max($0 < 0 ? $0 &+ dimensions.count : $0, 0), dimensions.count) }
      return .constant(ONNXConstant(Array(dimensions[bounds[0]..<max(bounds[0], bounds[1])])))
    }
    guard let first = node.input(0) else { return nil }
    if case .dequantizedConstant(let constant) = try value(first) { return try moved(constant, by: node) }
    var constants: [ONNXConstant?] = []
    for name in node.inputs {
      guard !name.isEmpty else { constants.append(nil); continue }
      guard case .constant(let constant) = try value(name) else { return nil }
      constants.append(constant)
    }
    guard let constant = ONNXConstantFolding.value(of: node, constants) else { return nil }
    foldedElements += constant.count
    guard foldedElements <= ONNXConstantFolding.mostElementsOfAll else {
      throw QuantizedProblem(.shape, ONNXConstantFolding.excess(foldedElements))
    }
    return .constant(constant)
  }
}
