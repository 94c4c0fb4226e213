import Testing

@testable import NetworkIR

/// Which loop over words computes an element-wise layer.
struct WordLoopTests {
  private static func sum(
    _ input: ElementType, _ first: Int, _ second: Int, _ offset: Int, _ shift: Int, _ output: ElementType,
    _ clamp: ClosedRange<Int>? = nil
  ) -> WeightedSum {
    WeightedSum(
      types: [input, input], output: output, first: first, second: second, offset: offset, shift: shift,
      clamp: clamp ?? output.range)
  }

  /// Additions whose loops their measured cycles tell: 17, 26, 26, 28 and 34 for four elements.
  @Test(arguments: [
    (ElementType.uint8, 9000, 12345, 8192, 14, ElementType.uint8, WordLoop.positive),
    (.int8, 9000, 12345, 8192, 14, .int8, .narrow),
    (.int8, 9000, 12345, 8192 - 5 * 9000 + 7 * 12345, 14, .int8, .narrow),
    (.uint8, 32, 32, 0, 5, .uint16, .halves),
    (.uint8, 755_836_732, 404_287_687, -82_873_605_053, 29, .uint8, .wide),
  ])
  func `additions have the loops that they were measured with`(
    input: ElementType, first: Int, second: Int, offset: Int, shift: Int, output: ElementType, loop: WordLoop
  ) {
    #expect(Self.sum(input, first, second, offset, shift, output).loop == loop)
  }

  @Test func `codes of other widths have no loop`() {
    #expect(Self.sum(.int16, 3, 5, 0, 4, .int8).loop == nil)
    #expect(Self.sum(.uint8, 3, 5, 0, 4, .int32).loop == nil)
    #expect(Self.sum(.uint4, 3, 5, 0, 4, .uint8).loop == nil)
    // Neither 16 bits nor a shift of 15 at least.
    #expect(Self.sum(.uint8, 1 << 20, 1, 0, 2, .uint8).loop == nil)
  }

  /// Computes all sums with no more bits than the loop has: what it finds is right for every pair of codes.
  @Test(arguments: 0..<60)
  func `a loop has the bits for all sums`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let type: ElementType = Bool.random(using: &random) ? .uint8 : .int8
    let bits = Int.random(in: 3...30, using: &random)
    let first = Int.random(in: -(1 << bits)...1 << bits, using: &random)
    let second = Int.random(in: -(1 << bits)...1 << bits, using: &random)
    let shift = Int.random(in: max(0, bits - 6)...bits + 2, using: &random)
    let offset =
      Bool.random(using: &random) ? (1 << shift) / 2 : Int.random(in: -(1 << bits)...1 << bits, using: &random)
    let sum = Self.sum(type, first, second, offset, shift, type)
    guard let loop = sum.loop else { return }
    let (lowest, flip) = (type.range.lowerBound, type == .int8 ? 128 : 0)
    let rest = offset - flip * (first + second) - lowest << shift
    for x in 0...255 {
      for y in [0, 1, 127, 128, 254, 255] {
        let exact = (x * first + y * second + rest) >> shift
        switch loop {
        case .positive, .scaled:
          let unit = 1 << (15 - shift)
          let isHeld = Int16(exactly: first * unit) != nil && Int16(exactly: second * unit) != nil
          #expect(isHeld && Int16(exactly: exact) != nil && (loop == .scaled || exact >= 0), "seed \(seed)")
        case .narrow:
          let isHeld = Int16(exactly: first) != nil && Int16(exactly: second) != nil
          #expect(isHeld && Int32(exactly: x * first + y * second + rest) != nil, "seed \(seed)")
        case .wide:
          let lesser = (x * (first & 0x7fff) + y * (second & 0x7fff) + rest & 0x7fff) >> 15
          let greater = x * (first >> 15) + y * (second >> 15) + (rest >> 15) + lesser
          #expect(Int32(exactly: greater) != nil && greater >> (shift - 15) == exact, "seed \(seed)")
        case .halves, .shifted, .halfwords, .extremum, .lookup: Issue.record("\(loop) for a sum of bytes")
        }
      }
    }
  }

  @Test func `maxima and tables have loops where all codes are bytes of one type`() {
    let extremum = Operation.extremum(Extremum(kind: .maximum, clamp: 0...255))
    #expect(extremum.wordLoop(inputs: [.uint8, .uint8], output: .uint8) == .extremum)
    #expect(extremum.wordLoop(inputs: [.int16, .int16], output: .int16) == nil)
    let table = [Int32](repeating: 1, count: 256)
    #expect(Operation.lookup(Lookup(tables: [table])).wordLoop(inputs: [.int8], output: .uint8) == .lookup)
    #expect(Operation.lookup(Lookup(tables: [table, table])).wordLoop(inputs: [.int8], output: .int8) == nil)
  }

  /// A weighted sum has a loop; one with a product or an exception is looked at element by element.
  @Test func `functions of two codes have a loop where they are weighted sums`() throws {
    var codes: [Int16] = []
    for x in 0...255 { for y in 0...255 { codes.append(Int16(min((x * 40_000 + y * 30_000 + 32_768) >> 16, 255))) } }
    let numbers = PairwiseCoefficients(first: 40_000, second: 30_000, product: 0, offset: 32_768, shift: 16)
    let sum = try #require(
      Pairwise(first: 0...255, second: 0...255, clamp: 0...255, codes: codes, coefficients: numbers))
    #expect(Operation.pairwise(sum).wordLoop(inputs: [.uint8, .uint8], output: .uint8) == .wide)
    codes[1_000] += 1
    let other = try #require(
      Pairwise(first: 0...255, second: 0...255, clamp: 0...255, codes: codes, coefficients: numbers))
    #expect(Operation.pairwise(other).wordLoop(inputs: [.uint8, .uint8], output: .uint8) == nil)
  }
}
