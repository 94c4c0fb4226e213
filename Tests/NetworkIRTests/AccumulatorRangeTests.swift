import NetworkIR
import Testing

struct AccumulatorRangeTests {
  /// A convolution of one position with one output channel per `weightsPerChannel` weights.
  private func convolution(
    weights: [Int8], bias: [Int32], zeroPoint: Int, paddingValue: Int? = nil
  ) -> Convolution {
    let inputs = weights.count / bias.count
    return Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: inputs,
      outputChannels: bias.count, weights: weights, bias: bias, inputZeroPoint: zeroPoint,
      paddingValue: paddingValue ?? zeroPoint, requantization: nil)
  }

  @Test(arguments: 0..<50)
  func `ranges are reached by the extreme inputs and by no others`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let zeroPoint = Int.random(in: -128...127, using: &generator)
    let paddingValue = Bool.random(using: &generator) ? zeroPoint : Int.random(in: -128...127, using: &generator)
    let lowest = Int.random(in: -128...0, using: &generator)
    let highest = Int.random(in: 0...127, using: &generator)
    let weights = (0..<12).map { _ in Int8.random(in: -128...127, using: &generator) }
    let bias = (0..<2).map { _ in Int32.random(in: -1000...1000, using: &generator) }
    let ranges = try #require(
      convolution(weights: weights, bias: bias, zeroPoint: zeroPoint, paddingValue: paddingValue)
        .accumulatorRanges(inputs: lowest...highest))
    // Every combination of the least, the greatest and the padding code on six inputs.
    let codes = [lowest, highest, paddingValue]
    for channel in 0..<2 {
      var sums = [Int(bias[channel])]
      for weight in weights[channel * 6..<channel * 6 + 6] {
        sums = sums.flatMap { sum in codes.map { sum + ($0 - zeroPoint) * Int(weight) } }
      }
      #expect(sums.min() == ranges[channel].lowerBound && sums.max() == ranges[channel].upperBound, "seed \(seed)")
    }
  }

  @Test func `sums that could leave 32 bits are refused`() {
    let weights = [Int8](repeating: 127, count: 60_000)
    #expect(convolution(weights: weights, bias: [0], zeroPoint: 0).accumulatorRanges(inputs: 0...255) != nil)
    let more = [Int8](repeating: 127, count: 67_000)
    #expect(convolution(weights: more, bias: [0], zeroPoint: 0).accumulatorRanges(inputs: 0...255) == nil)
    #expect(convolution(weights: [1], bias: [.max], zeroPoint: 0).accumulatorRanges(inputs: 0...1) == nil)
  }

  @Test func `partial sums count even where the whole sum is small`() {
    let weights = [Int8](repeating: 127, count: 40_000) + [Int8](repeating: -127, count: 40_000)
    #expect(convolution(weights: weights, bias: [0], zeroPoint: 0).accumulatorRanges(inputs: 0...255) == nil)
  }

  @Test func `the folded bias starts a sum of raw codes`() {
    let convolution = convolution(weights: [3, -5, 7, 11], bias: [100, -100], zeroPoint: -4)
    let codes = [20, -30]
    for channel in 0..<2 {
      let weights = convolution.weights[2 * channel..<2 * channel + 2].map(Int.init)
      let exact = zip(codes, weights).reduce(Int(convolution.bias[channel])) { $0 + ($1.0 + 4) * $1.1 }
      let raw = zip(codes, weights).reduce(Int(convolution.foldedBias(channel: channel))) { $0 + $1.0 * $1.1 }
      #expect(raw == exact)
    }
  }
}
