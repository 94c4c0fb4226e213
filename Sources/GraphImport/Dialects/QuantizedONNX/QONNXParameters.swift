import NetworkIR

/// Scales, zero points and codes that a Quant or BipolarQuant gives to its input.
struct QONNXParameters {
  /// One, or one for each index along `axis`.
  var scales: [Float]
  /// As many as there are scales.
  var zeroPoints: [Int]
  /// What scales run along when there is more than one.
  var axis = 0
  var codes: ClosedRange<Int>
  var rounding: QONNXRounding
  var type: ElementType
  var isBipolar: Bool

  /// The quantizer with the scale of one channel.
  func quantizer(channel: Int = 0) -> QONNXQuantizer {
    isBipolar
      ? .bipolar(scale: scales[channel])
      : .uniform(scale: scales[channel], zeroPoint: zeroPoints[channel], codes: codes, rounding, type: type)
  }
}

extension QONNXLowering {
  /// Reads the parameters of a `Quant`, `IntQuant` or `BipolarQuant` whose input has the given dimensions.
  mutating func parameters(_ node: GraphNode, dimensions: [Int]) throws(QuantizedProblem) -> QONNXParameters {
    let scaleName = node.input(1) ?? ""
    let (scales, scaleDimensions) = try floats(scaleName)
    if let wrong = scales.first(where: { !($0.isNormal && $0 > 0) }) {
      throw QuantizedProblem(.scale, wrong, scaleName)
    }
    let varying = scaleDimensions.indices.filter { scaleDimensions[$0] != 1 }
    // Aligned at the end, as ONNX broadcasts.
    let axis = (varying.first ?? 0) + dimensions.count - scaleDimensions.count
    guard varying.count <= 1, varying.isEmpty || dimensions.indices.contains(axis) && dimensions[axis] == scales.count
    else { throw QuantizedProblem(.blocked, node.input(0) ?? "", "\(dimensions)", "\(scaleDimensions)") }
    var result = QONNXParameters(
      scales: scales, zeroPoints: scales.map { _ in 0 }, axis: varying.isEmpty ? 0 : axis, codes: -1...1,
      rounding: .halfEven, type: .int2, isBipolar: true)
    if node.plainOp == "BipolarQuant" { return result }

    let zeroPoints = try integers(node, 2, "zero point", in: -(1 << 31)...1 << 31)
    guard zeroPoints.count == 1 || zeroPoints.count == scales.count else {
      throw QuantizedProblem(.scaleCount, node.input(2) ?? "", zeroPoints.count, scales.count)
    }
    result.zeroPoints = scales.indices.map { zeroPoints[zeroPoints.count == 1 ? 0 : $0] }
    let bits = try integer(node, 3, "bit width", in: 1...32)
    let isSigned = try flag(node, "signed", default: true)
    // One signed bit has the codes -1 and 1.
    if bits == 1 && isSigned { return result }
    result.isBipolar = false
    result.codes = Self.codes(bits: bits, isSigned: isSigned, isNarrow: try flag(node, "narrow", default: false))
    result.rounding = try rounding(node, default: .halfEven)
    result.type = try type(of: result.codes, bits: bits)
    return result
  }

  /// The quantizer of an activation: one scale for all channels.
  mutating func quantizer(_ node: GraphNode, dimensions: [Int]) throws(QuantizedProblem) -> QONNXQuantizer {
    switch node.plainOp {
    case "Trunc": return try truncation(node)
    case "MultiThreshold": return try multiThreshold(node)
    default:
      let found = try parameters(node, dimensions: dimensions)
      guard found.scales.allSatisfy({ $0 == found.scales[0] }), Set(found.zeroPoints).count == 1 else {
        throw QuantizedProblem(.scaleCount, node.input(1) ?? "", found.scales.count, 1)
      }
      guard found.type.bits <= 16 else {
        throw QuantizedProblem(.attribute, "bit width", found.codes.bits, "1...16 for an activation")
      }
      return found.quantizer()
    }
  }

  /// `Trunc` with five inputs, which leaves the scale as it is, or with six, which has an output scale.
  private mutating func truncation(_ node: GraphNode) throws(QuantizedProblem) -> QONNXQuantizer {
    let scale = try scalar(node, 1, "scale")
    let zeroPoint = try integer(node, 2, "zero point", in: -(1 << 31)...1 << 31)
    let inputBits = try integer(node, 3, "input bit width", in: 1...32)
    let hasScale = node.inputs.count > 5
    let bits = try integer(node, hasScale ? 5 : 4, "output bit width", in: 1...16)
    let rounding = try rounding(node, default: .floor)
    let isNarrow = try flag(node, "narrow", default: false)
    var codes = Self.codes(bits: bits, isSigned: try flag(node, "signed", default: true), isNarrow: isNarrow)
    // An export of version 1 does not say whether codes are signed, and clips none.
    if !hasScale, node.attributes["signed"] == nil { codes = codes.lowerBound...(1 << bits) - 1 }
    var shift = inputBits - bits
    var outputScale = scale
    if hasScale {
      outputScale = try scalar(node, 4, "output scale")
      let ratio = outputScale / scale
      guard ratio.isNormal, ratio.significand == 1 else {
        throw QuantizedProblem(.attribute, "output scale", outputScale, "scale \(scale) times a power of two")
      }
      shift = Int(ratio.exponent)
    }
    guard (0...31).contains(shift) else {
      throw QuantizedProblem(.attribute, "output bit width", bits, "at most the input bit width, \(inputBits)")
    }
    let type = try type(of: codes, bits: bits)
    return .truncation(
      of: QuantizedScale(scale: scale, zeroPoint: zeroPoint, type: type), shift: shift,
      to: QuantizedScale(scale: outputScale, zeroPoint: zeroPoint, type: type), codes: codes, rounding)
  }

  /// `MultiThreshold`: thresholds by channel, `count * out_scale + out_bias`.
  private mutating func multiThreshold(_ node: GraphNode) throws(QuantizedProblem) -> QONNXQuantizer {
    let name = node.input(1) ?? ""
    let (numbers, dimensions) = try floats(name)
    guard dimensions.count == 2, dimensions[1] <= 1 << 16, node.string("data_layout") ?? "NCHW" != "NHWC" else {
      throw QuantizedProblem(.shape, "thresholds '\(name)' have dimensions \(dimensions), but [C, N] of NCHW is needed")
    }
    let scale = node.float("out_scale") ?? 1
    let bias = node.float("out_bias") ?? 0
    guard scale.isNormal, scale > 0 else { throw QuantizedProblem(.scale, scale, "out_scale") }
    guard let least = Int(exactly: bias / scale), abs(least) <= 1 << 16 else {
      throw QuantizedProblem(.attribute, "out_bias", bias, "a multiple of out_scale, \(scale)")
    }
    let lists = (0..<dimensions[0]).map { numbers[$0 * dimensions[1]..<($0 + 1) * dimensions[1]].sorted() }
    let codes = least...least + dimensions[1]
    return .thresholds(
      lists, output: QuantizedScale(scale: scale, zeroPoint: 0, type: try type(of: codes, bits: codes.bits)),
      least: least)
  }

  // MARK: - Parts

  static func codes(bits: Int, isSigned: Bool, isNarrow: Bool) -> ClosedRange<Int> {
    isSigned
      ? -(1 << (bits - 1)) + (isNarrow ? 1 : 0)...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1 - (isNarrow ? 1 : 0)
  }

  private func type(of codes: ClosedRange<Int>, bits: Int) throws(QuantizedProblem) -> ElementType {
    // Constants, such as a bias, may have 32 bits without a sign; no activation has.
    guard let type = ElementType.narrowest(holding: codes.clamped(to: ElementType.int32.range), bits: bits) else {
      throw QuantizedProblem(.attribute, "bit width", bits, "1...32")
    }
    return type
  }

  private mutating func scalar(_ node: GraphNode, _ index: Int, _ what: String) throws(QuantizedProblem) -> Float {
    let (numbers, _) = try floats(node.input(index) ?? "")
    return try numbers.onlyScale(of: node.input(index) ?? what)
  }

  private mutating func integer(
    _ node: GraphNode, _ index: Int, _ what: String, in allowed: ClosedRange<Int>
  ) throws(QuantizedProblem) -> Int {
    let numbers = try integers(node, index, what, in: allowed)
    guard numbers.allSatisfy({ $0 == numbers[0] }) else {
      throw QuantizedProblem(.scaleCount, node.input(index) ?? what, numbers.count, 1)
    }
    return numbers[0]
  }

  /// Whole numbers of a constant that the file writes as floats.
  private mutating func integers(
    _ node: GraphNode, _ index: Int, _ what: String, in allowed: ClosedRange<Int>
  ) throws(QuantizedProblem) -> [Int] {
    let (numbers, _) = try floats(node.input(index) ?? "")
    var result: [Int] = []
    for number in numbers {
      guard let integer = Int(exactly: number), allowed.contains(integer) else {
        throw QuantizedProblem(
          .attribute, what, number, "an integer in \(allowed.lowerBound)...\(allowed.upperBound)")
      }
      result.append(integer)
    }
    return result
  }

  private func flag(_ node: GraphNode, _ name: String, default standard: Bool) throws(QuantizedProblem) -> Bool {
    let value = node.int(name, default: standard ? 1 : 0)
    guard (0...1).contains(value) else { throw QuantizedProblem(.attribute, name, value, "0 or 1") }
    return value == 1
  }

  private func rounding(_ node: GraphNode, default standard: QONNXRounding) throws(QuantizedProblem) -> QONNXRounding {
    guard let name = node.string("rounding_mode") else { return standard }
    guard let rounding = QONNXRounding(rawValue: name.uppercased()) else {
      throw QuantizedProblem(
        .attribute, "rounding_mode", name, QONNXRounding.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return rounding
  }

  /// A constant as floats, whichever way the file writes it.
  mutating func floats(_ name: String) throws(QuantizedProblem) -> (numbers: [Float], dimensions: [Int]) {
    let found: (numbers: [Float], dimensions: [Int])
    switch try engine.value(name) {
    case .dequantizedConstant(let constant): found = (constant.numbers, constant.dimensions)
    case .constant(let constant):
      found = (constant.floats ?? (constant.integers ?? []).map { Float($0) }, constant.dimensions)
    default: throw QuantizedProblem(.notConstant, "operand", name)
    }
    guard !found.numbers.isEmpty else {
      throw QuantizedProblem(.shape, "constant '\(name)' of dimensions \(found.dimensions) holds no number")
    }
    return found
  }
}
