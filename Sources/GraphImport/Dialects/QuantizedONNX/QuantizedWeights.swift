import NetworkIR

/// Weights as a convolution keeps them.
struct QuantizedWeights {
  /// `[output][position]`
  var codes: [Int8]
  var type: ElementType
  /// Empty where 0 throughout, else one for each output.
  var zeroPoints: [Int]
  /// One, or one for each output.
  var scales: [Float]

  /// Reorders constant codes; unsigned ones and their zero points are shifted into the signed type of their width.
  ///
  /// - Parameters:
  ///   - constant: the weights as the file has them.
  ///   - name: their tensor, for messages.
  ///   - axis: the dimension of the outputs.
  ///   - outputs: how many there are.
  ///   - outputStride: how far apart in the file the weights of neighbouring outputs are.
  ///   - offsets: for each position, where its weight stands from the first of its output.
  /// - Throws: `QuantizedProblem` for weights of more than 8 bits and scales along another dimension.
  init(
    _ constant: QuantizedConstant, _ name: String, axis: Int, outputs: Int, outputStride: Int, offsets: [Int]
  ) throws(QuantizedProblem) {
    guard constant.type.bits <= 8, let signed = ElementType(rawValue: "int\(constant.type.bits)") else {
      throw QuantizedProblem(
        .constantType, "weights", name, constant.type.rawValue, "an integer type of at most 8 bits")
    }
    guard constant.scales.count == 1 || constant.axis == axis && constant.scales.count == outputs else {
      throw QuantizedProblem(.scaleCount, name, constant.scales.count, outputs)
    }
    let zeroPoints = (0..<outputs).map { constant.zeroPoints[constant.zeroPoints.count == 1 ? 0 : $0] }
    type = signed
    scales = constant.scales
    // Weights may be tens of millions: each is looked up where it stands, twice, and kept once.
    func isEvery(_ holds: (_ code: Int, _ output: Int) -> Bool) -> Bool {
      (0..<outputs).allSatisfy { output in
        offsets.allSatisfy { holds(constant.codes[output * outputStride + $0], output) }
      }
    }
    func reordered(_ shift: (_ output: Int) -> Int) -> [Int8] {
      var codes: [Int8] = []
      codes.reserveCapacity(outputs * offsets.count)
      for output in 0..<outputs {
        let shift = shift(output)
        for offset in offsets { codes.append(Int8(constant.codes[output * outputStride + offset] - shift)) }
      }
      return codes
    }
    if isEvery({ signed.range.contains($0 - zeroPoints[$1]) }) {
      codes = reordered { zeroPoints[$0] }
      self.zeroPoints = []
    } else {
      let shift = constant.type.isSigned ? 0 : 1 << (signed.bits - 1)
      codes = reordered { _ in shift }
      self.zeroPoints = zeroPoints.map { $0 - shift }
    }
  }
}

extension QuantizedLowering {
  /// A constant input of a float operator as codes; floats are refused.
  mutating func weights(_ node: GraphNode, _ index: Int) throws(QuantizedProblem) -> QuantizedConstant {
    let name = node.input(index) ?? ""
    switch try value(name) {
    case .dequantizedConstant(let constant): return constant
    case .constant: throw QuantizedProblem(.floatWeights, name)
    default: throw QuantizedProblem(.notConstant, "weights", name)
    }
  }

  /// Constant weights of an operator on codes, with the scales in the two inputs behind them.
  mutating func weights(
    _ node: GraphNode, codes index: Int, axis: Int
  ) throws(QuantizedProblem) -> QuantizedConstant {
    let name = node.input(index) ?? ""
    guard let constant = try constant(node, index, "weights") else {
      throw QuantizedProblem(.notConstant, "weights", name)
    }
    return try quantizedConstant(constant, name, node, scale: index + 1, axis: axis)
  }

  /// Weights of an operator on codes without scales, as MatMulInteger's: the zero points are one of its inputs.
  mutating func weights(
    _ node: GraphNode, codes index: Int, zeroPoints zeroPointIndex: Int, axis: Int
  ) throws(QuantizedProblem) -> QuantizedConstant {
    let name = node.input(index) ?? ""
    guard let constant = try constant(node, index, "weights"), let codes = constant.integers,
      let type = ElementType(rawValue: constant.type.rawValue)
    else { throw QuantizedProblem(.notConstant, "weights", name) }
    let zeroPoints = try integers(node, zeroPointIndex, "zero point") ?? [0]
    guard !zeroPoints.isEmpty, zeroPoints.count == 1 || zeroPoints.count == constant.dimensions[axis] else {
      throw QuantizedProblem(.scaleCount, node.input(zeroPointIndex) ?? "", zeroPoints.count, 1)
    }
    if let wrong = zeroPoints.first(where: { !type.range.contains($0) }) {
      throw QuantizedProblem(
        .zeroPoint, wrong, node.input(zeroPointIndex) ?? "", "\(type.range.lowerBound)...\(type.range.upperBound)")
    }
    return QuantizedConstant(
      dimensions: constant.dimensions, type: type, codes: codes, scales: zeroPoints.map { _ in 1 },
      zeroPoints: zeroPoints, axis: axis)
  }

  /// The bias in units of the accumulator; zeros where the input is absent. `units` says what one unit stands for: one
  /// number, or one for each output.
  mutating func bias(
    _ node: GraphNode, _ index: Int?, outputs: Int, units: [Float]
  ) throws(QuantizedProblem) -> [Int32] {
    guard let name = index.flatMap(node.input) else { return Array(repeating: 0, count: outputs) }
    switch try value(name) {
    case .dequantizedConstant(let constant):
      guard constant.type == .int32, constant.zeroPoints.allSatisfy({ $0 == 0 }) else {
        let found = "type \(constant.type.rawValue) and zero point \(constant.zeroPoints[0])"
        throw QuantizedProblem(.bias, name, found, "int32 and 0")
      }
      try check(constant.scales, of: name, against: units)
      return try bias(constant.codes, name, outputs: outputs)
    case .constant(let constant):
      if let codes = constant.integers {
        guard constant.type == .int32 else {
          throw QuantizedProblem(.bias, name, "type \(constant.type)", "int32")
        }
        return try bias(codes, name, outputs: outputs)
      }
      return try roundedBias(constant.floats ?? [], name, node, outputs: outputs, units: units)
    default: throw QuantizedProblem(.notConstant, "bias", name)
    }
  }

  /// Scales of a bias may be off by roundings of the export, but by no more.
  private func check(_ scales: [Float], of name: String, against units: [Float]) throws(QuantizedProblem) {
    for channel in 0..<max(scales.count, units.count) {
      let scale = scales[scales.count == 1 ? 0 : min(channel, scales.count - 1)]
      let unit = units[units.count == 1 ? 0 : min(channel, units.count - 1)]
      guard abs(scale - unit) <= unit * 0x1p-20 else { throw QuantizedProblem(.biasScale, name, scale, channel, unit) }
    }
  }

  private func bias(_ codes: [Int], _ name: String, outputs: Int) throws(QuantizedProblem) -> [Int32] {
    guard codes.count == outputs || codes.count == 1 else {
      throw QuantizedProblem(.bias, name, "\(codes.count) elements", "\(outputs)")
    }
    let bias = codes.map { Int32(clamping: $0) }
    return bias.count == outputs ? bias : Array(repeating: bias[0], count: outputs)
  }

  /// A float bias as ONNX Runtime quantizes it: in units of the accumulator, ties to the even neighbour.
  private mutating func roundedBias(
    _ floats: [Float], _ name: String, _ node: GraphNode, outputs: Int, units: [Float]
  ) throws(QuantizedProblem) -> [Int32] {
    guard floats.count == outputs || floats.count == 1 else {
      throw QuantizedProblem(.bias, name, "\(floats.count) elements", "\(outputs)")
    }
    var bias: [Int32] = []
    for channel in 0..<outputs {
      let steps = floats[floats.count == 1 ? 0 : channel] / units[units.count == 1 ? 0 : channel]
      guard let code = Int32(exactly: steps.rounded(.toNearestOrEven)) else {
        throw QuantizedProblem(.bias, name, "\(steps) units of the accumulator", "at most 32 bits")
      }
      bias.append(code)
    }
    notes.append(QuantizedNote.roundedBias.reason.diagnostic([name], node: node.name, op: node.op))
    return bias
  }
}
