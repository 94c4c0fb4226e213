import NetworkIR

extension QuantizedLowering {
  /// How an operator multiplies matrices.
  struct ProductForm {
    var isFirstTransposed = false
    var isSecondTransposed = false
    /// A factor of the whole product.
    var alpha: Float = 1

    /// Of `Gemm` and `QGemm`.
    init(gemm node: GraphNode) throws(QuantizedProblem) {
      isFirstTransposed = node.int("transA", default: 0) != 0
      isSecondTransposed = node.int("transB", default: 0) != 0
      alpha = node.float("alpha") ?? 1
      guard alpha.isNormal, alpha > 0 else { throw QuantizedProblem(.attribute, "alpha", alpha, "a positive number") }
      let beta = node.float("beta") ?? 1
      guard beta == 1 || node.input(2) == nil || node.plainOp == "QGemm" else {
        throw QuantizedProblem(.attribute, "beta", beta, 1)
      }
    }

    /// Of `MatMul` and its kin.
    init() {}
  }

  /// `Gemm` and `MatMul` between DequantizeLinear and QuantizeLinear.
  mutating func product(_ node: GraphNode, _ form: ProductForm) throws(QuantizedProblem) -> QuantizedValue {
    let first = try dequantized(node, 0)
    if case .real = try value(node.input(1)) {
      let second = try dequantized(node, 1)
      guard node.input(2) == nil || node.plainOp == "MatMul" else {
        throw QuantizedProblem(.notConstant, "weights", node.input(1) ?? "")
      }
      return .pending(try product(node, form, first.view, first.scale, second.view, second.scale))
    }
    let weights = try weights(node, 1)
    let bias = node.plainOp == "Gemm" ? 2 : nil
    return .pending(try product(node, form, first.view, first.scale, weights, weightIndex: 1, biasIndex: bias))
  }

  /// `QLinearMatMul`.
  mutating func codeProduct(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let first = try codes(node, 0)
    let scale = try scale(node, scale: 1, zeroPoint: 2, type: builder[first.tensor].type)
    let output = try self.scale(node, scale: 6, zeroPoint: 7, type: nil)
    let pending: QuantizedPending
    if case .codes(let second) = try value(node.input(3)) {
      let secondScale = try self.scale(node, scale: 4, zeroPoint: 5, type: builder[second.tensor].type)
      pending = try product(node, ProductForm(), first, scale, second, secondScale)
    } else {
      let weights = try weights(node, codes: 3, axis: -1)
      pending = try product(node, ProductForm(), first, scale, weights, weightIndex: 3, biasIndex: nil)
    }
    return .codes(try quantize(pending, to: output, name: node.outputs.first ?? ""))
  }

  /// `QGemm`: without an output scale the result is floats, whose accumulators are known.
  mutating func codeGemm(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let form = try ProductForm(gemm: node)
    let view = try codes(node, 0)
    let scale = try scale(node, scale: 1, zeroPoint: 2, type: builder[view.tensor].type)
    let weights = try weights(node, codes: 3, axis: form.isSecondTransposed ? 0 : 1)
    let pending = try product(node, form, view, scale, weights, weightIndex: 3, biasIndex: 6)
    guard node.input(7) != nil else { return .pending(pending) }
    let output = try self.scale(node, scale: 7, zeroPoint: 8, type: nil)
    return .codes(try quantize(pending, to: output, name: node.outputs.first ?? ""))
  }

  /// `MatMulInteger`: the accumulators are the output.
  mutating func integerProduct(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let view = try codes(node, 0)
    let scale = try unitScale(node, zeroPoint: 2, of: view)
    if case .codes(let second) = try value(node.input(1)) {
      let secondScale = try unitScale(node, zeroPoint: 3, of: second)
      return .pending(try product(node, ProductForm(), view, scale, second, secondScale))
    }
    let rank = try value(node.input(1)).dimensions?.count ?? 0
    guard rank >= 2 else { throw QuantizedProblem(.shape, "the weights have \(rank) dimensions, but 2 are needed") }
    let weights = try weights(node, codes: 1, zeroPoints: 3, axis: rank - 1)
    return .pending(try product(node, ProductForm(), view, scale, weights, weightIndex: 1, biasIndex: nil))
  }

  /// Rows times a constant matrix: a convolution of a 1x1 kernel, each row being one position.
  private mutating func product(
    _ node: GraphNode, _ form: ProductForm, _ view: QuantizedView, _ input: QuantizedScale,
    _ constant: QuantizedConstant, weightIndex: Int, biasIndex: Int?
  ) throws(QuantizedProblem) -> QuantizedPending {
    let view = try rows(view, form.isFirstTransposed)
    let matrix = constant.dimensions
    let rank = view.dimensions.count
    guard matrix.count >= 2, matrix.allSatisfy({ $0 >= 1 }), matrix.dropLast(2).allSatisfy({ $0 == 1 }),
      matrix.count <= rank, matrix[matrix.count - (form.isSecondTransposed ? 1 : 2)] == view.dimensions[rank - 1]
    else { throw QuantizedProblem(.shape, "dimensions \(view.dimensions) and \(matrix) do not multiply") }
    let outputs = matrix[matrix.count - (form.isSecondTransposed ? 2 : 1)]
    let inputs = view.dimensions[rank - 1]
    let innermost = try innermost(view, axis: rank - 1, node: node.name)
    // Inputs lie in our order, which a flattened map does not share with the file.
    let step = form.isSecondTransposed ? 1 : outputs
    let weights = try QuantizedWeights(
      constant, node.input(weightIndex) ?? "", axis: matrix.count - (form.isSecondTransposed ? 2 : 1),
      outputs: outputs, outputStride: form.isSecondTransposed ? inputs : 1,
      offsets: innermost.order.map { $0 * step })
    let units = weights.scales.map { form.alpha * input.scale * $0 }
    let bias = try bias(node, biasIndex, outputs: outputs, units: units)
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: inputs,
      outputChannels: outputs, weights: weights.codes, weightType: weights.type, weightZeroPoints: weights.zeroPoints,
      bias: bias, inputZeroPoint: input.zeroPoint,
      paddingValue: input.zeroPoint, requantization: nil)
    var shape = innermost.operand.shape
    shape.channels = outputs
    let layout = innermost.view.layout.replacing(axis: rank - 1, of: inputs, by: outputs)
    try checkSize(layout.dimensions)
    return QuantizedPending(
      kind: .convolution(convolution, innermost.operand, scales: units, kind: "fc"), shape: shape, layout: layout,
      node: node.name, name: node.outputs.first ?? "")
  }

  /// Products of two activations, for each index of the dimensions before the last two.
  private mutating func product(
    _ node: GraphNode, _ form: ProductForm, _ first: QuantizedView, _ firstScale: QuantizedScale,
    _ second: QuantizedView, _ secondScale: QuantizedScale
  ) throws(QuantizedProblem) -> QuantizedPending {
    let first = try rows(first, form.isFirstTransposed)
    let left = first.dimensions
    let right = second.dimensions
    let (rank, depth) = (left.count, left[left.count - 1])
    guard right.count == rank, left.dropLast(2) == right.dropLast(2),
      right[rank - (form.isSecondTransposed ? 1 : 2)] == depth
    else { throw QuantizedProblem(.shape, "dimensions \(left) and \(right) do not multiply") }
    let columns = right[rank - (form.isSecondTransposed ? 2 : 1)]
    let outer = left.dropLast(2).reduce(1, *)
    let one = try arrange(first, as: CodeLayout(rowMajor: left), node: node.name)
    // A transposed second operand is read as it lies, and one that lies transposed too.
    let swapped = Array(0..<rank - 2) + [rank - 1, rank - 2]
    let lying = CodeLayout(rowMajor: swapped.map { right[$0] }).transposed(swapped)
    let isLyingTransposed = second.layout == lying
    let other = isLyingTransposed ? second : try arrange(second, as: CodeLayout(rowMajor: right), node: node.name)
    let product = MatrixProduct(
      isSecondTransposed: form.isSecondTransposed != isLyingTransposed, firstZeroPoint: firstScale.zeroPoint,
      secondZeroPoint: secondScale.zeroPoint, requantization: nil)
    let shape = Shape(height: outer, width: left[rank - 2], channels: columns)
    let dimensions = Array(left.dropLast()) + [columns]
    try checkSize(dimensions)
    return QuantizedPending(
      kind: .matrixProduct(
        product, try operand(one, Shape(height: outer, width: left[rank - 2], channels: depth), node: node.name),
        try operand(
          other,
          product.isSecondTransposed
            ? Shape(height: outer, width: columns, channels: depth)
            : Shape(height: outer, width: depth, channels: columns), node: node.name),
        scale: form.alpha * firstScale.scale * secondScale.scale),
      shape: shape, layout: CodeLayout(rowMajor: dimensions), node: node.name, name: node.outputs.first ?? "")
  }

  /// A first operand with its inputs along the last dimension.
  private func rows(_ view: QuantizedView, _ isTransposed: Bool) throws(QuantizedProblem) -> QuantizedView {
    let rank = view.dimensions.count
    guard rank >= 2 else {
      throw QuantizedProblem(.shape, "the input has dimensions \(view.dimensions), but at least 2 are needed")
    }
    var view = view
    if isTransposed { view.layout = view.layout.transposed(Array(0..<rank - 2) + [rank - 1, rank - 2]) }
    return view
  }
}
