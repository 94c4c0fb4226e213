import NetworkIR
import Testing

@testable import GraphImport

/// Scales, zero points and types of quantizers that no codes can have, each refused for what is wrong with it.
struct QuantizedParametersTests {
  /// `x -> QuantizeLinear -> y` where QuantizeLinear has a vector of scales.
  private static func quantizer(scales: [Float]) -> ONNXModelBuilder {
    var builder = ONNXModelBuilder()
    builder.constant("s", [Int64(scales.count)], scales)
    builder.codes("z", [], [0])
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
}
