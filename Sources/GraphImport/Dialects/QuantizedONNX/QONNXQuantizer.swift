import NetworkIR

/// What a Quant, BipolarQuant, Trunc or MultiThreshold does to a number: which code it gets, and what that stands for.
///
/// Codes rise with numbers. For every code but the least there is a boundary from which on numbers get it, or a greater
/// one; all boundaries are exact.
struct QONNXQuantizer: Equatable, Sendable {
  /// Of the codes: what they stand for, and their type.
  var output: QuantizedScale
  /// Codes that come out.
  var codes: ClosedRange<Int>
  private var kind: Kind

  private enum Kind: Equatable, Sendable {
    /// `round(clip(x / scale + zeroPoint))`
    case uniform(scale: Float, zeroPoint: Int, QONNXRounding)
    /// `round(round half even(x / scale + zeroPoint) / 2^shift)`
    case truncation(scale: Float, zeroPoint: Int, shift: Int, QONNXRounding)
    /// 1 for numbers that are not negative, else -1.
    case bipolar
    /// The least code plus the number of thresholds that are not above the number: one list, or one for each channel.
    case thresholds([[Float]])
  }

  static func uniform(
    scale: Float, zeroPoint: Int, codes: ClosedRange<Int>, _ rounding: QONNXRounding, type: ElementType
  ) -> QONNXQuantizer {
    QONNXQuantizer(
      output: QuantizedScale(scale: scale, zeroPoint: zeroPoint, type: type), codes: codes,
      kind: .uniform(scale: scale, zeroPoint: zeroPoint, rounding))
  }

  static func truncation(
    of input: QuantizedScale, shift: Int, to output: QuantizedScale, codes: ClosedRange<Int>, _ rounding: QONNXRounding
  ) -> QONNXQuantizer {
    QONNXQuantizer(
      output: output, codes: codes,
      kind: .truncation(scale: input.scale, zeroPoint: input.zeroPoint, shift: shift, rounding))
  }

  static func bipolar(scale: Float) -> QONNXQuantizer {
    QONNXQuantizer(output: QuantizedScale(scale: scale, zeroPoint: 0, type: .int2), codes: -1...1, kind: .bipolar)
  }

  static func thresholds(_ lists: [[Float]], output: QuantizedScale, least: Int) -> QONNXQuantizer {
    let most = lists.map(\.count).max() ?? 0
    return QONNXQuantizer(output: output, codes: least...least + most, kind: .thresholds(lists))
  }

  /// Channels that have boundaries of their own; 1 where all have the same.
  var channels: Int { if case .thresholds(let lists) = kind { lists.count } else { 1 } }

  /// The number from which on codes are at least `code`, which is not the least; and whether it is the greatest number
  /// of the codes below instead of the least one of those above.
  ///
  /// - Returns: nil for a threshold that is no number: the code is never reached.
  func boundary(of code: Int, channel: Int) -> (number: ExactNumber, isExcluded: Bool)? {
    switch kind {
    case .uniform(let scale, let zeroPoint, let rounding):
      let step = rounding.boundary(of: code)
      return Self.boundary(step, scale, zeroPoint)
    case .truncation(let scale, let zeroPoint, let shift, let rounding):
      // The least whole number of steps that is rounded to `code`; then the least number that is rounded to that.
      let step = rounding.boundary(of: code)
      let (halves, whole) = (step.halves << shift, (step.halves << shift) >> 1)
      let least = step.isExcluded || halves & 1 != 0 ? whole + 1 : whole
      return Self.boundary(QONNXRounding.halfEven.boundary(of: least), scale, zeroPoint)
    case .bipolar: return (.zero, false)
    case .thresholds(let lists):
      let list = lists[lists.count == 1 ? 0 : channel]
      let index = code - codes.lowerBound - 1
      guard index < list.count, let number = ExactNumber(list[index]) else { return nil }
      return (number, false)
    }
  }

  private static func boundary(
    _ step: (halves: Int, isExcluded: Bool), _ scale: Float, _ zeroPoint: Int
  ) -> (number: ExactNumber, isExcluded: Bool)? {
    guard let scale = ExactNumber(scale) else { return nil }
    return (scale * .half * ExactNumber(step.halves - 2 * zeroPoint), step.isExcluded)
  }

  /// The code of a float, as the float32 graph computes it; nil for what is no number.
  func code(of number: Float, channel: Int = 0) -> Int? {
    guard !number.isNaN else { return nil }
    switch kind {
    case .uniform(let scale, let zeroPoint, let rounding):
      let step = number / scale + Float(zeroPoint)
      let clipped = min(max(step, Float(codes.lowerBound)), Float(codes.upperBound))
      return min(max(Int(rounding.rounded(clipped)), codes.lowerBound), codes.upperBound)
    case .truncation(let scale, let zeroPoint, let shift, let rounding):
      let step = (number / scale + Float(zeroPoint)).rounded(.toNearestOrEven) / Float(1 << shift)
      let clipped = min(max(rounding.rounded(step), Float(codes.lowerBound)), Float(codes.upperBound))
      return min(max(Int(clipped), codes.lowerBound), codes.upperBound)
    case .bipolar: return number >= 0 ? 1 : -1
    case .thresholds(let lists):
      return codes.lowerBound + lists[lists.count == 1 ? 0 : channel].count { $0 <= number }
    }
  }
}

/// The rounding modes of QONNX.
enum QONNXRounding: String, Sendable, CaseIterable {
  case halfEven = "ROUND"
  case floor = "FLOOR"
  case ceiling = "CEIL"
  /// Away from zero.
  case up = "UP"
  /// Towards zero.
  case down = "DOWN"
  /// Halves away from zero.
  case halfUp = "HALF_UP"
  /// Halves towards zero.
  case halfDown = "HALF_DOWN"

  /// Numbers from `halves / 2` on are rounded to `code` or more, that number itself only where it is not excluded.
  func boundary(of code: Int) -> (halves: Int, isExcluded: Bool) {
    switch self {
    case .halfEven: (2 * code - 1, code & 1 != 0)
    case .floor: (2 * code, false)
    case .ceiling: (2 * code - 2, true)
    case .up: code > 0 ? (2 * code - 2, true) : (2 * code, false)
    case .down: code > 0 ? (2 * code, false) : (2 * code - 2, true)
    case .halfUp: (2 * code - 1, code <= 0)
    case .halfDown: (2 * code - 1, code > 0)
    }
  }

  /// The number as float32 arithmetic rounds it.
  func rounded(_ number: Float) -> Float {
    switch self {
    case .halfEven: number.rounded(.toNearestOrEven)
    case .floor: number.rounded(.down)
    case .ceiling: number.rounded(.up)
    case .up: number.rounded(.awayFromZero)
    case .down: number.rounded(.towardZero)
    case .halfUp: number.rounded(.toNearestOrAwayFromZero)
    case .halfDown: number < 0 ? -(-number - 0.5).rounded(.up) : (number - 0.5).rounded(.up)
    }
  }
}
