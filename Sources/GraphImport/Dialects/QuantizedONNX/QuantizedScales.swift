import NetworkIR

extension QuantizedLowering {
  /// `QuantizeLinear`: names the codes of numbers, and ends the layer that makes them.
  mutating func quantizeLinear(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let scale = try scale(node, scale: 1, zeroPoint: 2, type: try outputType(node))
    let name = node.outputs.first ?? ""
    switch try value(node.input(0)) {
    case .input(let input): return .codes(begin(input, at: node.input(0) ?? "", with: scale, name: name))
    case .real(let real):
      guard real.tables != nil || real.scale != scale, let limits = limits(of: name) else {
        return .codes(try quantize(real, to: scale, name: name, node: node.name))
      }
      let limited = try narrow(real).limited(to: limits.codes, of: scale)
      return .codes(try quantize(limited, to: scale, name: limits.name, node: node.name))
    case .pending(let pending):
      if case .concatenation = pending.kind { return .codes(try quantize(pending, to: scale, name: name)) }
      guard let limits = limits(of: name) else { return .codes(try quantize(pending, to: scale, name: name)) }
      return .codes(try quantize(pending.limited(to: limits.codes, of: scale), to: scale, name: limits.name))
    case .constant(let constant): return try quantizedConstant(node, constant)
    case .dequantizedConstant(let constant):
      let floats = ONNXConstant(type: .float32, dimensions: constant.dimensions, numbers: .floats(constant.numbers))
      return try quantizedConstant(node, floats)
    case .codes, .tail, .refused: throw QuantizedProblem(.float, node.input(0) ?? "")
    }
  }

  /// `DequantizeLinear`: says what codes stand for.
  mutating func dequantizeLinear(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let name = node.input(0) ?? ""
    switch try value(name) {
    case .codes(var view):
      let type = builder[view.tensor].type
      let scale = try scale(node, scale: 1, zeroPoint: 2, type: type)
      view.scale = scale
      return .real(QuantizedReal(view: view, scale: scale))
    case .constant(let constant):
      return .dequantizedConstant(try quantizedConstant(constant, name, node, scale: 1))
    case .pending(let pending):
      // Accumulators of MatMulInteger or ConvInteger.
      let scale = try scale(node, scale: 1, zeroPoint: 2, type: .int32)
      guard scale.zeroPoint == 0, let scales = pending.accumulatorScales, scales == [1] else {
        throw QuantizedProblem(.notQuantized, pending.node)
      }
      return .pending(pending.scaled(by: scale.scale, name: node.outputs.first ?? ""))
    default: throw QuantizedProblem(.float, name)
    }
  }

  /// QuantizeLinear of numbers that are known from one code each: the codes themselves, or a table of them.
  mutating func quantize(
    _ real: QuantizedReal, to scale: QuantizedScale, name: String, node: String
  ) throws(QuantizedProblem) -> QuantizedView {
    var view = real.view
    view.scale = scale
    if real.tables == nil && real.scale == scale {
      if provisional.remove(view.tensor) != nil { builder.rename(view.tensor, to: unused(name)) }
      return view
    }
    let codes = builder[view.tensor]
    guard codes.type.bits <= 8 else { throw QuantizedProblem(.precision, codes.type.rawValue) }
    let least = codes.type.range.lowerBound
    var tables: [[Int32]] = []
    var values: ClosedRange<Int>?
    for numbers in real.numbers {
      var table: [Int32] = []
      for (index, number) in numbers.enumerated() {
        let isReachable = codes.values.contains(index + least)
        guard let code = scale.code(of: number) ?? (isReachable ? nil : scale.zeroPoint) else {
          throw QuantizedProblem(.notFinite, index + least, real.scale.real(of: index + least))
        }
        table.append(Int32(code))
        if isReachable { values = min(values?.lowerBound ?? code, code)...max(values?.upperBound ?? code, code) }
      }
      tables.append(table)
    }
    let shape = real.shape ?? codes.shape
    let output = Tensor(
      name: unused(name), shape: shape, type: scale.type, values: values ?? scale.type.range,
      origin: view.layout.origin)
    let operand = try operand(view, shape, node: node)
    view.tensor = builder.add(output)
    builder.add(.lookup(Lookup(tables: tables)), kind: "lookup", source: node, inputs: [operand], output: view.tensor)
    return view
  }

  /// Scale and zero point of codes per tensor, from two inputs of a node. Without a `type` of the codes the zero point's
  /// counts, and uint8 where that is absent, as ONNX says.
  mutating func scale(
    _ node: GraphNode, scale scaleIndex: Int, zeroPoint zeroIndex: Int, type: ElementType?
  ) throws(QuantizedProblem) -> QuantizedScale {
    let name = node.input(scaleIndex) ?? ""
    guard let given = try constant(node, scaleIndex, "scale"), let scales = given.floats else {
      throw QuantizedProblem(.notConstant, "scale", name)
    }
    let zeroPoints = try constant(node, zeroIndex, "zero point")
    let scale = try scales.onlyScale(of: name)
    var found = type ?? .uint8
    var zeroPoint = 0
    if let zeroPoints {
      guard let own = ElementType(rawValue: zeroPoints.type.rawValue) else {
        throw QuantizedProblem(
          .constantType, "zero point", node.input(zeroIndex) ?? "", zeroPoints.type.rawValue,
          "a type of at most 32 bits")
      }
      guard type == nil || type == own else {
        throw QuantizedProblem(
          .constantType, "zero point", node.input(zeroIndex) ?? "", zeroPoints.type.rawValue, type?.rawValue ?? "")
      }
      let codes = zeroPoints.integers ?? []
      guard let first = codes.first, codes.allSatisfy({ $0 == first }) else {
        throw QuantizedProblem(.scaleCount, node.input(zeroIndex) ?? "", codes.count, 1)
      }
      (found, zeroPoint) = (own, first)
    }
    guard found.range.contains(zeroPoint), found != .int32 || zeroPoint == 0 else {
      let range = found == .int32 ? 0...0 : found.range
      throw QuantizedProblem(
        .zeroPoint, zeroPoint, node.input(zeroIndex) ?? name, "\(range.lowerBound)...\(range.upperBound)")
    }
    return QuantizedScale(scale: scale, zeroPoint: zeroPoint, type: found)
  }
  /// The type that `output_dtype` asks for; nil where the zero point decides.
  private func outputType(_ node: GraphNode) throws(QuantizedProblem) -> ElementType? {
    let number = node.int("output_dtype", default: 0)
    guard number != 0 else { return nil }
    let name = GraphTensor.ScalarType(onnx: number).rawValue
    guard let type = ElementType(rawValue: name) else {
      throw QuantizedProblem(.attribute, "output_dtype", name, "an integer type")
    }
    return type
  }
}

extension [Float] {
  /// The scale of codes that have one for all of them.
  ///
  /// - Throws: `QuantizedProblem` where there is none, or one that is no positive normal number, or where they differ.
  func onlyScale(of name: String) throws(QuantizedProblem) -> Float {
    // Before they are compared: NaN differs from itself.
    if let wrong = first(where: { !($0.isNormal && $0 > 0) }) { throw QuantizedProblem(.scale, wrong, name) }
    guard let scale = first, allSatisfy({ $0 == scale }) else { throw QuantizedProblem(.scaleCount, name, count, 1) }
    return scale
  }
}
