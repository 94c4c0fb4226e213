import NetworkIR
import Testing

@testable import GraphImport

/// Scales, zero points and types of quantizers that no codes can have, each refused for what is wrong with it.
struct QuantizedParametersTests {
  /// `x -> QuantizeLinear -> y` where QuantizeLinear has vectors of scales and zero points.
  private static func quantizer(scales: [Float], zeroPoints: [Int] = [0]) -> ONNXModelBuilder {
    var builder = ONNXModelBuilder()
    builder.constant("s", [Int64(scales.count)], scales)
    builder.codes("z", [Int64(zeroPoints.count)], zeroPoints)
    builder.node("QuantizeLinear", ["x", "s", "z"], "q")
    builder.node("MaxPool", ["q"], "y", ["kernel_shape": .ints([2, 2])])
    return builder
  }

  @Test(arguments: [[Float.nan], [.nan, .nan], [.infinity], [0.5, -1]])
  func `a scale that is no positive number is refused as such, not for how many there are`(scales: [Float]) throws {
    let problems = try Self.quantizer(scales: scales).quantized().problems
    #expect(problems.map(\.code) == ["DG0706"], "\(problems)")
    #expect(problems.first?.message == "scale \(scales.last ?? 0) of 's' is no positive normal float32 number")
  }

  @Test func `an activation has one scale`() throws {
    #expect(try Self.quantizer(scales: [0.5, 0.5]).quantized().network != nil)
    #expect(try Self.quantizer(scales: [0.5, 0.25]).quantized().problems.map(\.code) == ["DG0708"])
  }

  @Test func `an activation has one zero point, and an empty one is none`() throws {
    #expect(try Self.quantizer(scales: [0.5], zeroPoints: [3, 3]).quantized().network != nil)
    #expect(try Self.quantizer(scales: [0.5], zeroPoints: [3, 4]).quantized().problems.map(\.code) == ["DG0708"])
    let problems = try Self.quantizer(scales: [0.5], zeroPoints: []).quantized().problems
    #expect(problems.map(\.code) == ["DG0708"])
    #expect(problems.first?.message == "'z' has 0 scales or zero points, but 1 are needed")
  }

  @Test func `weights without any scale are refused for that`() throws {
    let model = ONNXModelBuilder.island { builder in
      builder.codes("w", [2, 2, 1, 1], [1, -2, 3, 4])
      builder.constant("w_scale", [0], [])
      builder.node("DequantizeLinear", ["w", "w_scale"], "weights")
      builder.node("Conv", ["in", "weights"], "out")
    }
    let problems = try model.quantized().problems
    #expect(problems.map(\.code) == ["DG0708"])
    #expect(problems.first?.message == "'w_scale' has 0 scales or zero points, but 1 are needed")
  }

  /// 3 is ONNX's number of int8, 8 that of strings.
  @Test(
    arguments: [(3, []), (3 + 1 << 32, ["DG0704"]), (3 - 1 << 32, ["DG0704"]), (8, ["DG0704"])] as [(Int, [String])])
  func `a number of a type is taken whole`(number: Int, codes: [String]) throws {
    var builder = ONNXModelBuilder()
    builder.scale("s", 0.5)
    builder.node("QuantizeLinear", ["x", "s"], "q", ["output_dtype": .int(number)])
    builder.node("MaxPool", ["q"], "y", ["kernel_shape": .ints([2, 2])])
    #expect(try builder.quantized().problems.map(\.code) == codes)
    // 1 is that of float32, which a Cast between dequantized numbers leaves as they are.
    let cast = ONNXModelBuilder.island { $0.node("Cast", ["in"], "out", ["to": .int(number - 2)]) }
    #expect(try cast.quantized().problems.map(\.code) == codes)
    let constant = ONNXConstant(type: .float32, dimensions: [1], numbers: .floats([2.5]))
    let node = GraphNode(name: "c", op: "Cast", inputs: ["x"], outputs: ["y"], attributes: ["to": .int(number - 2)])
    #expect((ONNXConstantFolding.value(of: node, [constant])?.floats == [2.5]) == codes.isEmpty)
  }

  /// `x -> Quant -> GlobalAveragePool -> Trunc -> y`; the constants can be replaced by their names.
  private static func truncation(_ changed: [String: [Float]]) throws -> LoweringResult {
    var builder = ONNXModelBuilder(input: [1, 1, 2, 2])
    let standard: [String: [Float]] = ["s": [0.25], "z": [0], "b": [8], "t": [0.25], "in": [10], "u": [1]]
    for (name, numbers) in standard.merging(changed, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      builder.constant(name, [Int64(numbers.count)], numbers)
    }
    builder.node("Quant", ["x", "s", "z", "b"], "q", ["signed": .int(0), "narrow": .int(0)])
    builder.node("GlobalAveragePool", ["q"], "p")
    let attributes: [String: GraphAttribute] = ["signed": .int(0), "rounding_mode": .string("FLOOR")]
    builder.node("Trunc", ["p", "t", "z", "in", "u", "b"], "y", attributes)
    return QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
  }

  @Test func `a scale of Trunc that is no number is refused as such`() throws {
    #expect(try Self.truncation([:]).network != nil)
    #expect(try Self.truncation(["t": [.nan]]).problems.map(\.code) == ["DG0706"])
    #expect(try Self.truncation(["t": [0.25, 0.5]]).problems.map(\.code) == ["DG0708"])
  }
  @Test(arguments: ["s", "z", "b", "t", "in", "u"])
  func `a constant without numbers is refused as empty`(name: String) throws {
    let problems = try Self.truncation([name: []]).problems
    #expect(problems.map(\.code) == ["DG0705"], "\(problems)")
    #expect(problems.first?.message == "constant '\(name)' of dimensions [0] holds no number")
  }
}
