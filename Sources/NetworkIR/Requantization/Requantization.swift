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
  /// What each rule was proven for; as many as there are rules.
  package var accumulators: [ClosedRange<Int>]
  /// The cheapest form of each rule alone; as many as there are rules.
  package var cheapestForms: [RequantizationForm]

  /// Exceptions or thresholds that parameters have room for in every channel: the most that any channel has.
  package var entriesPerChannel: Int {
    coefficients.map { max($0.exceptions.count, $0.thresholds.count) }.max() ?? 0
  }

  /// The coefficients of a channel, whether there is one rule or one per channel.
  package func coefficients(channel: Int) -> RequantizationCoefficients {
    coefficients[coefficients.count == 1 ? 0 : channel]
  }

  /// The rule of a channel, whether there is one rule or one per channel.
  package func rule(channel: Int) -> RequantizationRule { rules[rules.count == 1 ? 0 : channel] }

  /// Finds the form of least cost that is exact for every rule over its accumulators, and proves it.
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
    let selection = try RequantizationSelection(rules: rules, accumulators: accumulators, clamp: clamp)
    self.rules = rules
    self.clamp = clamp
    self.form = selection.fits.first?.form ?? .rq32
    self.coefficients = selection.fits.map(\.coefficients)
    self.accumulators = accumulators
    self.cheapestForms = selection.cheapestForms
  }
}

/// The shapes of integer arithmetic that kernels implement. `a` is the accumulator.
///
/// They come cheapest first up to `rq64s`; which one of the others costs least depends on their entries.
package enum RequantizationForm: String, Codable, Sendable, CaseIterable, Comparable {
  /// `clip((a * m + b) >> d)`, every intermediate inside 32 bits.
  case rq32
  /// `rq32` of the accumulator clamped to `bounds` first.
  case rq32c
  /// `clip((mulh(a << preshift, m) + b) >> d)`, where `mulh` is the high word of the signed 64-bit product; `a << preshift`
  /// and the sum stay inside 32 bits.
  case rqh
  /// `clip((a * m + b) >> d)` with a 64-bit product and sum.
  case rq64
  /// `clip(((a * m + b - (a < 0 ? t : 0)) >> d) + z)`, 64 bits: TensorFlow Lite's double rounding in closed form.
  case rq64s
  /// `rq64` plus, for the accumulators listed as exceptions, a correction of the code before the clip.
  case rq64x
  /// `clip(round(a * m / 2^d) + z)`, where the product is rounded to 24 significant bits and then to the nearest integer,
  /// ties to even, in 64-bit integers: a multiplication by a float32 scale.
  case rq64t
  /// The least code plus the number of thresholds `<= a * m`, where m is 1 or -1: exact for every monotone rule.
  case thr

  package static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The numbers of one channel in some form; `RequantizationForm` says what each form does with them.
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
  /// Added after the shift; 0 in forms other than `rq64s` and `rq64t`. In `rq64s` 0 unless the shift is so wide, above
  /// 55, that the offset has no room for it.
  package var zeroPoint: Int32
  /// Of `rq32c`: what the accumulator is clamped to.
  package var bounds: ClosedRange<Int32>?
  /// Of `rqh`: how far the accumulator is shifted to the left, 0...31.
  package var preshift: Int
  /// Of `rq64x`, by rising accumulator.
  package var exceptions: [RequantizationException]
  /// Of `thr`, not decreasing.
  package var thresholds: [Int32]

  package init(
    multiplier: Int32, offset: Int64, shift: Int, signTerm: Int64 = 0, zeroPoint: Int32 = 0,
    bounds: ClosedRange<Int32>? = nil, preshift: Int = 0, exceptions: [RequantizationException] = [],
    thresholds: [Int32] = []
  ) {
    self.multiplier = multiplier
    self.offset = offset
    self.shift = shift
    self.signTerm = signTerm
    self.zeroPoint = zeroPoint
    self.bounds = bounds
    self.preshift = preshift
    self.exceptions = exceptions
    self.thresholds = thresholds
  }

  /// The sign term that a kernel derives from the shift where constants are stored per channel: double rounding shifts
  /// by 32 or more when nothing is reduced, a single one by 31 or less.
  package static func impliedSignTerm(shift: Int) -> Int64 { shift > 31 ? 1 << 31 : 0 }
}

/// An accumulator for which the affine part of `rq64x` is wrong.
package struct RequantizationException: Equatable, Hashable, Sendable {
  package var accumulator: Int32
  /// Added to the code before the clip: 1 or -1.
  package var correction: Int32

  package init(accumulator: Int32, correction: Int32) {
    self.accumulator = accumulator
    self.correction = correction
  }
}

/// Why a requantization could not be built.
package enum RequantizationError: Error, Equatable, Sendable {
  /// No supported form equals the rule on every accumulator of the range.
  case noExactForm(channel: Int, accumulators: ClosedRange<Int>)
}
