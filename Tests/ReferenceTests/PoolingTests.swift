import NetworkIR
import Reference
import Testing

struct PoolingTests {
  /// A pooling of a 3x3 map with a 2x2 window, stride 2 and padding at the bottom right.
  private func network(_ kind: Pooling.Kind) -> Network {
    let pooling = Pooling(
      kind: kind, kernel: Extent(height: 2, width: 2), stride: Extent(height: 2, width: 2),
      padding: Padding(top: 0, left: 0, bottom: 1, right: 1))
    return singleLayer(.pooling(pooling), inputs: [Shape(3, 3, 1)], output: Shape(2, 2, 1))
  }
  private let input: [Int32] = [-9, -8, -7, -6, -5, -4, -3, -2, -1]

  @Test func `the maximum ignores what lies outside the input`() throws {
    #expect(try run(network(.maximum(clamp: -128...127)), input) == [-5, -4, -2, -1])
    #expect(try run(network(.maximum(clamp: -3...127)), input) == [-3, -3, -2, -1])
  }

  @Test func `the average divides by the positions inside the input`() throws {
    // -28 / 4, -11 / 2 away from zero, -5 / 2 away from zero, -1
    #expect(try run(network(.average(clamp: -128...127)), input) == [-7, -6, -3, -1])
    #expect(try run(network(.average(clamp: -5...127)), input) == [-5, -5, -3, -1])
  }

  @Test func `the sum is requantized as it stands`() throws {
    let halves = try requantization([.divide(by: 4, rounding: .floor)], over: -512...508)
    #expect(try run(network(.sum(halves)), input) == [-7, -3, -2, -1])
  }

  @Test func `a sum takes the zero point off each code inside the input, and off nothing else`() throws {
    let halves = try requantization([.divide(by: 2, rounding: .halfUp)], over: -512...512)
    let network = network(.sum(halves, inputZeroPoint: -6))
    // -28 + 4 * 6, -11 + 2 * 6, -5 + 2 * 6, -1 + 6: halves rounded up
    #expect(try run(network, input) == [-2, 1, 4, 3])
    let corner = Position(row: 1, column: 1, channel: 0)
    #expect(ReferenceExecutor(network).accumulator(layer: 0, position: corner, tensors: [input, []]) == 5)
  }

  @Test func `every average of the table is rounded half away from zero`() throws {
    for row in try oracleTable("average.json", of: AverageRow.self) {
      let pooling = Pooling(
        kind: .average(clamp: -128...127), kernel: Extent(height: row.count, width: 1), stride: .one, padding: .zero)
      let network = singleLayer(
        .pooling(pooling), inputs: [Shape(row.count, 1, 1)], output: Shape(1, 1, 1))
      // The sum spread over the window: quotients, with the rest in the first elements.
      let quotient = row.sum >= 0 ? row.sum / row.count : -((-row.sum + row.count - 1) / row.count)
      let rest = row.sum - quotient * row.count
      let codes = (0..<row.count).map { Int32(quotient + ($0 < rest ? 1 : 0)) }
      #expect(try run(network, codes) == [Int32(row.mean)], "\(row)")
    }
  }

  @Test(arguments: 0..<40)
  func `a random pooling equals a filter over all pairs of positions`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let kernel = Extent(
      height: Int.random(in: 1...4, using: &generator), width: Int.random(in: 1...4, using: &generator))
    let stride = Extent(
      height: Int.random(in: 1...3, using: &generator), width: Int.random(in: 1...3, using: &generator))
    let top = Int.random(in: 0..<kernel.height, using: &generator)
    let left = Int.random(in: 0..<kernel.width, using: &generator)
    let input = Shape(
      Int.random(in: 4...9, using: &generator), Int.random(in: 4...9, using: &generator),
      Int.random(in: 1...3, using: &generator))
    // Windows start inside the input, so that none is empty.
    let output = Shape(
      (input.height + top - 1) / stride.height + 1, (input.width + left - 1) / stride.width + 1, input.channels)
    let padding = Padding(top: top, left: left, bottom: kernel.height, right: kernel.width)
    let codes = generator.codes(input.elements, in: -128...127)
    func pooled(_ kind: Pooling.Kind) throws -> [Int32] {
      let pooling = Pooling(kind: kind, kernel: kernel, stride: stride, padding: padding)
      return try run(
        singleLayer(.pooling(pooling), inputs: [input], output: output, outputType: .int32), codes)
    }
    let windows = (0..<output.elements).map { element in
      let row = element / output.channels / output.width * stride.height - top
      let column = element / output.channels % output.width * stride.width - left
      return codes.indices.filter {
        let (h, w, c) = ($0 / input.channels / input.width, $0 / input.channels % input.width, $0 % input.channels)
        return c == element % output.channels && h >= row && h < row + kernel.height && w >= column
          && w < column + kernel.width
      }.map { codes[$0] }
    }
    #expect(try pooled(.maximum(clamp: -128...127)) == windows.map { $0.max() ?? .min }, "seed \(seed)")
    let identity = try requantization([], over: -2048...2048, clamp: -2048...2048)
    #expect(try pooled(.sum(identity)) == windows.map { $0.reduce(0, +) }, "seed \(seed)")
    let means = windows.map { Int32((Double($0.reduce(0, +)) / Double($0.count)).rounded(.toNearestOrAwayFromZero)) }
    #expect(try pooled(.average(clamp: -128...127)) == means, "seed \(seed)")
  }

  @Test func `a float average adds in order, so that the order of codes decides a tie`() throws {
    func average(_ codes: [Int32]) throws -> [Int32] {
      let average = SinglePrecisionAverage(
        inputScale: Float(0x1p-24).bitPattern, inputZeroPoint: 0, outputScale: Float(0x1p-24).bitPattern,
        outputZeroPoint: 0, divisor: 1, clamp: -(1 << 27)...1 << 27)
      let pooling = Pooling(
        kind: .singlePrecisionAverage(average), kernel: Extent(height: codes.count, width: 1), stride: .one,
        padding: .zero)
      let network = singleLayer(
        .pooling(pooling), inputs: [Shape(codes.count, 1, 1)], type: .int32, output: Shape(1, 1, 1),
        outputType: .int32)
      return try run(network, codes)
    }
    // 2^24 + 1 is a tie of float32 and goes down, twice; 1 + 1 comes first in the other order.
    #expect(try average([1 << 24, 1, 1]) == [1 << 24])
    #expect(try average([1, 1, 1 << 24]) == [1 << 24 + 2])
  }

  @Test func `a float average divides by its divisor or by the positions inside, and rounds ties to even`() throws {
    func average(_ divisor: Int?) -> Pooling.Kind {
      .singlePrecisionAverage(
        SinglePrecisionAverage(
          inputScale: Float(0.5).bitPattern, inputZeroPoint: -1, outputScale: Float(0.25).bitPattern,
          outputZeroPoint: 11, divisor: divisor, clamp: -128...10))
    }
    // Twice the sums of code + 1, -24, -9, -3 and 0, by 4, 2, 2, 1 positions: -12, -9, -3, 0.
    #expect(try run(network(average(nil)), input) == [-1, 2, 8, 10])
    // By 4: -12, -4.5, -1.5, 0; the code is even, not the quotient.
    #expect(try run(network(average(4)), input) == [-1, 6, 10, 10])
  }

  @Test func `a window without input is an error`() throws {
    let pooling = Pooling(
      kind: .average(clamp: -128...127), kernel: .one, stride: .one,
      padding: Padding(top: 1, left: 0, bottom: 0, right: 0))
    let network = singleLayer(.pooling(pooling), inputs: [Shape(1, 1, 1)], output: Shape(2, 1, 1))
    let empty = ReferenceError.emptyWindow(layer: "layer", position: Position(row: 0, column: 0, channel: 0))
    #expect(throws: empty) { try run(network, [1]) }
  }
}

private struct AverageRow: Decodable {
  var sum: Int
  var count: Int
  var mean: Int
}
