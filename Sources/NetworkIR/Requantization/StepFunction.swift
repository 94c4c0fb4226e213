/// A rule over its accumulators as what it is, a rising step function: the complete description that forms are fitted to
/// and proven against.
///
/// The argument is `x`, the accumulator, or its negative where the rule falls.
struct StepFunction {
  let isMirrored: Bool
  /// The arguments that can occur.
  let domain: ClosedRange<Int>
  let clamp: ClosedRange<Int>
  /// The code of the least argument.
  let firstCode: Int
  /// Arguments whose code is greater than that of the one before, rising.
  private(set) var positions: [Int] = []
  /// The code from each position on.
  private(set) var codes: [Int] = []

  var lastCode: Int { codes.last ?? firstCode }
  /// The accumulator that an argument stands for, and the other way round.
  func accumulator(_ x: Int) -> Int { isMirrored ? -x : x }

  /// The code of an argument in the domain.
  func code(of x: Int) -> Int {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? firstCode : codes[low - 1]
  }

  /// Accumulators and codes beyond these are none of a quantized network, and products of them would leave 64 bits.
  private static let widestAccumulators = -(1 << 40)...1 << 40
  private static let widestCodes = -(1 << 33)...1 << 33
  /// Steps of 16-bit codes.
  private static let mostSteps = 1 << 16

  /// Evaluates the rule on both sides of every step.
  ///
  /// A rule is monotone and so are the magnitudes of its intermediate values between their extremes, so that what holds
  /// at the ends and on both sides of every step holds everywhere.
  ///
  /// - Returns: nil where the rule is not monotone, has no value, or has too many steps to look at.
  init?(_ rule: RequantizationRule, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>) {
    guard Self.widestAccumulators.contains(accumulators), Self.widestCodes.contains(clamp),
      let low = rule.evaluate(accumulators.lowerBound),
      let high = rule.evaluate(accumulators.upperBound), Self.widestCodes.contains(low), Self.widestCodes.contains(high)
    else { return nil }
    isMirrored = high < low
    domain = isMirrored ? -accumulators.upperBound...(-accumulators.lowerBound) : accumulators
    self.clamp = clamp
    firstCode = min(low, high)
    let rise = abs(high - low)
    if domain.count <= max(2 * rise, 64), domain.count <= 2 * Self.mostSteps {
      guard appendEveryArgument(of: rule) else { return nil }
    } else {
      guard rule.isMonotone, rise <= Self.mostSteps, appendSteps(of: rule, upTo: max(low, high)) else { return nil }
    }
  }

  /// Looks at each argument; false where the rule falls or has no value.
  private mutating func appendEveryArgument(of rule: RequantizationRule) -> Bool {
    var last = firstCode
    for x in domain {
      guard let code = rule.evaluate(accumulator(x)), code >= last else { return false }
      if code > last {
        positions.append(x)
        codes.append(code)
        last = code
      }
    }
    return true
  }

  /// Looks for the step to each code; false where the rule has no value.
  private mutating func appendSteps(of rule: RequantizationRule, upTo lastCode: Int) -> Bool {
    positions.reserveCapacity(lastCode - firstCode)
    codes.reserveCapacity(lastCode - firstCode)
    var bracket = Bracket(low: domain.lowerBound, high: domain.upperBound, code: lastCode)
    while self.lastCode < lastCode {
      let target = self.lastCode + 1
      let guess = rule.guess(reaching: target)
      bracket.high = domain.upperBound
      bracket.code = lastCode
      guard bracket.narrow(to: target, from: isMirrored ? 1 - guess : guess, { rule.evaluate(accumulator($0)) })
      else { return false }
      positions.append(bracket.high)
      codes.append(bracket.code)
      bracket.low = bracket.high
    }
    return true
  }
}

/// Where a step lies: after `low`, at `high` at the latest.
private struct Bracket {
  var low: Int
  var high: Int
  /// Of `high`.
  var code: Int

  /// Makes `high` the least argument whose code is at least `target`, which it is at `high` and not at `low`: gallops
  /// away from the guess until the step lies between, then bisects.
  mutating func narrow(to target: Int, from guess: Double, _ evaluate: (Int) -> Int?) -> Bool {
    var stride = 0
    var isBracketed = false
    var wentDown = false
    while high - low > 1 {
      let middle: Int
      if isBracketed {
        middle = low + (high - low) / 2
      } else if stride == 0 {
        // Comparisons with a guess that is no number are false.
        middle = guess > Double(low) ? guess < Double(high) ? max(Int(guess), low + 1) : high - 1 : low + 1
      } else {
        middle = wentDown ? max(high - stride, low + 1) : min(low + stride, high - 1)
      }
      guard let found = evaluate(middle) else { return false }
      let isReached = found >= target
      if isReached { (high, code) = (middle, found) } else { low = middle }
      isBracketed = isBracketed || stride > 0 && isReached != wentDown
      wentDown = isReached
      stride = max(2 * stride, 1)
    }
    return true
  }
}

extension RequantizationRule {
  /// About the least accumulator with a code of at least `code`; where the rule falls, one more than the greatest.
  func guess(reaching code: Int) -> Double {
    steps.reversed().reduce(Double(code)) { $1.guess(reaching: $0) }
  }

  /// About how much a code rises from one accumulator to the next, or nil where that is no one number.
  var slope: Double? {
    var slope = 1.0
    for step in steps {
      switch step {
      case .affine(let scale, _): slope *= Double(scale)
      case .divide(let divisor, _): slope /= Double(divisor)
      case .doublingMultiply(let multiplier, let shift): slope *= Double(multiplier) * .powerOfTwo(shift - 31)
      case .singlePrecision(let significand, let exponent, _): slope *= Double(significand) * .powerOfTwo(-exponent)
      case .thresholds: return nil
      case .clamp: continue
      }
    }
    return slope
  }
}

extension RequantizationStep {
  /// About the least input whose result is at least `target`; for a falling step, one more than the greatest.
  fileprivate func guess(reaching target: Double) -> Double {
    switch self {
    case .affine(let scale, let offset):
      let quotient = (target - Double(offset)) / Double(scale)
      return scale > 0 ? quotient.ceiling : 1 - (-quotient).ceiling
    case .divide(let divisor, let rounding):
      switch rounding {
      case .floor: return target * Double(divisor)
      case .truncate: return target > 0 ? target * Double(divisor) : (target - 1) * Double(divisor) + 1
      case .halfUp, .halfEven, .halfAway: return ((target - 0.5) * Double(divisor)).ceiling
      }
    case .doublingMultiply(let multiplier, let shift):
      // The second rounding is away from zero.
      let high = shift < 0 ? (target - 0.5) * .powerOfTwo(-shift) + (target > 0 ? 0 : 1) : target
      return ((high - 0.5) * .powerOfTwo(31 - max(shift, 0)) / Double(multiplier)).ceiling
    case .singlePrecision(let significand, let exponent, let addend):
      return ((target - 0.5 - Double(addend)) * .powerOfTwo(exponent) / Double(significand)).ceiling
    case .thresholds(let lowest, let thresholds):
      guard target > Double(lowest) else { return -.infinity }
      guard target <= Double(lowest) + Double(thresholds.count) else { return .infinity }
      return Double(thresholds[Int(target) - lowest - 1])
    case .clamp(let bounds):
      return target <= Double(bounds.lowerBound) ? -.infinity : target > Double(bounds.upperBound) ? .infinity : target
    }
  }
}

extension Double {
  /// The least integer that is not less, as far as it matters: numbers past 2^53 are integers or none at all.
  fileprivate var ceiling: Double {
    guard magnitude < 0x1p53 else { return self }
    let truncated = Double(Int(self))
    return truncated < self ? truncated + 1 : truncated
  }

  /// 2 to some power; 0 or infinity far outside the range of numbers.
  fileprivate static func powerOfTwo(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: min(max(exponent, -2000), 2000), significand: 1)
  }
}
