import NetworkIR
import SwiftProtobuf

@testable import GraphImport

/// Adds what quantized models need: typed constants, and operators with their scales.
extension ONNXModelBuilder {
  /// A float32 constant of one number.
  mutating func scale(_ name: String, _ value: Float) { constant(name, [], [value]) }

  /// Codes; `type` is ONNX's number: 2 uint8, 3 int8, 6 int32.
  mutating func codes(_ name: String, _ dimensions: [Int64], _ values: [Int], type: Int32 = 3) {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = dimensions
    tensor.dataType = type
    tensor.int32Data = values.map { Int32($0) }
    model.graph.initializer.append(tensor)
  }

  /// `name_scale` and `name_zero`.
  mutating func quantization(_ name: String, _ scale: Float, _ zeroPoint: Int, type: Int32 = 3) {
    self.scale("\(name)_scale", scale)
    codes("\(name)_zero", [], [zeroPoint], type: type)
  }

  /// QuantizeLinear and DequantizeLinear of a tensor; the numbers are `output`, the codes `output_codes`.
  mutating func requantized(_ input: String, _ output: String, _ scale: Float, _ zeroPoint: Int, type: Int32 = 3) {
    quantization(output, scale, zeroPoint, type: type)
    let parameters = ["\(output)_scale", "\(output)_zero"]
    node("QuantizeLinear", [input] + parameters, "\(output)_codes")
    node("DequantizeLinear", ["\(output)_codes"] + parameters, output)
  }

  /// A model `x -> Q -> D -> body -> Q -> D -> y`; the body reads `in` and writes `out`.
  static func island(
    input dimensions: [Int64] = [1, 2, 4, 4], scales: (input: Float, output: Float) = (0.05, 0.07),
    zeroPoints: (input: Int, output: Int) = (3, -5), type: Int32 = 3,
    _ body: (inout ONNXModelBuilder) -> Void
  ) -> ONNXModelBuilder {
    var builder = ONNXModelBuilder(input: dimensions)
    builder.requantized("x", "in", scales.input, zeroPoints.input, type: type)
    body(&builder)
    builder.requantized("out", "y", scales.output, zeroPoints.output, type: type)
    return builder
  }

  func quantized() throws -> LoweringResult {
    QuantizedONNXDialect.lower(try readONNX(try bytes()), name: "test", dialect: .qdq)
  }
}

/// What a test evaluates by itself, from the definitions in the documentation of the operations.
enum QuantizedOracle {
  /// `clip(RNE(real / scale) + zeroPoint)` for int8 and uint8 codes.
  static func quantize(_ real: Double, _ scale: Float, _ zeroPoint: Int, _ codes: ClosedRange<Int>) -> Int {
    let steps = (real / Double(scale)).rounded(.toNearestOrEven)
    return min(max(Int(min(max(steps, -1e6), 1e6)) + zeroPoint, codes.lowerBound), codes.upperBound)
  }

  /// Accumulators in the order `[row][column][channel]` of a convolution over codes in the same order.
  static func accumulators(_ convolution: Convolution, _ codes: [Int], _ input: Shape, output: Shape) -> [Int] {
    var result: [Int] = []
    for row in 0..<output.height {
      for column in 0..<output.width {
        for channel in 0..<output.channels {
          result.append(accumulator(convolution, codes, input, row, column, channel))
        }
      }
    }
    return result
  }

  private static func accumulator(
    _ convolution: Convolution, _ codes: [Int], _ input: Shape, _ row: Int, _ column: Int, _ channel: Int
  ) -> Int {
    let perGroup = convolution.inputChannelsPerGroup
    let first = channel / convolution.outputChannelsPerGroup * perGroup
    var sum = Int(convolution.bias[channel])
    for y in 0..<convolution.kernel.height {
      for x in 0..<convolution.kernel.width {
        let h = row * convolution.stride.height + y * convolution.dilation.height - convolution.padding.top
        let w = column * convolution.stride.width + x * convolution.dilation.width - convolution.padding.left
        let isInside = (0..<input.height).contains(h) && (0..<input.width).contains(w)
        for i in 0..<perGroup {
          let index = ((channel * convolution.kernel.height + y) * convolution.kernel.width + x) * perGroup + i
          let weight = Int(convolution.weights[index]) - convolution.weightZeroPoint(channel: channel)
          let code =
            isInside ? codes[(h * input.width + w) * input.channels + first + i] : convolution.paddingValue
          sum += (code - convolution.inputZeroPoint) * weight
        }
      }
    }
    return sum
  }
}
