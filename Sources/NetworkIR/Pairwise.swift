/// Any function of two codes of 8 bits or fewer, element by element over two operands of one shape.
///
/// The *table* says what the model prescribes; the reference executor reads it. The *coefficients* say what the generated
/// C computes: `y = clip((x1 * m1 + x2 * m2 + x1 * x2 * m12 + b) >> d)` in 64 bits, but for the pairs listed as
/// exceptions. They are found and compared with the whole table, at most 65,536 pairs, when the value is made. Without
/// coefficients the C has the table itself.
package struct Pairwise: Equatable, Sendable {
  /// Codes of the operands that the table covers: all those of their types.
  package var first: ClosedRange<Int>
  package var second: ClosedRange<Int>
  /// Output codes, the second operand varying fastest: `first.count * second.count` of them.
  package var codes: [Int16]
  package var clamp: ClosedRange<Int>
  /// nil: the C looks every pair up in the table.
  package var coefficients: PairwiseCoefficients?
  /// Sorted by first, then second code.
  package var exceptions: [PairwiseException]

  /// So few that they take no memory to speak of; more are worth it only where no other form is found.
  package static let mostExceptions = 64

  /// Bytes of an exception in the generated C.
  package static let exceptionBytes = 8

  /// Builds the function from proposed coefficients and lists the pairs where they are wrong.
  ///
  /// - Returns: nil where more than `mostExceptions` pairs differ or an intermediate leaves 64 bits.
  package init?(
    first: ClosedRange<Int>, second: ClosedRange<Int>, clamp: ClosedRange<Int>, codes: [Int16],
    coefficients: PairwiseCoefficients, mostExceptions: Int = Self.mostExceptions
  ) {
    precondition(codes.count == first.count * second.count, "one code for each pair")
    var exceptions: [PairwiseException] = []
    var index = 0
    for a in first {
      for b in second {
        let code = Int(codes[index])
        index += 1
        guard let found = coefficients.evaluate(a, b) else { return nil }
        if min(max(found, clamp.lowerBound), clamp.upperBound) != code {
          exceptions.append(PairwiseException(first: a, second: b, code: code))
          guard exceptions.count <= mostExceptions else { return nil }
        }
      }
    }
    self.first = first
    self.second = second
    self.codes = codes
    self.clamp = clamp
    self.coefficients = coefficients
    self.exceptions = exceptions
  }

  /// A function whose table is all there is.
  package init(first: ClosedRange<Int>, second: ClosedRange<Int>, clamp: ClosedRange<Int>, table: [Int16]) {
    precondition(table.count == first.count * second.count, "one code for each pair")
    self.first = first
    self.second = second
    self.clamp = clamp
    codes = table
    coefficients = nil
    exceptions = []
  }

  /// Bytes of the table, or of the exceptions, in the generated C; a multiple of 4.
  package func tableBytes(output: ElementType) -> Int {
    guard coefficients == nil else { return Self.exceptionBytes * exceptions.count }
    return (max(output.bits / 8, 1) * codes.count + 3) / 4 * 4
  }

  /// The output code of a pair.
  package func code(_ a: Int, _ b: Int) -> Int {
    Int(codes[(a - first.lowerBound) * second.count + b - second.lowerBound])
  }
}

/// The affine form of a `Pairwise`.
package struct PairwiseCoefficients: Equatable, Sendable {
  package var first: Int
  package var second: Int
  package var product: Int
  /// Includes rounding and the zero point.
  package var offset: Int
  /// 0...62
  package var shift: Int

  package init(first: Int, second: Int, product: Int, offset: Int, shift: Int) {
    self.first = first
    self.second = second
    self.product = product
    self.offset = offset
    self.shift = shift
  }

  /// The value before the clamp; nil where an intermediate leaves 64 bits.
  package func evaluate(_ a: Int, _ b: Int) -> Int? {
    let sum = Int128(a) * Int128(first) + Int128(b) * Int128(second) + Int128(a * b) * Int128(product) + Int128(offset)
    return Int(exactly: sum).map { $0 >> shift }
  }
}

/// A pair for which the affine form of a `Pairwise` is wrong.
package struct PairwiseException: Equatable, Sendable {
  package var first: Int
  package var second: Int
  package var code: Int

  package init(first: Int, second: Int, code: Int) {
    self.first = first
    self.second = second
    self.code = code
  }
}
