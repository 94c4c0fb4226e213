import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// MEAN over height and width, against the arithmetic of the reference kernel written out in plain integers.
struct TFLiteMeanTests {
  private static let mean: Int32 = 40

  /// The mean over a map of `size` with one channel.
  private struct Sample: CustomStringConvertible {
    var size: Extent
    var scales: (Float, Float)
    var zeroPoints: (Int, Int)

    var description: String { "\(size.height)x\(size.width), scales \(scales), zero points \(zeroPoints)" }

    var model: TFLiteTestModel {
      func tensor(_ name: String, _ dimensions: [Int32], _ scale: Float, _ zeroPoint: Int) -> TFLiteTestModel.Tensor {
        .init(name: name, dimensions: dimensions, scales: [scale], zeroPoints: [Int64(zeroPoint)])
      }
      let axes = TFLiteTestModel.Tensor(
        name: "axes", dimensions: [2], type: 2, data: [1, 0, 0, 0, 2, 0, 0, 0], scales: [], zeroPoints: [])
      return TFLiteTestModel(
        tensors: [
          tensor("x", [1, Int32(size.height), Int32(size.width), 1], scales.0, zeroPoints.0),
          tensor("y", [1, 1], scales.1, zeroPoints.1), axes,
        ], operators: [.init(code: mean, inputs: [0, 2], outputs: [1])], inputs: [0], outputs: [1])
    }

    /// The code of a sum of codes.
    func code(ofSum sum: Int) -> Int {
      let count = size.area
      var fraction = Double(scales.0) / Double(scales.1)
      var shift = 0
      while fraction >= 1 { fraction /= 2; shift += 1 }
      while fraction < 0.5 { fraction *= 2; shift -= 1 }
      var multiplier = Int((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
      if multiplier == 1 << 31 { multiplier /= 2; shift += 1 }
      if shift < -31 { (multiplier, shift) = (0, 0) }
      var bits = 0
      while 2 << bits <= count { bits += 1 }
      bits = min(bits, 32, 31 + shift)
      multiplier = (multiplier << bits) / count
      shift -= bits
      let product = ((sum - count * zeroPoints.0) << max(shift, 0)) * multiplier
      let high = (product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / (1 << 31)
      let right = max(-shift, 0)
      let rest = high & ((1 << right) - 1)
      let half = ((1 << right) - 1) >> 1 + (high < 0 ? 1 : 0)
      return min(max((high >> right) + (rest > half ? 1 : 0) + zeroPoints.1, -128), 127)
    }
  }

  @Test(arguments: 2...12)
  func `a mean has the codes of the reference kernel for any scales and zero points`(height: Int) throws {
    var random = ONNXSeededGenerator(seed: UInt64(height))
    for width in 2...12 {
      let ratios: [Float] = [
        1, Float.random(in: 0.9...1.1, using: &random), Float.random(in: 0.2...4, using: &random),
        Float.random(in: 4...5000, using: &random),
      ]
      for ratio in ratios {
        let scale = Float.random(in: 0.001...1, using: &random)
        let zeroPoints = (Int.random(in: -128...127, using: &random), Int.random(in: -128...127, using: &random))
        let sample = Sample(
          size: Extent(height: height, width: width), scales: (scale, scale * ratio), zeroPoints: zeroPoints)
        try expectCodes(of: sample, "seed \(height): \(sample)", &random)
      }
    }
  }

  private func expectCodes(of sample: Sample, _ comment: Comment, _ random: inout ONNXSeededGenerator) throws {
    let network = try #require(inspectModel(sample.model.bytes, fileName: "m").model?.network, comment)
    guard case .pooling(let pooling) = network.layers[0].operation,
      case .sum(let rule, let zeroPoint) = pooling.kind, pooling.kernel == sample.size, pooling.padding == .zero
    else {
      Issue.record(comment)
      return
    }
    let count = sample.size.area
    let middle = count * sample.zeroPoints.0
    let sums =
      [-128 * count, 127 * count] + (middle - 300...middle + 300)
      + (0..<200).map { _ in Int.random(in: -128 * count...127 * count, using: &random) }
    let wrong = sums.filter { (-128 * count...127 * count).contains($0) }.filter { sum in
      let expected = sample.code(ofSum: sum)
      let accumulator = sum - count * zeroPoint
      return rule.rules[0].evaluate(accumulator) != expected || kernelCode(rule, accumulator) != expected
    }
    #expect(wrong.isEmpty, comment)
  }
}
