extension Int {
  /// The next multiple of four at or above.
  var roundedUpToWord: Int { roundedDownToWord == self ? self : roundedDownToWord + 4 }

  /// The next multiple of four at or below.
  var roundedDownToWord: Int { self & ~3 }

  /// Pieces of `size` that cover this many positions; `size` is positive.
  func pieces(of size: Int) -> Int { self / size + (isMultiple(of: size) ? 0 : 1) }
}

/// A number of bytes or copies that stays at `Int.max` instead of trapping: a hostile plan may ask for any product.
struct Saturated: Equatable, Sendable {
  var value: Int

  init(_ value: Int) { self.value = value }

  static func * (left: Saturated, right: Int) -> Saturated {
    let (product, overflow) = left.value.multipliedReportingOverflow(by: right)
    return Saturated(overflow ? Int.max : product)
  }

  static func += (left: inout Saturated, right: Saturated) {
    let (sum, overflow) = left.value.addingReportingOverflow(right.value)
    left.value = overflow ? Int.max : sum
  }
}

/// Cuts positions `start..<end` into pieces of `size`, the last cut off at the end.
func cut(_ range: Range<Int>, by size: Int) -> [Range<Int>] {
  stride(from: range.lowerBound, to: range.upperBound, by: size).map { $0..<min($0 + size, range.upperBound) }
}
