import NetworkIR

extension QONNXLowering {
  /// A quantizer on numbers that are known from one code each: a table, or nothing where the codes stay as they are.
  mutating func requantize(
    _ real: QuantizedReal, _ quantizer: QONNXQuantizer, name: String, node: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    var view = real.view
    view.scale = quantizer.output
    let source = engine.builder[view.tensor]
    let shape = real.shape ?? source.shape
    let channels = max(real.numbers.count, quantizer.channels)
    guard source.type.bits <= 8 else { return try rescale(real, quantizer, name: name, node: node) }
    guard channels == 1 || channels == shape.channels else {
      throw QuantizedProblem(.scaleCount, name, channels, shape.channels)
    }
    let range = source.type.range
    var tables: [[Int32]] = []
    var values: ClosedRange<Int>?
    for channel in 0..<channels {
      let numbers = real.numbers[real.numbers.count == 1 ? 0 : channel]
      var table: [Int32] = []
      for (index, number) in numbers.enumerated() {
        let isReachable = source.values.contains(index + range.lowerBound)
        guard
          let code = quantizer.code(of: number, channel: channel) ?? (isReachable ? nil : quantizer.codes.lowerBound)
        else { throw QuantizedProblem(.notFinite, index + range.lowerBound, number) }
        table.append(Int32(code))
        if isReachable { values = min(values?.lowerBound ?? code, code)...max(values?.upperBound ?? code, code) }
      }
      tables.append(table)
    }
    let isIdentity =
      real.tables == nil && real.scale == quantizer.output
      && source.values.allSatisfy { Int(tables[0][$0 - range.lowerBound]) == $0 }
    if isIdentity { return real }
    let operand = try engine.operand(view, shape, node: node)
    let base = QuantizedPending(
      kind: .concatenation([], axis: 0), shape: shape, layout: view.layout, node: node, name: name)
    return add(
      .lookup(Lookup(tables: tables)), "lookup", [operand], base, quantizer, values ?? quantizer.codes, name)
  }

  /// As `requantize`, for codes that are too wide for a table.
  private mutating func rescale(
    _ real: QuantizedReal, _ quantizer: QONNXQuantizer, name: String, node: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    guard real.tables == nil, quantizer.channels == 1, let unit = ExactNumber(real.scale.scale) else {
      throw QuantizedProblem(.precision, real.scale.type.rawValue)
    }
    let source = engine.builder[real.view.tensor]
    let base = QuantizedPending(
      kind: .concatenation([], axis: 0), shape: source.shape, layout: real.view.layout, node: node, name: name)
    let pending = QONNXPending(base: base, functions: [QONNXFunction(unit: unit)])
    let zeroPoint = real.scale.zeroPoint
    let proof = try requantization(
      pending, quantizer, over: [source.values.lowerBound - zeroPoint...source.values.upperBound - zeroPoint])
    let operand = try engine.operand(real.view, source.shape, node: node)
    return add(
      .rescale(proof, inputZeroPoint: zeroPoint), "rescale", [operand], base, quantizer, proof.reachableCodes, name)
  }

  /// An operation with a quantized constant as tables of numbers, in float32 as the file computes them.
  func combined(
    _ operation: QuantizedBinary, _ real: QuantizedReal, _ constant: QuantizedScale, codes: [Int], isFirst: Bool,
    shape: Shape
  ) throws(QuantizedProblem) -> QuantizedReal {
    func number(_ left: Float, _ right: Float) -> Float {
      switch operation {
      case .add: left + right
      case .subtract: left - right
      case .multiply: left * right
      case .maximum: max(left, right)
      case .minimum: min(left, right)
      }
    }
    var result = real
    result.shape = codes.count == 1 ? nil : shape
    result.tables = codes.map { code in
      let fixed = constant.real(of: code)
      return real.numbers[0].map { isFirst ? number(fixed, $0) : number($0, fixed) }
    }
    return result
  }
}
