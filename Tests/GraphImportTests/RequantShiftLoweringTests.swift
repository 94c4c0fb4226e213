import NetworkIR
import Testing

@testable import GraphImport

/// What single patterns of Quantlab's and Deeploy's nodes become.
struct RequantShiftLoweringTests {
  private static func network(_ result: LoweringResult) throws -> Network {
    #expect(result.problems.isEmpty, "\(result.problems.map(\.description))")
    return try #require(result.network)
  }

  /// The codes of the last tensor for one input.
  private static func output(_ network: Network, _ input: [Int]) throws -> [Int] {
    try NEMONetworkInterpreter(network: network).run(input)[network.outputs[0].tensor]
  }

  private static let shift: [String: GraphAttribute] = [
    "div": .float(8), "n_levels": .float(256), "signed": .float(1),
  ]

  @Test(arguments: ["RequantShift", "PACTOps.RequantShift"])
  func `half a divisor is added before the division, of negative numbers too`(op: String) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 6])
    builder.constant("m", [], [3])
    builder.constant("a", [], [-20])
    builder.node("RequantShift", ["x", "m", "a"], "y", Self.shift)
    builder.model.graph.node[0].domain = op.hasPrefix("PACT") ? "PACTOps" : ""
    let network = try Self.network(try builder.lowered(.requantShift))
    let codes = [0, 1, 2, 8, 9, 255]
    let expected = codes.map { Int(((Double($0) * 3 - 20 + 4) / 8).rounded(.down)) }
    #expect(try Self.output(network, codes) == expected)
    #expect(network[1].type == .int8)
  }

  @Test func `factors by channel rescale a tensor that no accumulator comes before`() throws {
    var builder = ONNXModelBuilder(input: [1, 3, 1, 1])
    builder.constant("m", [3, 1, 1], [1, -2, 0])
    builder.constant("a", [3, 1, 1], [0, 5, 100])
    builder.node("RequantShift", ["x", "m", "a"], "y", Self.shift)
    let network = try Self.network(try builder.lowered(.requantShift))
    #expect(try Self.output(network, [100, 100, 100]) == [13, -24, 13])
  }

  @Test(arguments: [(4.0, 0.0, ElementType.uint2), (16, 0, .uint4), (16, 1, .int4), (256, 1, .int8)])
  func `the number of levels selects the type`(levels: Double, signed: Double, type: ElementType) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 2])
    builder.constant("m", [], [1])
    builder.constant("a", [], [-100])
    var attributes = Self.shift
    attributes["n_levels"] = .float(Float(levels))
    attributes["signed"] = .float(Float(signed))
    builder.node("RequantShift", ["x", "m", "a"], "y", attributes)
    let network = try Self.network(try builder.lowered(.requantShift))
    #expect(network[1].type == type)
  }

  @Test func `an average before a RequantShift stays an exact fraction`() throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 3])
    builder.node("GlobalAveragePool", ["x"], "p")
    builder.constant("m", [], [5])
    builder.constant("a", [], [1])
    builder.node("RequantShift", ["p", "m", "a"], "y", Self.shift)
    let network = try Self.network(try builder.lowered(.requantShift))
    #expect(network.layers.count == 1)
    for codes in [[0, 0, 1], [7, 8, 9], [255, 255, 254], [3, 3, 4]] {
      // floor((sum / 3 * 5 + 1 + 4) / 8), in integers.
      #expect(try Self.output(network, codes) == [min((codes.reduce(0, +) * 5 + 15) / 24, 127)])
    }
  }

  @Test(arguments: [1, 2])
  func `a RequantizedAdd rounds three times, also behind a factor of its own`(scale: Int) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 4])
    builder.constant("m", [], [Float(scale)])
    builder.node("Mul", ["x", "m"], "d")
    var attributes: [String: GraphAttribute] = [:]
    for (prefix, factor, addend, divisor) in [("rqs1_", 3, 1, 4), ("rqs2_", 5, -7, 8), ("rqsOut_", 2, 3, 4)] {
      attributes[prefix + "mul"] = .int(factor)
      attributes[prefix + "add"] = .int(addend)
      attributes[prefix + "div"] = .int(divisor)
      attributes[prefix + "n_levels"] = .int(256)
      attributes[prefix + "signed"] = .int(0)
    }
    builder.node("RequantizedAdd", ["d", "x"], "y", attributes)
    let network = try Self.network(try builder.lowered(.requantShift))
    func round(_ x: Int, _ factor: Int, _ addend: Int, _ divisor: Int) -> Int {
      min(max(Int((Double(x * factor + addend) / Double(divisor) + 0.5).rounded(.down)), 0), 255)
    }
    let codes = [0, 1, 77, 255]
    let expected = codes.map { round(round($0 * scale, 3, 1, 4) + round($0, 5, -7, 8), 2, 3, 4) }
    #expect(try Self.output(network, codes) == expected)
  }

  @Test func `iHardswish and what follows it are one table`() throws {
    var builder = ONNXModelBuilder(input: [1, 2, 2, 2])
    builder.node("iHardswish", ["x"], "h", ["three": .int(24), "six": .int(48), "one_over_six": .int(11)])
    builder.constant("m", [], [1])
    builder.constant("a", [], [0])
    builder.node("RequantShift", ["h", "m", "a"], "y", Self.shift)
    let network = try Self.network(try builder.lowered(.requantShift, inputType: .int8))
    guard case .lookup(let lookup) = network.layers[0].operation else {
      Issue.record("a lookup was expected")
      return
    }
    #expect(network.layers.count == 1)
    for code in -128...127 {
      let value = code * min(max(code + 24, 0), 48) * 11
      let expected = min(max(Int((Double(value + 4) / 8).rounded(.down)), -128), 127)
      #expect(lookup.table(channel: 0)[code + 128] == Int32(expected), "code \(code)")
    }
  }

  @Test func `a Slice at the end is a layer; behind bare accumulators it is cut off`() throws {
    func lowered(isRequantized: Bool) throws -> LoweringResult {
      var builder = ONNXModelBuilder(input: [1, 2, 1, 1])
      builder.constant("w", [4, 2], [8, 0, 0, 8, 8, 8, 16, 0])
      builder.constant("m", [], [1])
      builder.constant("a", [], [0])
      for (name, number) in [("starts", Int64(1)), ("ends", 4), ("axes", 1)] {
        builder.constant(name, [1], integers: [number])
      }
      builder.node("Flatten", ["x"], "f")
      builder.node("Gemm", ["f", "w"], "g", ["transB": .int(1)])
      if isRequantized { builder.node("RequantShift", ["g", "m", "a"], "r", Self.shift) }
      builder.node("Slice", [isRequantized ? "r" : "g", "starts", "ends", "axes"], "y")
      return try builder.lowered(.requantShift)
    }
    let network = try Self.network(try lowered(isRequantized: true))
    #expect(network[network.outputs[0].tensor].origin.dimensions == [1, 3])
    #expect(network.outputs[0].cutTail == nil)
    #expect(try Self.output(network, [5, 9]) == [9, 14, 10])
    let bare = try Self.network(try lowered(isRequantized: false))
    #expect(bare.outputs.map(\.cutTail) == ["Slice -> y"])
  }

  @Test func `an attribute that is no integer is refused by name`() throws {
    var builder = ONNXModelBuilder()
    builder.constant("m", [], [1])
    let attributes: [String: GraphAttribute] = ["div": .float(0.5), "n_levels": .float(256), "signed": .int(0)]
    builder.node("RequantShift", ["x", "m", "m"], "y", attributes)
    let problems = try builder.lowered(.requantShift).problems
    #expect(problems.map(\.code) == ["DG0307"])
    #expect(problems[0].message.contains("'div'"))
  }

  @Test(arguments: [Float.nan, .infinity, 1e30, -3, 0])
  func `no attribute makes the import trap`(number: Float) throws {
    for name in ["div", "n_levels", "signed"] {
      var builder = ONNXModelBuilder()
      builder.constant("m", [], [number])
      builder.constant("a", [], [1])
      var attributes = Self.shift
      attributes[name] = .float(number)
      builder.node("RequantShift", ["x", "a", "a"], "z", attributes)
      builder.node("RequantShift", ["z", "m", "m"], "y", Self.shift)
      let result = try builder.lowered(.requantShift)
      #expect(result.network != nil || !result.problems.isEmpty)
    }
  }
}
