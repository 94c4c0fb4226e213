/// The rule that turns accumulators into codes, and the integer arithmetic proven to equal it.
///
/// The *rules* say what the model file prescribes; the reference executor evaluates them literally. The *coefficients*
/// say what the generated C computes. `Requantization.init` accepts them only together with a proof that both agree
/// on every accumulator that can occur.
package struct Requantization: Equatable, Sendable {
  /// One for all channels, or one per output channel. A rule includes zero point and clamp: its result is the code.
  package var rules: [RequantizationRule]
  /// The codes that rules produce.
  package var clamp: ClosedRange<Int>
  package var form: RequantizationForm
  /// As many as there are rules.
  package var coefficients: [RequantizationCoefficients]

  /// The coefficients of a channel, whether there is one rule or one per channel.
  package func coefficients(channel: Int) -> RequantizationCoefficients {
    coefficients[coefficients.count == 1 ? 0 : channel]
  }

  /// The rule of a channel, whether there is one rule or one per channel.
  package func rule(channel: Int) -> RequantizationRule { rules[rules.count == 1 ? 0 : channel] }

  /// Finds the cheapest form that is exact for every rule over its accumulators, and proves it.
  ///
  /// - Parameters:
  ///   - rules: one, or one per output channel; each must end in a clamp to `clamp`.
  ///   - accumulators: the accumulators that can occur, one range per rule.
  ///   - clamp: the codes that the rules produce.
  /// - Throws: `RequantizationError` naming the first channel for which no form was proven.
  package init(
    rules: [RequantizationRule], accumulators: [ClosedRange<Int>], clamp: ClosedRange<Int>
  ) throws(RequantizationError) {
    precondition(rules.count == accumulators.count, "one accumulator range per rule")
    var weakest = RequantizationForm.rq32
    var fitted: [RequantizationFit] = []
    for (channel, rule) in rules.enumerated() {
      let fit = RequantizationFit.cheapest(for: rule, over: accumulators[channel], clamp: clamp)
      guard let fit else { throw .noExactForm(channel: channel, accumulators: accumulators[channel]) }
      fitted.append(fit)
      weakest = max(weakest, fit.form)
    }
    // One form per layer, so that the kernel has no branch: a channel that could do with less takes the wider one.
    let common = weakest
    var coefficients: [RequantizationCoefficients] = []
    for (channel, rule) in rules.enumerated() {
      let range = accumulators[channel]
      guard fitted[channel].form != common else { coefficients.append(fitted[channel].coefficients); continue }
      let widened = RequantizationFit.exact(in: common, for: rule, over: range, clamp: clamp)
      guard let widened else { throw .noExactForm(channel: channel, accumulators: range) }
      coefficients.append(widened.coefficients)
    }
    self.rules = rules
    self.clamp = clamp
    self.form = common
    self.coefficients = coefficients
  }
}

/// The shapes of integer arithmetic that kernels implement, cheapest first. `a` is the accumulator.
package enum RequantizationForm: String, Codable, Sendable, CaseIterable, Comparable {
  /// `clip((a * m + b) >> d)`, every intermediate inside 32 bits.
  case rq32
  /// `clip((a * m + b) >> d)` with a 64-bit product and sum.
  case rq64
  /// `clip(((a * m + b - (a < 0 ? t : 0)) >> d) + z)`, 64 bits: TensorFlow Lite's double rounding in closed form.
  case rq64s

  package static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .rq32: 0
    case .rq64: 1
    case .rq64s: 2
    }
  }
}

/// The numbers of one channel in some form:
/// `clip(((a * multiplier + offset - (a < 0 ? signTerm : 0)) >> shift) + zeroPoint)`.
package struct RequantizationCoefficients: Equatable, Hashable, Sendable {
  package var multiplier: Int32
  /// Includes rounding, and the zero point as far as 64 bits have room for it.
  package var offset: Int64
  /// 0...62
  package var shift: Int
  /// What is taken off for a negative accumulator; 0 in every form but `rq64s`.
  ///
  /// In `rq64s` it is 2^31 where two roundings follow each other, `2^(31 - k)` where all numbers of the channel are
  /// reduced by `2^k`, and 0 where there is one rounding.
  package var signTerm: Int64
  /// Added after the shift; 0 unless the shift is so wide, above 55, that the offset has no room for it.
  package var zeroPoint: Int32

  package init(multiplier: Int32, offset: Int64, shift: Int, signTerm: Int64 = 0, zeroPoint: Int32 = 0) {
    self.multiplier = multiplier
    self.offset = offset
    self.shift = shift
    self.signTerm = signTerm
    self.zeroPoint = zeroPoint
  }

  /// The sign term that a kernel derives from the shift where constants are stored per channel: double rounding shifts
  /// by 32 or more when nothing is reduced, a single one by 31 or less.
  package static func impliedSignTerm(shift: Int) -> Int64 { shift > 31 ? 1 << 31 : 0 }
}

/// Why a requantization could not be built.
package enum RequantizationError: Error, Equatable, Sendable {
  /// No supported form equals the rule on every accumulator of the range.
  case noExactForm(channel: Int, accumulators: ClosedRange<Int>)
}
