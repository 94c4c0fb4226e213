import NetworkIR
import Reference
import Testing

@testable import GraphImport

/// `ConvTranspose` in all dialects, against sums in the order of its definition.
struct TransposedConvolutionTests {
  /// A random operator, and what it computes: every element of the input times every weight, added where it falls.
  struct FileOperator {
    var height, width, groups, inputs, inner: Int
    var kernel, stride, dilation, extra, begins, ends: [Int]
    var weights: [Int]
    var bias: [Int]
    /// Without a zero point, in the order [channel][row][column].
    var input: [Int]

    init(seed: UInt64) {
      var generator = ONNXSeededGenerator(seed: seed)
      func pair(_ range: ClosedRange<Int>) -> [Int] { (0..<2).map { _ in Int.random(in: range, using: &generator) } }
      (height, width) = (Int.random(in: 1...6, using: &generator), Int.random(in: 1...6, using: &generator))
      groups = Int.random(in: 1...3, using: &generator)
      inputs = groups * Int.random(in: 1...2, using: &generator)
      inner = Int.random(in: 1...3, using: &generator)
      (kernel, stride, dilation) = (pair(1...4), pair(1...3), pair(1...2))
      extra = zip(stride, dilation).map { Int.random(in: 0...max($0, $1) - 1, using: &generator) }
      let whole = zip([height, width], zip(kernel, zip(stride, dilation))).map { size, rest in
        (size - 1) * rest.1.0 + (rest.0 - 1) * rest.1.1 + 1
      }
      begins = whole.map { Int.random(in: 0...min(3, $0 - 1), using: &generator) }
      ends = zip(whole, begins).map { Int.random(in: 0...min(3, $0 - $1 - 1), using: &generator) }
      weights = (0..<inputs * inner * kernel[0] * kernel[1]).map { _ in Int.random(in: -127...127, using: &generator) }
      bias = (0..<inner * groups).map { _ in Int.random(in: -500...500, using: &generator) }
      input = (0..<inputs * height * width).map { _ in Int.random(in: 0...255, using: &generator) }
    }

    var outputs: Int { inner * groups }
    var outputHeight: Int { size(0, height) }
    var outputWidth: Int { size(1, width) }

    private func size(_ axis: Int, _ input: Int) -> Int {
      (input - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1 + extra[axis] - begins[axis] - ends[axis]
    }

    /// `[channel][row][column]`
    var sums: [Int] {
      var sums = bias.flatMap { Array(repeating: $0, count: outputHeight * outputWidth) }
      for channel in 0..<inputs {
        for place in 0..<height * width {
          for weight in 0..<inner * kernel[0] * kernel[1] {
            let (row, column) = (weight / kernel[1] % kernel[0], weight % kernel[1])
            let y = place / width * stride[0] + row * dilation[0] - begins[0]
            let x = place % width * stride[1] + column * dilation[1] - begins[1]
            guard 0..<outputHeight ~= y, 0..<outputWidth ~= x else { continue }
            let output = channel / (inputs / groups) * inner + weight / (kernel[0] * kernel[1])
            sums[(output * outputHeight + y) * outputWidth + x] +=
              input[channel * height * width + place]
              * weights[channel * inner * kernel[0] * kernel[1] + weight]
          }
        }
      }
      return sums
    }

    var dimensions: [Int64] { [1, inputs, height, width].map { Int64($0) } }
    var weightDimensions: [Int64] { [inputs, inner, kernel[0], kernel[1]].map { Int64($0) } }

    var attributes: [String: GraphAttribute] {
      [
        "kernel_shape": .ints(kernel), "strides": .ints(stride), "dilations": .ints(dilation), "group": .int(groups),
        "output_padding": .ints(extra), "pads": .ints(begins + ends),
      ]
    }
  }

  /// The codes of the only output, in the file's order.
  private func run(_ result: LoweringResult, _ input: [Int], seed: UInt64) throws -> [Int] {
    let network = try #require(result.network, "seed \(seed): \(result.problems)")
    let codes = network[network.inputs[0].tensor].origin.hwcOrder(input.map { Int32($0) })
    let output = network.outputs[0].tensor
    return network[output].origin.modelOrder(try ReferenceExecutor(network).run([codes])[output]).map { Int($0) }
  }

  @Test(arguments: UInt64(1)...60)
  func `a quantized operator computes the file's sums, scaled by channel`(seed: UInt64) throws {
    let file = FileOperator(seed: seed)
    let scales = (0..<file.inner).map { Float(0.01) + Float($0) * 0.003 }
    var builder = ONNXModelBuilder(input: file.dimensions)
    builder.requantized("x", "in", 0.05, 7, type: 2)
    builder.codes("w", file.weightDimensions, file.weights)
    builder.constant("w_scale", [Int64(file.inner)], scales)
    builder.codes("w_zero", [Int64(file.inner)], scales.map { _ in 0 })
    builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "w_real", ["axis": .int(1)])
    builder.codes("b", [Int64(file.outputs)], file.bias, type: 6)
    builder.constant("b_scale", [Int64(file.outputs)], (0..<file.outputs).map { scales[$0 % file.inner] * 0.05 })
    builder.node("DequantizeLinear", ["b", "b_scale"], "b_real", ["axis": .int(0)])
    builder.node("ConvTranspose", ["in", "w_real", "b_real"], "out", file.attributes)
    builder.requantized("out", "y", 3, -5)
    let codes = try run(try builder.quantized(), file.input.map { min($0 + 7, 255) }, seed: seed)
    var clipped = file
    clipped.input = file.input.map { min($0, 248) }
    let area = file.outputHeight * file.outputWidth
    let expected = clipped.sums.enumerated().map { element, sum in
      let factor = Float(0.05) * scales[element / area % file.inner] / 3
      return min(max(Int((Float(sum) * factor).rounded(.toNearestOrEven)) - 5, -128), 127)
    }
    #expect(codes == expected, "seed \(seed): \(file)")
  }

  @Test(arguments: UInt64(1)...40)
  func `an integer operator computes the file's sums, rounded by channel`(seed: UInt64) throws {
    let file = FileOperator(seed: seed)
    var builder = ONNXModelBuilder(input: file.dimensions)
    builder.constant("w", file.weightDimensions, file.weights.map { Float($0) })
    builder.constant("b", [Int64(file.outputs)], file.bias.map { Float($0) })
    builder.node("ConvTranspose", ["x", "w", "b"], "sums", file.attributes)
    NEMOLoweringTests.requantize(&builder, "sums", channels: file.outputs, divisor: 4096, output: "y")
    let codes = try run(try builder.lowered(), file.input, seed: seed)
    let area = file.outputHeight * file.outputWidth
    let expected = file.sums.enumerated().map { element, sum in
      let channel = element / area
      let product = (sum * (channel + 2) + 10 - 20 * channel) * 3
      return min(max(product >> 12, 0), 255)
    }
    #expect(codes == expected, "seed \(seed): \(file)")
  }

  @Test(arguments: UInt64(1)...40)
  func `bare sums are an output`(seed: UInt64) throws {
    let file = FileOperator(seed: seed)
    var builder = ONNXModelBuilder(input: file.dimensions)
    builder.constant("w", file.weightDimensions, file.weights.map { Float($0) })
    builder.constant("b", [Int64(file.outputs)], file.bias.map { Float($0) })
    builder.node("ConvTranspose", ["x", "w", "b"], "y", file.attributes)
    #expect(try run(try builder.lowered(), file.input, seed: seed) == file.sums, "seed \(seed): \(file)")
  }

  @Test(arguments: UInt64(1)...40)
  func `between QONNX quantizers the sums are scaled exactly`(seed: UInt64) throws {
    let file = FileOperator(seed: seed)
    var builder = ONNXModelBuilder(input: file.dimensions)
    builder.constant("zero", [], [0])
    builder.constant("bits", [], [8])
    builder.constant("one", [], [1])
    builder.constant("wide", [], [64])
    let unsigned: [String: GraphAttribute] = ["signed": .int(0), "narrow": .int(0), "rounding_mode": .string("ROUND")]
    let signed = unsigned.merging(["signed": .int(1)]) { $1 }
    builder.node("Quant", ["x", "one", "zero", "bits"], "in", unsigned)
    builder.constant("w", file.weightDimensions, file.weights.map { Float($0) })
    builder.node("Quant", ["w", "one", "zero", "bits"], "w_codes", signed)
    builder.constant("b", [Int64(file.outputs)], file.bias.map { Float($0) })
    builder.node("ConvTranspose", ["in", "w_codes", "b"], "sums", file.attributes)
    builder.constant("m", [1, Int64(file.outputs), 1, 1], (0..<file.outputs).map { Float($0 + 1) })
    builder.node("Mul", ["sums", "m"], "scaled")
    builder.node("Quant", ["scaled", "wide", "zero", "bits"], "y", signed)
    let result = QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
    let area = file.outputHeight * file.outputWidth
    let expected = file.sums.enumerated().map { element, sum in
      let steps = Double(sum * (element / area + 1)) / 64
      return min(max(Int(steps.rounded(.toNearestOrEven)), -128), 127)
    }
    #expect(try run(result, file.input, seed: seed) == expected, "seed \(seed): \(file)")
  }

  @Test(
    arguments: [
      (["strides": .ints([0, 1])], "DG0704"), (["dilations": .ints([1, -1])], "DG0704"),
      (["strides": .ints([1 << 40, 1])], "DG0704"), (["pads": .ints([0, 0, -1, 0])], "DG0704"),
      (["output_padding": .ints([1, 0])], "DG0704"), (["output_shape": .ints([0, 4])], "DG0704"),
      (["output_shape": .ints([4])], "DG0704"), (["output_shape": .ints([40, 4])], "DG0704"),
      (["auto_pad": .string("SOME")], "DG0704"), (["kernel_shape": .ints([3, 3])], "DG0717"),
      (["pads": .ints([9, 9, 9, 9])], "DG0717"), (["group": .int(0)], "DG0705"), (["group": .int(3)], "DG0705"),
      (["strides": .ints([1 << 20, 1 << 20])], "DG0717"),
    ] as [([String: GraphAttribute], String)])
  func `hostile attributes are refused`(attributes: [String: GraphAttribute], code: String) throws {
    let builder = ONNXModelBuilder.island { builder in
      builder.codes("w", [2, 1, 2, 2], Array(1...8))
      builder.quantization("w", 0.01, 0)
      builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "w_real")
      builder.node("ConvTranspose", ["in", "w_real"], "out", attributes)
    }
    #expect(try builder.quantized().problems.map(\.code) == [code])
  }

  @Test(arguments: [("SAME_UPPER", 0), ("SAME_LOWER", 1)])
  func `of an odd number of surplus positions SAME cuts one more at an end`(mode: String, first: Int) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 2])
    builder.constant("w", [1, 1, 1, 3], [1, 10, 100])
    builder.node("ConvTranspose", ["x", "w"], "y", ["strides": .ints([1, 2]), "auto_pad": .string(mode)])
    // 1 10 100+3 30 300, cut to four.
    let whole = [1, 10, 103, 30, 300]
    #expect(try run(try builder.lowered(), [1, 3], seed: 0) == Array(whole[first..<first + 4]))
  }

  @Test
  func `a given shape of the output decides what is cut off`() throws {
    var builder = ONNXModelBuilder(input: [1, 1, 2])
    builder.constant("w", [1, 1, 3], [1, 10, 100])
    builder.node("ConvTranspose", ["x", "w"], "y", ["strides": .ints([2]), "output_shape": .ints([4])])
    #expect(try run(try builder.lowered(), [1, 3], seed: 0) == [10, 103, 30, 300])
  }
}
