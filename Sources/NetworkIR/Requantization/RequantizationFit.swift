/// A form with its coefficients, proven equal to a rule over a range of accumulators.
package struct RequantizationFit: Equatable, Sendable {
  package var form: RequantizationForm
  package var coefficients: RequantizationCoefficients

  package init(form: RequantizationForm, coefficients: RequantizationCoefficients) {
    self.form = form
    self.coefficients = coefficients
  }

  /// The form of least cost for which exact coefficients are found.
  package static func cheapest(
    for rule: RequantizationRule, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>
  ) -> RequantizationFit? {
    FormSearch(rule, over: accumulators, clamp: clamp)?.cheapest()
  }

  /// Coefficients of one form that are proven exact, or nil.
  package static func exact(
    in form: RequantizationForm, for rule: RequantizationRule, over accumulators: ClosedRange<Int>,
    clamp: ClosedRange<Int>
  ) -> RequantizationFit? {
    FormSearch(rule, over: accumulators, clamp: clamp)?.exact(in: form)
  }

  /// Proves that the form equals the rule on every accumulator of the range.
  package func equals(_ rule: RequantizationRule, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>) -> Bool
  {
    StepFunction(rule, over: accumulators, clamp: clamp).map(equals) ?? false
  }

  /// Proves that the form equals a step function everywhere.
  ///
  /// Between two neighbouring steps the function is constant. The form without its exceptions is monotone, on each side
  /// of zero where it has a sign term, and so are the magnitudes of its intermediate values. So equality at the ends, on
  /// both sides of every step and of zero, and at every exception and its neighbours is equality everywhere.
  func equals(_ steps: StepFunction) -> Bool {
    guard isWellFormed, hasSortedThresholds else { return false }
    func agrees(_ x: Int, _ code: Int) -> Bool { self.code(of: steps.accumulator(x), clamp: steps.clamp) == code }
    guard agrees(steps.domain.lowerBound, steps.firstCode), agrees(steps.domain.upperBound, steps.lastCode) else {
      return false
    }
    var before = steps.firstCode
    for (position, code) in zip(steps.positions, steps.codes) {
      guard agrees(position - 1, before), agrees(position, code) else { return false }
      before = code
    }
    let irregular = coefficients.exceptions.flatMap { Int($0.accumulator) - 1...Int($0.accumulator) + 1 }
    return (irregular + [-1, 0]).map(steps.accumulator)
      .allSatisfy { !steps.domain.contains($0) || agrees($0, steps.code(of: $0)) }
  }

  private var hasSortedThresholds: Bool {
    zip(coefficients.thresholds, coefficients.thresholds.dropFirst()).allSatisfy { $0 <= $1 }
  }
}

extension RequantizationRule {
  /// Every step is monotone by construction, and so is their chain.
  var isMonotone: Bool {
    steps.allSatisfy { step in
      switch step {
      case .affine, .clamp, .singlePrecision: true
      case .divide(let divisor, _): divisor > 0
      case .doublingMultiply(let multiplier, _): multiplier >= 0
      case .thresholds(_, let thresholds): zip(thresholds, thresholds.dropFirst()).allSatisfy { $0 <= $1 }
      }
    }
  }
}
