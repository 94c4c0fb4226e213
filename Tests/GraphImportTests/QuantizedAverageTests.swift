import NetworkIR
import Testing

@testable import GraphImport

/// Average pooling of dequantized codes: integers where that is proven, else float32.
struct QuantizedAverageTests {
  private func pooling(
    _ scales: (Float, Float), _ attributes: [String: GraphAttribute], op: String = "AveragePool"
  ) throws -> Pooling? {
    let model = ONNXModelBuilder.island(scales: (scales.0, scales.1)) { $0.node(op, ["in"], "out", attributes) }
    let network = try #require(try model.quantized().network)
    guard case .pooling(let pooling) = network.layers[0].operation else { return nil }
    return pooling
  }

  @Test(
    arguments: [(0.05, 0.07), (0.0125, 0.05), (0.25, 0.5), (0.125, 0.125), (0.3, 0.1), (0.06, 0.5)] as [(Float, Float)])
  func `an integer average gives what float32 sums give for every order of its codes`(input: Float, output: Float)
    throws
  {
    let pooling = try #require(try pooling((input, output), ["kernel_shape": .ints([1, 2])]))
    guard case .sum(let requantization, let zeroPoint) = pooling.kind else { return }
    #expect(zeroPoint == 3)
    for first in -128...127 {
      for second in -128...127 {
        let sum = Float(first - 3) * input + Float(second - 3) * input
        let nearest = (sum / 2 / output - 5).rounded(.toNearestOrEven)
        let code = min(max(Int(nearest), -128), 127)
        #expect(requantization.rule(channel: 0).evaluate(first + second - 6) == code, "\(first), \(second)")
      }
    }
  }

  @Test func `scales that are powers of two give an integer average`() throws {
    let pooling = try #require(try pooling((0.25, 0.5), ["kernel_shape": .ints([2, 2])]))
    guard case .sum = pooling.kind else {
      Issue.record("\(pooling.kind)")
      return
    }
  }

  @Test func `a tie that depends on float32 sums gives a float average over the whole window`() throws {
    let pooling = try #require(
      try pooling(
        (0.05, 0.05), ["kernel_shape": .ints([2, 2]), "pads": .ints([1, 1, 0, 0]), "count_include_pad": .int(1)]))
    let expected = SinglePrecisionAverage(
      inputScale: Float(0.05).bitPattern, inputZeroPoint: 3, outputScale: Float(0.05).bitPattern, outputZeroPoint: -5,
      divisor: 4, clamp: -128...127)
    #expect(pooling.kind == .singlePrecisionAverage(expected))
  }

  @Test func `padding that does not count divides by the positions inside`() throws {
    let attributes: [String: GraphAttribute] = ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])]
    let pooling = try #require(try pooling((0.25, 0.5), attributes))
    guard case .singlePrecisionAverage(let average) = pooling.kind else {
      Issue.record("\(pooling.kind)")
      return
    }
    #expect(average.divisor == nil)
  }

  @Test func `a mean with ties is exact, and that is said`() throws {
    let model = ONNXModelBuilder.island(scales: (0.05, 0.05)) {
      $0.node("ReduceMean", ["in"], "out", ["axes": .ints([2, 3])])
    }
    let result = try model.quantized()
    guard case .pooling(let pooling)? = result.network?.layers[0].operation, case .sum = pooling.kind else {
      Issue.record("\(result.problems)")
      return
    }
    #expect(result.notes.contains { $0.code == QuantizedNote.averageTies.code })
  }
}
