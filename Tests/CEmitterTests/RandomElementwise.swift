import Foundation
import NetworkIR

/// Layers of one or two operands element by element.
extension RandomNetwork {
  mutating func appendAddition() {
    let (input, other) = pair()
    let type = anyType()
    let clamp = clamp(type)
    guard let first = operand(network[input.tensor].values), let second = operand(network[other.tensor].values)
    else { return }
    let sums = first.codes.lowerBound + second.codes.lowerBound...first.codes.upperBound + second.codes.upperBound
    let spread = Double(clamp.count) / Double(sums.count) * 1.3
    let rule = RequantizationRule([
      doublingMultiply(spread), .affine(scale: 1, offset: random.number(clamp)), .clamp(clamp),
    ])
    guard let output = try? Requantization(rules: [rule], accumulators: [sums], clamp: clamp) else { return }
    let addition = Addition(
      first: first.rule, second: second.rule, output: output, firstZeroPoint: first.zeroPoint,
      secondZeroPoint: second.zeroPoint)
    append(
      .addition(addition), .addition, inputs: [input, other], shape: input.shape, type: type, values: clamp)
  }

  /// An operand of TensorFlow Lite's kind: 20 fractional bits, times a factor of at most 1/2.
  private mutating func operand(
    _ values: ClosedRange<Int>
  ) -> (rule: Requantization, zeroPoint: Int, codes: ClosedRange<Int>)? {
    let wide = Int(Int32.min)...Int(Int32.max)
    let zeroPoint = random.number(values)
    let differences = values.lowerBound - zeroPoint...values.upperBound - zeroPoint
    let multiplier = Int32(random.number(1 << 30...(1 << 31) - 1))
    let steps: [RequantizationStep] = [
      .affine(scale: 1 << 20, offset: 0), .doublingMultiply(multiplier: multiplier, shift: -random.number(0...3)),
      .clamp(wide),
    ]
    let rule = RequantizationRule(steps)
    guard let low = rule.evaluate(differences.lowerBound), let high = rule.evaluate(differences.upperBound),
      let proven = try? Requantization(rules: [rule], accumulators: [differences], clamp: wide)
    else { return nil }
    return (proven, zeroPoint, low...high)
  }

  mutating func appendMultiplication() {
    let (first, second) = pair()
    let zeroPoints = [random.number(network[first.tensor].values), random.number(network[second.tensor].values)]
    let corners = [network[first.tensor].values, network[second.tensor].values]
    let products = [corners[0].lowerBound, corners[0].upperBound].flatMap { a in
      [corners[1].lowerBound, corners[1].upperBound].map { (a - zeroPoints[0]) * ($0 - zeroPoints[1]) }
    }
    let type = anyType()
    let clamp = clamp(type)
    guard let low = products.min(), let high = products.max(), let rule = requantization([low...high], clamp)
    else { return }
    append(
      .multiplication(
        Multiplication(output: rule, firstZeroPoint: zeroPoints[0], secondZeroPoint: zeroPoints[1])),
      .multiplication, inputs: [first, second], shape: first.shape, type: type, values: clamp)
  }

  mutating func appendExtremum(_ kind: LayerKind) {
    let (first, second) = pair()
    let type = ElementType.int16
    let values = (network[first.tensor].values, network[second.tensor].values)
    let low = min(values.0.lowerBound, values.1.lowerBound)
    let clamp = low + random.number(0...1)...max(values.0.upperBound, values.1.upperBound)
    append(
      .extremum(Extremum(kind: kind == .greater ? .maximum : .minimum, clamp: clamp)), kind,
      inputs: [first, second], shape: first.shape, type: type, values: clamp)
  }

  /// An affine function of both codes and their product, with some pairs changed.
  mutating func appendPairwise() {
    let (first, second) = pair()
    let ranges = (network[first.tensor].type.range, network[second.tensor].type.range)
    let type = random.choice([ElementType.int8, .uint8, .int4, .uint2])
    let clamp = clamp(type)
    let coefficients = PairwiseCoefficients(
      first: random.number(-900...900) << 20, second: random.number(-900...900) << 20,
      product: random.number(-9...9) << 20, offset: random.number(clamp) << 30, shift: 30)
    let changed = Set((0..<20).map { _ in random.number(0...ranges.0.count * ranges.1.count - 1) })
    var codes: [Int16] = []
    for a in ranges.0 {
      for b in ranges.1 {
        let code = min(max(coefficients.evaluate(a, b) ?? 0, clamp.lowerBound), clamp.upperBound)
        let other = code == clamp.lowerBound ? code + 1 : code - 1
        codes.append(Int16(changed.contains(codes.count) ? other : code))
      }
    }
    let pairwise = Pairwise(
      first: ranges.0, second: ranges.1, clamp: clamp, codes: codes, coefficients: coefficients)
    guard let pairwise else { return }
    append(
      .pairwise(pairwise), .pairwise, inputs: [first, second], shape: first.shape, type: type, values: clamp)
  }

  mutating func appendRescale() {
    let input = latest()
    let type = anyType()
    let clamp = clamp(type)
    let zeroPoint = random.number(-130...300)
    let values = network[input.tensor].values
    let differences = values.lowerBound - zeroPoint...values.upperBound - zeroPoint
    guard let rule = requantization([differences], clamp) else { return }
    append(
      .rescale(rule, inputZeroPoint: zeroPoint), .rescale, inputs: [input], shape: input.shape, type: type,
      values: clamp)
  }

  mutating func appendLookup(_ kind: LayerKind) {
    let input = latest(bits: 8)
    let type = anyType()
    let clamp = clamp(type)
    let entries = network[input.tensor].type.range.count
    let tables = (0..<(kind == .lookup ? 1 : input.shape.channels)).map { _ in
      (0..<entries).map { _ in Int32(random.number(clamp)) }
    }
    append(
      .lookup(Lookup(tables: tables)), kind, inputs: [input], shape: input.shape, type: type, values: clamp)
  }

  mutating func appendSoftmax() {
    let input = latest(bits: 8)
    let type = random.choice([ElementType.int8, .uint8, .uint4])
    let decay = Double(random.number(1...200)) / 1000
    let codes = network[input.tensor].type.range.count
    let exponentials = (0..<codes).map { Int32(exp(-decay * Double($0)) * 0x1p30) }
    let shift = random.number(0...3)
    let softmax = TableSoftmax(
      exponentials: exponentials, multiplier: Int32(type.range.count) << Int32(shift), shift: shift,
      zeroPoint: type.range.lowerBound, clamp: type.range)
    append(
      .tableSoftmax(softmax), .tableSoftmax, inputs: [input], shape: input.shape, type: type, values: type.range)
  }

  mutating func appendArgument() {
    let input = latest()
    let shape = Shape(height: input.shape.height, width: input.shape.width, channels: 1)
    append(
      .argumentMaximum(ArgumentMaximum(isMinimum: random.number(0...1) == 1)), .argument, inputs: [input],
      shape: shape, type: .int32, values: 0...input.shape.channels - 1)
  }
}
