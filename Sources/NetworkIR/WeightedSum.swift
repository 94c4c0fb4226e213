/// A weighted sum of two operands: `clip((x1 * first + x2 * second + offset) >> shift)`. Which loop computes it depends on
/// how many bits its numbers need.
struct WeightedSum {
  var types: [ElementType]
  var output: ElementType
  var first: Int
  var second: Int
  var offset: Int
  /// 0...62
  var shift: Int
  var clamp: ClosedRange<Int>

  /// The same sum of unsigned bytes, whose least code is 0.
  private var ofUnsigned: WeightedSum {
    var sum = self
    for (type, weight) in zip(types, [first, second]) where type == .int8 { sum.offset &-= 128 &* weight }
    sum.offset &-= clamp.lowerBound << shift
    sum.clamp = 0...clamp.upperBound - clamp.lowerBound
    return sum
  }

  /// Before the clip, for unsigned bytes.
  private var results: ClosedRange<Int> {
    let least = offset &+ 255 &* (min(first, 0) &+ min(second, 0))
    let greatest = offset &+ 255 &* (max(first, 0) &+ max(second, 0))
    return least >> shift...greatest >> shift
  }

  /// The fastest loop that is right for all codes; nil where none is.
  var loop: WordLoop? {
    guard types.allSatisfy({ $0 == .uint8 || $0 == .int8 }) else { return nil }
    return ofUnsigned.loopOfUnsigned
  }

  private var loopOfUnsigned: WordLoop? {
    let results = results
    let isNarrow =
      first.fits(bits: 16) && second.fits(bits: 16) && shift < 31 && offset.fits(bits: 32)
      && results.fits(bits: 32 - shift)
    if output.bits == 16 && isNarrow { return .halves }
    guard output == .uint8 || output == .int8 else { return nil }
    if isScaled(results) {
      return results.lowerBound >= 0 && types.allSatisfy { $0 == .uint8 } ? .positive : .scaled
    }
    if isNarrow { return .narrow }
    let isWide =
      (15...46).contains(shift) && first.fits(bits: 31) && second.fits(bits: 31) && offset.fits(bits: 47)
      && results.fits(bits: 47 - shift)
    return isWide ? .wide : nil
  }

  /// For a single operand of 16 bits. `isProven` says that 32 bits hold the sums of all codes that occur, as they are.
  func loopOfHalfwords(isProven: Bool) -> WordLoop? {
    guard output == .uint8 || output == .int8, first.fits(bits: 16), shift <= 30, offset.fits(bits: 40) else {
      return nil
    }
    if isProven && clamp.lowerBound == 0 { return .halfwords }
    let offset = offset - clamp.lowerBound << shift
    let ends = [types[0].range.lowerBound, types[0].range.upperBound].map { $0 * first + offset }
    return ([offset] + ends).allSatisfy { $0.fits(bits: 32) } ? .halfwords : nil
  }

  /// Whether halves hold everything when the shift is 15: the weights, and results with what the offset has too much when
  /// it comes as an upper byte of one of the operands.
  private func isScaled(_ results: ClosedRange<Int>) -> Bool {
    guard shift <= 15, first.fits(bits: 32), second.fits(bits: 32), offset.fits(bits: 40) else { return false }
    let weights = [first << (15 - shift), second << (15 - shift)]
    let offset = offset << (15 - shift)
    guard weights.allSatisfy({ abs($0) <= Int(Int16.max) }) else { return false }
    guard let (weight, byte) = Self.upperByte(weights, offset) else { return false }
    let surplus = (256 * byte * weight - offset) >> 15
    return [surplus, results.lowerBound + surplus, results.upperBound + surplus, clamp.upperBound + surplus]
      .allSatisfy { $0.fits(bits: 16) }
  }

  /// A weight and the byte of least magnitude for which `256 * byte * weight` equals the offset but for multiples of 2^15.
  private static func upperByte(_ weights: [Int], _ offset: Int) -> (weight: Int, byte: Int)? {
    let bytes = [0] + (1..<64).flatMap { [-$0, $0] } + [-64]
    for weight in weights {
      if let byte = bytes.first(where: { (256 * $0 * weight - offset) & 0x7fff == 0 }) { return (weight, byte) }
    }
    return nil
  }
}

extension Operation {
  /// The loop over words of four elements that computes an element-wise layer of operands and an output of such types; nil
  /// for layers that have none.
  package func wordLoop(inputs: [ElementType], output: ElementType) -> WordLoop? {
    let areBytes = (inputs + [output]).allSatisfy { $0 == .uint8 || $0 == .int8 }
    switch self {
    case .addition(let addition):
      if !addition.isAffine, areBytes, let form = addition.affineForm() {
        return Self.pairwise(form).wordLoop(inputs: inputs, output: output)
      }
      return addition.weightedSum(inputs, output)?.loop ?? (addition.isShifted(inputs, output) ? .shifted : nil)
    case .pairwise(let pairwise):
      guard let numbers = pairwise.coefficients, numbers.product == 0, pairwise.exceptions.isEmpty else { return nil }
      let sum = WeightedSum(
        types: inputs, output: output, first: numbers.first, second: numbers.second, offset: numbers.offset,
        shift: numbers.shift, clamp: pairwise.clamp)
      return sum.loop
    case .rescale(let rule, let zeroPoint):
      guard rule.form == .rq32 || rule.form == .rq64 else { return nil }
      let numbers = rule.coefficients(channel: 0)
      let sum = WeightedSum(
        types: inputs + inputs, output: output, first: Int(numbers.multiplier), second: 0,
        offset: Int(numbers.offset) &- zeroPoint &* Int(numbers.multiplier), shift: numbers.shift, clamp: rule.clamp)
      return inputs.allSatisfy { $0.bits == 16 } ? sum.loopOfHalfwords(isProven: rule.form == .rq32) : sum.loop
    case .extremum: return areBytes && Set(inputs + [output]).count == 1 ? .extremum : nil
    case .lookup(let lookup): return areBytes && lookup.tables.count == 1 ? .lookup : nil
    case .convolution, .multiplication, .pooling, .softmax, .tableSoftmax, .argumentMaximum, .matrixProduct, .movement:
      return nil
    }
  }
}

extension Addition {
  /// As one sum with one rounding; nil where an operand is rounded or clamped before the sum.
  fileprivate func weightedSum(_ inputs: [ElementType], _ type: ElementType) -> WeightedSum? {
    let terms = zip(inputs, [(first, firstZeroPoint), (second, secondZeroPoint)]).map { type, term in
      term.0.weight(of: type, zeroPoint: term.1)
    }
    guard output.form == .rq32 || output.form == .rq64, let first = terms[0], let second = terms[1] else { return nil }
    let numbers = output.coefficients(channel: 0)
    let multiplier = Int(numbers.multiplier)
    return WeightedSum(
      types: inputs, output: type, first: first.weight &* multiplier, second: second.weight &* multiplier,
      offset: (first.offset &+ second.offset) &* multiplier &+ Int(numbers.offset), shift: numbers.shift,
      clamp: output.clamp)
  }
}

extension Addition {
  /// Whether each operand is scaled and rounded by itself, in 16 bits, and their sum is clipped only.
  fileprivate func isShifted(_ inputs: [ElementType], _ type: ElementType) -> Bool {
    let numbers = output.coefficients(channel: 0)
    return type.bits == 8 && output.form == .rq32 && numbers.multiplier == 1 && numbers.shift == 0
      && Int(numbers.offset).fits(bits: 14) && first.isTerm(of: inputs[0], zeroPoint: firstZeroPoint)
      && second.isTerm(of: inputs[1], zeroPoint: secondZeroPoint)
  }
}

extension Requantization {
  /// Whether a rule of 8-bit codes shifts by 15 bits at most, by a multiplier that has 16 when it is 15.
  fileprivate func isTerm(of type: ElementType, zeroPoint: Int) -> Bool {
    let numbers = coefficients(channel: 0)
    guard type.bits == 8, form == .rq32, numbers.shift <= 15, Int(numbers.offset).fits(bits: 40) else { return false }
    let unit = 1 << (15 - numbers.shift)
    let lowest = type.range.lowerBound - zeroPoint
    let ends = [lowest, lowest + 255].map { ($0 * Int(numbers.multiplier) + Int(numbers.offset)) >> numbers.shift }
    let offset = (Int(numbers.offset) + lowest * Int(numbers.multiplier)) * unit
    return ends.allSatisfy(clamp.contains) && (Int(numbers.multiplier) * unit).fits(bits: 16)
      && (offset >> 15).fits(bits: 14)
  }

  /// Weight of a code of 8 bits, and the offset that comes with it; nil where the rule does more.
  fileprivate func weight(of type: ElementType, zeroPoint: Int) -> (weight: Int, offset: Int)? {
    let numbers = coefficients(channel: 0)
    guard form == .rq32, numbers.shift == 0, type.bits == 8 else { return nil }
    let weight = Int(numbers.multiplier)
    let offset = Int(numbers.offset) - zeroPoint * weight
    let ends = [type.range.lowerBound, type.range.upperBound].map { $0 * weight + offset }
    return ends.allSatisfy(clamp.contains) ? (weight, offset) : nil
  }
}

extension Int {
  /// Whether a number of so many bits with a sign can hold it.
  fileprivate func fits(bits: Int) -> Bool { self >= -(1 << (bits - 1)) && self < 1 << (bits - 1) }
}

extension ClosedRange<Int> {
  fileprivate func fits(bits: Int) -> Bool { lowerBound.fits(bits: bits) && upperBound.fits(bits: bits) }
}
