import NetworkIR

/// What the file computes of the accumulators of one channel, exactly: a chain of monotone steps.
struct QONNXFunction: Sendable {
  private enum Step: Sendable {
    /// `x * factor + addend`
    case affine(factor: ExactNumber, addend: ExactNumber)
    /// `x / divisor`, which is not 0.
    case divide(by: ExactNumber)
    /// The nearest number within bounds; nil: none on that side.
    case clip(ExactNumber?, ExactNumber?)
    /// `x < 0 ? x * slope : x`; the slope is not negative.
    case leak(slope: ExactNumber)
  }

  private var steps: [Step] = []
  /// Whether greater accumulators have lesser numbers.
  private(set) var isFalling = false
  /// Slope and offset of the steps without their bounds, to propose coefficients from.
  private(set) var slope = 1.0
  private(set) var offset = 0.0
  /// The sum of the magnitudes of all that was added up to `offset`.
  private(set) var offsetMagnitude = 0.0

  /// The accumulator itself.
  init() {}

  /// The accumulator in units of a positive number.
  init(unit: ExactNumber) { append(factor: unit, addend: .zero) }

  /// Most bits of an exact factor: far more than any network that was trained needs.
  static let mostBits = 4_096

  /// False where the numbers became longer than `mostBits`.
  var isShort: Bool {
    steps.allSatisfy { step in
      guard case .affine(let factor, let addend) = step else { return true }
      return factor.bits <= Self.mostBits && addend.bits <= Self.mostBits
    }
  }

  /// Whether the result is `slope` times the accumulator plus `offset`, whatever the accumulator.
  var isAffine: Bool {
    steps.allSatisfy { step in
      switch step {
      case .affine, .divide: true
      case .clip, .leak: false
      }
    }
  }

  mutating func append(factor: ExactNumber, addend: ExactNumber) {
    if factor.signum < 0 { isFalling.toggle() }
    slope *= factor.approximation
    offset = offset * factor.approximation + addend.approximation
    offsetMagnitude = offsetMagnitude * abs(factor.approximation) + abs(addend.approximation)
    if case .affine(let first, let second) = steps.last {
      steps[steps.count - 1] = .affine(factor: first * factor, addend: second * factor + addend)
    } else {
      steps.append(.affine(factor: factor, addend: addend))
    }
  }

  /// Puts `x * factor + addend` in front of all steps.
  mutating func prepend(factor: ExactNumber, addend: ExactNumber) {
    if factor.signum < 0 { isFalling.toggle() }
    offset += slope * addend.approximation
    offsetMagnitude += abs(slope * addend.approximation)
    slope *= factor.approximation
    steps.insert(.affine(factor: factor, addend: addend), at: 0)
  }

  /// The same function of accumulators in another unit.
  func preceded(by unit: ExactNumber) -> QONNXFunction {
    var result = self
    result.prepend(factor: unit, addend: .zero)
    return result
  }

  mutating func divide(by divisor: ExactNumber) {
    if divisor.signum < 0 { isFalling.toggle() }
    slope /= divisor.approximation
    offset /= divisor.approximation
    offsetMagnitude /= abs(divisor.approximation)
    steps.append(.divide(by: divisor))
  }

  mutating func clip(_ lower: ExactNumber?, _ upper: ExactNumber?) { steps.append(.clip(lower, upper)) }

  mutating func leak(slope: ExactNumber) { steps.append(.leak(slope: slope)) }

  /// For which accumulators the result is at least some number.
  enum Reach: Sendable {
    case always, never
    /// `factor * accumulator + addend` is positive, or zero where that is not excluded.
    case linear(factor: ExactNumber, addend: ExactNumber, isExcluded: Bool)

    func contains(_ accumulator: Int) -> Bool {
      switch self {
      case .always: return true
      case .never: return false
      case .linear(let factor, let addend, let isExcluded):
        let sign = (factor * ExactNumber(accumulator) + addend).signum
        return isExcluded ? sign > 0 : sign >= 0
      }
    }

    /// The accumulator near which the answer changes.
    var estimate: Double? {
      guard case .linear(let factor, let addend, _) = self else { return nil }
      return -addend.approximation / factor.approximation
    }
  }

  /// The accumulators whose result is at least `number`, or more where that is excluded.
  func reach(of number: ExactNumber, isExcluded: Bool) -> Reach {
    var (factor, addend) = (ExactNumber.one, -number)
    func holds(_ place: ExactNumber) -> Bool {
      let sign = (factor * place + addend).signum
      return isExcluded ? sign > 0 : sign >= 0
    }
    for step in steps.reversed() {
      switch step {
      case .affine(let more, let offset): (factor, addend) = (factor * more, factor * offset + addend)
      case .divide(let divisor):
        if divisor.signum < 0 { factor = -factor }
        addend = addend * (divisor.signum < 0 ? -divisor : divisor)
      case .clip(let lower, let upper):
        // The end at which the result is least likely to reach the number, and the one where it is likeliest.
        let (worst, best) = factor.signum > 0 ? (lower, upper) : (upper, lower)
        if let worst, holds(worst) { return .always }
        if let best, !holds(best) { return .never }
      case .leak(let slope):
        if holds(.zero) == (factor.signum > 0) { factor = factor * slope }
      }
      if factor.signum == 0 { return holds(.zero) ? .always : .never }
    }
    return .linear(factor: factor, addend: addend, isExcluded: isExcluded)
  }

  /// The rule that gives a quantizer's codes for all accumulators of a range: thresholds.
  func rule(
    _ quantizer: QONNXQuantizer, channel: Int, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>
  ) -> RequantizationRule {
    // A falling function rises with the negated accumulator.
    let sign = isFalling ? -1 : 1
    let range = isFalling ? -accumulators.upperBound...(-accumulators.lowerBound) : accumulators
    var lowest = quantizer.codes.lowerBound
    var thresholds: [Int] = []
    for code in quantizer.codes.dropFirst() {
      guard let boundary = quantizer.boundary(of: code, channel: channel) else { break }
      let reach = reach(of: boundary.number, isExcluded: boundary.isExcluded)
      guard let first = Self.first(in: range, sign: sign, of: reach) else { break }
      if first == range.lowerBound { lowest = code } else { thresholds.append(first) }
    }
    let steps: [RequantizationStep] = [.thresholds(lowest: lowest, thresholds), .clamp(clamp)]
    return RequantizationRule(isFalling ? [.affine(scale: -1, offset: 0)] + steps : steps)
  }

  /// The first number of a range that reaches, counted in the direction in which the function rises; nil for none.
  static func first(in range: ClosedRange<Int>, sign: Int, of reach: Reach) -> Int? {
    if reach.contains(sign * range.lowerBound) { return range.lowerBound }
    guard reach.contains(sign * range.upperBound) else { return nil }
    var (low, high) = (range.lowerBound, range.upperBound)
    // Between `low`, which does not reach, and `high`, which does: the estimate is off by its rounding only.
    if let estimate = reach.estimate, estimate.isFinite, abs(estimate) < 0x1p62 {
      let guess = sign * Int(estimate)
      for place in [guess - 2, guess - 1, guess, guess + 1, guess + 2] where place > low && place < high {
        if reach.contains(sign * place) { high = place } else { low = place }
      }
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if reach.contains(sign * middle) { high = middle } else { low = middle }
    }
    return high
  }
}
