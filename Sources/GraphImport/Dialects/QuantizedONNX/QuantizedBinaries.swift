import NetworkIR

extension QuantizedLowering {
  /// QuantizeLinear of a result of `elementwise`.
  mutating func quantize(
    _ value: QuantizedValue, _ node: GraphNode, to scale: QuantizedScale
  ) throws(QuantizedProblem) -> QuantizedView {
    let name = node.outputs.first ?? ""
    switch value {
    case .pending(let pending): return try quantize(pending, to: scale, name: name)
    case .real(let real): return try quantize(real, to: scale, name: name, node: node.name)
    default: throw QuantizedProblem(.notQuantized, node.name)
    }
  }

  /// Both views under the shape of what is made of them.
  private mutating func operands(
    _ first: QuantizedView, _ second: QuantizedView, _ pending: QuantizedPending
  ) throws(QuantizedProblem) -> [Operand] {
    [
      try operand(first, pending.shape, node: pending.node),
      try operand(second, pending.shape, node: pending.node),
    ]
  }

  /// QuantizeLinear of an operation on two activations, which lie alike.
  mutating func quantize(
    _ operation: QuantizedBinary, _ first: QuantizedReal, _ second: QuantizedReal, _ pending: QuantizedPending,
    to scale: QuantizedScale, _ clamp: ClosedRange<Int>, name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    for real in [first, second] where real.scale.type.bits > 8 {
      throw QuantizedProblem(.precision, real.scale.type.rawValue)
    }
    switch operation {
    case .multiply:
      let operands = try operands(first.view, second.view, pending)
      return try multiply(first, second, operands, pending, to: scale, clamp, name)
    case .maximum, .minimum:
      // QuantizeLinear does not change the order of numbers, so that it may come first.
      let quantized = [
        try quantize(first, to: scale, name: "\(name)_first", node: pending.node),
        try quantize(second, to: scale, name: "\(name)_second", node: pending.node),
      ]
      let values = quantized.map { builder[$0.tensor].values }
      let extremum = Extremum(kind: operation == .maximum ? .maximum : .minimum, clamp: clamp)
      let low = values.map(\.lowerBound)
      let high = values.map(\.upperBound)
      let pick = { (ends: [Int]) in (operation == .maximum ? ends.max() : ends.min()) ?? clamp.lowerBound }
      let codes = [pick(low), pick(high)].map { min(max($0, clamp.lowerBound), clamp.upperBound) }
      return add(
        .extremum(extremum), operation == .maximum ? "max" : "min",
        try operands(quantized[0], quantized[1], pending), pending, scale, codes[0]...codes[1], name)
    case .add, .subtract:
      let operands = try operands(first.view, second.view, pending)
      let isSum = operation == .add
      let code =
        isSum ? sum(first.scale, second.scale, scale) : difference(first.scale, second.scale, scale)
      let layer = try sumLayer(first.scale, second.scale, to: scale, clamp, isSum: isSum, code)
      return add(layer, "add", operands, pending, scale, layer.reachableCodes ?? clamp, name)
    }
  }

  /// QLinearMul: the zero point is added in float32 before the rounding.
  private mutating func multiply(
    _ first: QuantizedReal, _ second: QuantizedReal, _ operands: [Operand], _ pending: QuantizedPending,
    to scale: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    let factor = first.scale.scale * second.scale.scale / scale.scale
    let rule = RequantizationRule.singlePrecision(
      scale: factor, addendBeforeRounding: scale.zeroPoint, zeroPoint: 0, clamp: clamp)
    guard let rule else { throw QuantizedProblem(.scale, factor, name) }
    let range = Self.products(
      builder[first.view.tensor].values, first.scale.zeroPoint, builder[second.view.tensor].values,
      second.scale.zeroPoint)
    let requantization = try proven([rule], over: [range], clamp: clamp)
    let product = Multiplication(
      output: requantization, firstZeroPoint: first.scale.zeroPoint, secondZeroPoint: second.scale.zeroPoint)
    return add(.multiplication(product), "mul", operands, pending, scale, requantization.reachableCodes, name)
  }

  /// An operation on an activation and a constant that is one number, or varies along one dimension.
  mutating func elementwise(
    _ node: GraphNode, _ operation: QuantizedBinary, _ real: QuantizedReal, _ constant: QuantizedConstant,
    isFirst: Bool
  ) throws(QuantizedProblem) -> QuantizedPending {
    guard real.tables == nil else { throw QuantizedProblem(.fusedActivation, node.plainOp, "a float function") }
    guard constant.scales.count == 1, constant.type.bits <= 8, real.scale.type.bits <= 8 else {
      throw QuantizedProblem(.precision, constant.type.rawValue)
    }
    let spread = try spread(node, real.view, constant.dimensions)
    let other = QuantizedScale(
      scale: constant.scales[0], zeroPoint: constant.zeroPoints[0], type: constant.type)
    var moved = real
    moved.view = spread.view
    moved.shape = spread.shape
    let codes = spread.order.map { constant.codes[$0] }
    return QuantizedPending(
      kind: .constant(operation, moved, other, codes: codes, isFirst: isFirst),
      shape: spread.shape ?? builder[spread.view.tensor].shape, layout: spread.view.layout, node: node.name,
      name: node.outputs.first ?? "")
  }

  /// QuantizeLinear of an operation with a constant: one table, or one for each channel.
  mutating func quantize(
    _ operation: QuantizedBinary, _ real: QuantizedReal, _ constant: QuantizedScale, codes: [Int], isFirst: Bool,
    _ pending: QuantizedPending, to scale: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    let (one, other) = isFirst ? (constant, real.scale) : (real.scale, constant)
    let code = try code(of: operation, one, other, scale)
    let tables = codes.map { fixed in
      real.scale.type.range.map { free in
        let found = isFirst ? code(fixed, free) : code(free, fixed)
        return Int32(min(max(found, clamp.lowerBound), clamp.upperBound))
      }
    }
    let operand = try operand(real.view, pending.shape, node: pending.node)
    let values = builder[real.view.tensor].values
    let least = real.scale.type.range.lowerBound
    let reachable = tables.flatMap { $0[values.lowerBound - least...values.upperBound - least] }
    let range = Int(reachable.min() ?? 0)...Int(reachable.max() ?? 0)
    return add(.lookup(Lookup(tables: tables)), "lookup", [operand], pending, scale, range, name)
  }

  private func code(
    of operation: QuantizedBinary, _ first: QuantizedScale, _ second: QuantizedScale, _ output: QuantizedScale
  ) throws(QuantizedProblem) -> (Int, Int) -> Int {
    switch operation {
    case .add: sum(first, second, output)
    case .subtract: difference(first, second, output)
    case .multiply: product(first, second, output)
    case .maximum: { max(output.code(of: first.real(of: $0)) ?? 0, output.code(of: second.real(of: $1)) ?? 0) }
    case .minimum: { min(output.code(of: first.real(of: $0)) ?? 0, output.code(of: second.real(of: $1)) ?? 0) }
    }
  }

  // MARK: - Formulas, before the clamp

  /// QLinearAdd on x86 with fused multiplications: `RNE(fma(a, ra, fma(b, rb, F)))`, `F = fl(z - fma(ra, za, fl(rb * zb)))`
  /// with `ra` and `rb` the scales over the output's. Measured over all pairs of 160 sets of parameters.
  private func sum(
    _ first: QuantizedScale, _ second: QuantizedScale, _ output: QuantizedScale
  ) -> (Int, Int) -> Int {
    let (one, other) = (first.scale / output.scale, second.scale / output.scale)
    let fixed = Float(output.zeroPoint) - (other * Float(second.zeroPoint)).addingProduct(one, Float(first.zeroPoint))
    return { a, b in Self.rounded(fixed.addingProduct(Float(b), other).addingProduct(Float(a), one)) }
  }

  /// Sub in float32 between DequantizeLinear and QuantizeLinear.
  private func difference(
    _ first: QuantizedScale, _ second: QuantizedScale, _ output: QuantizedScale
  ) -> (Int, Int) -> Int {
    { a, b in
      Self.rounded((first.real(of: a) - second.real(of: b)) / output.scale) + output.zeroPoint
    }
  }

  /// QLinearMul: `RNE(fl(fl(a * b * scale) + z))`.
  private func product(
    _ first: QuantizedScale, _ second: QuantizedScale, _ output: QuantizedScale
  ) -> (Int, Int) -> Int {
    let factor = first.scale * second.scale / output.scale
    return { a, b in
      Self.rounded(Float((a - first.zeroPoint) * (b - second.zeroPoint)) * factor + Float(output.zeroPoint))
    }
  }

  /// To the nearest integer, ties to even; far beyond all codes no further.
  private static func rounded(_ value: Float) -> Int {
    value.isNaN ? 0 : Int(min(max(value.rounded(.toNearestOrEven), -0x1p30), 0x1p30))
  }

  /// The table of an operation on all pairs of codes.
  private func table(
    _ first: QuantizedScale, _ second: QuantizedScale, _ clamp: ClosedRange<Int>, _ code: (Int, Int) -> Int
  ) -> [Int16] {
    first.type.range.flatMap { a in
      second.type.range.map { Int16(clamping: min(max(code(a, $0), clamp.lowerBound), clamp.upperBound)) }
    }
  }

  /// A sum or difference as a layer that equals the table on all pairs.
  private func sumLayer(
    _ first: QuantizedScale, _ second: QuantizedScale, to output: QuantizedScale, _ clamp: ClosedRange<Int>,
    isSum: Bool, _ code: (Int, Int) -> Int
  ) throws(QuantizedProblem) -> Operation {
    guard output.type.bits <= 8 else { throw QuantizedProblem(.precision, output.type.rawValue) }
    let codes = table(first, second, clamp, code)
    // Of scales that are powers of two: their many ties, which go to even codes, no single line rounds.
    if let found = exactAddition(first, second, to: output, clamp, isSum: isSum, codes) { return .addition(found) }
    let one = Double(first.scale) / Double(output.scale)
    let other = (isSum ? 1 : -1) * Double(second.scale) / Double(output.scale)
    let offset = Double(output.zeroPoint) - one * Double(first.zeroPoint) - other * Double(second.zeroPoint)
    return .sum(
      first: first.type.range, second: second.type.range, clamp: clamp, output: output.type, codes: codes,
      slopes: PairwiseSlopes(first: one, second: other, offset: offset))
  }

  /// `clip(RNE((a * A + b * B) / D) + z)` in integers, where it gives the whole table; nil where it does not.
  private func exactAddition(
    _ first: QuantizedScale, _ second: QuantizedScale, to output: QuantizedScale, _ clamp: ClosedRange<Int>,
    isSum: Bool, _ codes: [Int16]
  ) -> Addition? {
    let ratios = [first.scale / output.scale, second.scale / output.scale]
    guard ratios.allSatisfy({ $0.isNormal }),
      let least = ratios.map({ Int($0.exponent) - $0.significandWidth }).min(), (-24...0).contains(least)
    else { return nil }
    let divisor = 1 << -least
    let factors = ratios.compactMap { Int(exactly: Double($0) * Double(divisor)) }
    guard factors.count == 2, factors.allSatisfy({ $0 <= 1 << 20 }) else { return nil }
    let factor = (first: factors[0], second: isSum ? factors[1] : -factors[1])
    let rule = RequantizationRule([
      .divide(by: divisor, rounding: .halfEven), .affine(scale: 1, offset: output.zeroPoint), .clamp(clamp),
    ])
    var index = 0
    for a in first.type.range {
      for b in second.type.range {
        let sum = (a - first.zeroPoint) * factor.first + (b - second.zeroPoint) * factor.second
        guard rule.evaluate(sum) == Int(codes[index]) else { return nil }
        index += 1
      }
    }
    let wide = ElementType.int32.range
    let operands = [(first, factor.first), (second, factor.second)].compactMap { scale, factor in
      let codes = scale.type.range
      let range = codes.lowerBound - scale.zeroPoint...codes.upperBound - scale.zeroPoint
      let rule = RequantizationRule([.affine(scale: factor, offset: 0), .clamp(wide)])
      return try? Requantization(rules: [rule], accumulators: [range], clamp: wide)
    }
    guard operands.count == 2 else { return nil }
    let reach = operands.map(\.reachableCodes)
    let sums = reach[0].lowerBound + reach[1].lowerBound...reach[0].upperBound + reach[1].upperBound
    guard let result = try? Requantization(rules: [rule], accumulators: [sums], clamp: clamp) else { return nil }
    return Addition(
      first: operands[0], second: operands[1], output: result, firstZeroPoint: first.zeroPoint,
      secondZeroPoint: second.zeroPoint)
  }
}

extension Operation {
  /// The codes that an addition or a function of two codes can give; nil for others.
  fileprivate var reachableCodes: ClosedRange<Int>? {
    switch self {
    case .addition(let addition): addition.output.reachableCodes
    case .pairwise(let pairwise):
      pairwise.codes.min().flatMap { low in pairwise.codes.max().map { Int(low)...Int($0) } }
    default: nil
    }
  }
}
