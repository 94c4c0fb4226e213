/// The lines `y = slope * x + offset` whose floor, clipped, is a step function: all exact affine forms of a rule.
///
/// For each step at T from code j to code k, `slope * T + offset >= k` and `slope * (T - 1) + offset < j + 1`. So the
/// line passes on or above the points (T, k) and strictly below the points (T - 1, j + 1). Such a line exists exactly
/// when for each point p of the first kind and q of the second `slope * (q.x - p.x) < q.y - p.y`, which bounds the
/// slope from both sides; only corners of the two convex hulls matter. With `slope = m / 2^d` all is in integers, and any
/// integer m strictly inside the bounds has an offset.
struct SeparatingLines {
  struct Point {
    var x: Int
    var y: Int
  }

  /// A quotient with a positive denominator.
  struct Fraction {
    var numerator: Int
    var denominator: Int

    static func < (left: Fraction, right: Fraction) -> Bool {
      left.numerator * right.denominator < right.numerator * left.denominator
    }

    var real: Double { Double(numerator) / Double(denominator) }

    /// `floor(self * 2^shift)`; the shift is at most 62.
    func floor(shift: Int) -> Int128 {
      let (quotient, remainder) = (Int128(numerator) << Int128(shift)).quotientAndRemainder(
        dividingBy: Int128(denominator))
      return remainder < 0 ? quotient - 1 : quotient
    }

    /// `ceil(self * 2^shift)`
    func ceiling(shift: Int) -> Int128 {
      -Fraction(numerator: -numerator, denominator: denominator).floor(shift: shift)
    }
  }

  /// Corners of the hull of the points that the line must not pass below.
  private let reached: [Point]
  /// Corners of the hull of the points that it must pass below.
  private let missed: [Point]
  /// The slope is greater.
  private(set) var least = Fraction(numerator: 0, denominator: 1)
  /// The slope is less; nil where nothing bounds it.
  private(set) var greatest: Fraction?

  var areEmpty: Bool { greatest.map { !(least < $0) } ?? false }

  /// - Parameters:
  ///   - steps: with at least one step.
  ///   - domain: the arguments on which the line is to be exact; contains both sides of every step.
  init(_ steps: StepFunction, over domain: ClosedRange<Int>) {
    var reached = Hull(turn: -1)
    var missed = Hull(turn: 1)
    if steps.firstCode > steps.clamp.lowerBound { reached.append(Point(x: domain.lowerBound, y: steps.firstCode)) }
    var before = steps.firstCode
    for (position, code) in zip(steps.positions, steps.codes) {
      missed.append(Point(x: position - 1, y: before + 1))
      reached.append(Point(x: position, y: code))
      before = code
    }
    if before < steps.clamp.upperBound { missed.append(Point(x: domain.upperBound, y: before + 1)) }
    self.reached = reached.corners
    self.missed = missed.corners
    boundSlope()
  }

  private mutating func boundSlope() {
    // A line has few corners; where there are many, the first crossing bounds show that no line fits.
    let isCurved = reached.count * missed.count > 1 << 12
    for p in reached {
      for q in missed {
        let run = q.x - p.x
        let bound = Fraction(numerator: run > 0 ? q.y - p.y : p.y - q.y, denominator: abs(run))
        if run > 0 {
          if greatest.map({ bound < $0 }) ?? true { greatest = bound }
        } else if run < 0, least < bound {
          least = bound
        }
      }
      if isCurved && areEmpty { return }
    }
  }

  /// The multiplier of the smallest shift that some line has.
  func smallestMultiplier() -> (multiplier: Int, shift: Int)? {
    guard !areEmpty else { return nil }
    for shift in 0...62 {
      let multiplier = least.floor(shift: shift) + 1
      if let greatest, multiplier >= greatest.ceiling(shift: shift) { continue }
      return Int32(exactly: multiplier).map { (Int($0), shift) }
    }
    return nil
  }

  /// The multiplier for a shift that leaves most room for the offset, or nil where none fits in 32 bits.
  func middleMultiplier(shift: Int) -> Int? {
    let first = least.floor(shift: shift) + 1
    let last = min(greatest.map { $0.ceiling(shift: shift) - 1 } ?? .max, Int128(Int32.max))
    return first <= last ? Int(first + (last - first) / 2) : nil
  }

  /// The offsets, in units of `2^-shift`, of exact lines with a slope of `multiplier / 2^shift`.
  func offsets(multiplier: Int, shift: Int) -> ClosedRange<Int128>? {
    func offset(_ point: Point) -> Int128 {
      Int128(point.y) << Int128(shift) - Int128(multiplier) * Int128(point.x)
    }
    let low = reached.lazy.map(offset).max() ?? -(1 << 62)
    let high = (missed.lazy.map(offset).min() ?? 1 << 62) - 1
    return low <= high ? low...high : nil
  }
}

/// The convex hull, from one side, of points that come by rising x.
private struct Hull {
  /// The sign of the turn at every corner.
  let turn: Int
  private(set) var corners: [SeparatingLines.Point] = []

  init(turn: Int) { self.turn = turn }

  mutating func append(_ point: SeparatingLines.Point) {
    while corners.count > 1 {
      let (first, middle) = (corners[corners.count - 2], corners[corners.count - 1])
      let cross =
        (middle.x - first.x) * (point.y - first.y) - (middle.y - first.y) * (point.x - first.x)
      if cross.signum() == turn { break }
      corners.removeLast()
    }
    corners.append(point)
  }
}
