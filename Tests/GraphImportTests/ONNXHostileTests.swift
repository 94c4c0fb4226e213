import Foundation
import NetworkIR
import SwiftProtobuf
import Testing

@testable import GraphImport

/// ONNX models made to mislead, each refused with a reason that names the trouble.
struct ONNXHostileTests {
  /// A model, and the codes of its refusal; none where it is read all the same.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var codes: [String]
    var change: @Sendable (inout ONNXModelBuilder) -> Void

    init(_ name: String, _ codes: String..., change: @escaping @Sendable (inout ONNXModelBuilder) -> Void) {
      testDescription = name
      self.codes = codes
      self.change = change
    }
  }

  private static func inputOf(_ dimensions: Int64...) -> @Sendable (inout ONNXModelBuilder) -> Void {
    { builder in
      builder.model.graph.input = [ONNXModelBuilder.info("x", dimensions)]
      builder.node("MaxPool", ["x"], "y", ["kernel_shape": .ints([1, 1])])
    }
  }

  private static func weights(_ dimensions: Int64...) -> @Sendable (inout ONNXModelBuilder) -> Void {
    { builder in
      builder.constant("w", dimensions, [1, 2])
      builder.node("Conv", ["x", "w"], "y")
    }
  }

  private static func elsewhere(_ location: String) -> @Sendable (inout ONNXModelBuilder) -> Void {
    { builder in
      builder.constant("w", [1, 2, 1, 1], [])
      var entry = ONNXStringStringEntryProto()
      (entry.key, entry.value) = ("location", location)
      builder.model.graph.initializer[0].externalData = [entry]
      builder.model.graph.initializer[0].dataLocation = 1
      builder.node("Conv", ["x", "w"], "y")
    }
  }

  static let wiring: [Case] = [
    Case("a node that reads its own output", "DG0156") { $0.node("Add", ["x", "y"], "y") },
    Case("three nodes in a ring", "DG0156") { builder in
      builder.node("Add", ["x", "c"], "a")
      builder.node("Relu", ["a"], "b")
      builder.node("Relu", ["b"], "c")
      builder.node("Add", ["x", "c"], "y")
    },
    Case("a ring of four thousand nodes", "DG0156") { builder in
      for index in 0..<4_000 { builder.node("Relu", ["t\((index + 3_999) % 4_000)"], "t\(index)") }
      builder.node("Add", ["x", "t0"], "y")
    },
    Case("a tensor that nobody makes", "DG0155") { $0.node("Add", ["x", "lost"], "y") },
    Case("an output that nobody makes", "DG0155") { $0.node("Relu", ["x"], "z") },
    Case("a tensor made twice", "DG0154") { builder in
      builder.node("Relu", ["x"], "y")
      builder.node("Relu", ["x"], "y")
    },
    Case("an input that is made again from itself", "DG0154", "DG0156") { builder in
      builder.node("Relu", ["x"], "x")
      builder.node("Relu", ["x"], "y")
    },
    Case("two inputs of one name", "DG0154") { builder in
      builder.model.graph.input.append(builder.model.graph.input[0])
      builder.node("MaxPool", ["x"], "y", ["kernel_shape": .ints([1, 1])])
    },
    Case("two constants of one name", "DG0154") { builder in
      for _ in 0..<2 { builder.constant("w", [1, 2, 1, 1], [1, 2]) }
      builder.node("Conv", ["x", "w"], "y")
    },
    Case("two names that Unicode takes for one", "DG0154") { builder in
      builder.node("MaxPool", ["x"], "\u{E9}", ["kernel_shape": .ints([1, 1])])
      builder.node("MaxPool", ["x"], "e\u{301}", ["kernel_shape": .ints([1, 1])])
      builder.node("MaxPool", ["\u{E9}"], "y", ["kernel_shape": .ints([1, 1])])
    },
    Case("two nodes of one name") { builder in
      builder.node("MaxPool", ["x"], "a", ["kernel_shape": .ints([1, 1])])
      builder.node("MaxPool", ["a"], "y", ["kernel_shape": .ints([1, 1])])
      builder.model.graph.node[1].name = builder.model.graph.node[0].name
    },
  ]

  static let sizes: [Case] = [
    Case("an input of 2 GB", "DG0131", change: inputOf(1, 1, 46_341, 46_341)),
    Case("an image of 100000 x 100000", "DG0131", change: inputOf(1, 3, 100_000, 100_000)),
    Case("dimensions whose product leaves 64 bits", "DG0159", change: inputOf(1, 1 << 32, 1 << 32, 2)),
    Case("the greatest dimension there is", "DG0159", change: inputOf(1, .max, 1, 1)),
    Case("a negative dimension", "DG0159", change: inputOf(1, 2, -4, 4)),
    Case("the least dimension there is", "DG0159", change: inputOf(1, 2, .min, 4)),
    Case("a dimension of nothing", "DG0316", change: inputOf(1, 2, 0, 4)),
    Case("a batch of nothing", "DG0316", change: inputOf(0, 2, 4, 4)),
    Case("a batch left open", change: inputOf(-1, 2, 4, 4)),
    Case("a dimension left open", "DG0316", change: inputOf(1, 2, -1, 4)),
    Case("weights of 2^60 elements with data for two", "DG0159", change: weights(1 << 30, 1 << 30, 1, 1)),
    Case("weights of 2^32 elements with data for two", "DG0158", change: weights(1 << 31, 2, 1, 1)),
    Case("weights of negative size", "DG0159", change: weights(-1, -2, 1, 1)),
    Case("a padding of 2^62", "DG0307") { builder in
      builder.constant("w", [1, 2, 1, 1], [1, 2])
      builder.node("Conv", ["x", "w"], "y", ["pads": .ints([1 << 62, 1 << 62, 1 << 62, 1 << 62])])
    },
    Case("a stride of nothing", "DG0307") { builder in
      builder.node("MaxPool", ["x"], "y", ["kernel_shape": .ints([1, 1]), "strides": .ints([0, 0])])
    },
    Case("a group of nothing", "DG0308") { builder in
      builder.constant("w", [1, 2, 1, 1], [1, 2])
      builder.node("Conv", ["x", "w"], "y", ["group": .int(0)])
    },
  ]

  static let elsewhere: [Case] = [
    "../weights.bin", "/etc/passwd", "a/../../b", "", "weights.bin", "C:\\weights.bin", "weights.bin\u{0}.onnx",
  ].map { Case("data in '\($0)'", "DG0157", change: elsewhere($0)) }

  @Test(arguments: wiring + sizes + elsewhere)
  func `a model made to mislead is refused for what is wrong with it`(hostile: Case) throws {
    var builder = ONNXModelBuilder()
    hostile.change(&builder)
    let report = inspectModel(try builder.bytes(), fileName: "m")
    #expect(report.problems.map(\.code) == hostile.codes, "\(report.problems)")
    #expect((report.model == nil) == !hostile.codes.isEmpty)
    #expect(report.problems.allSatisfy { !$0.message.isEmpty && $0.message.utf8.count < 1_000 })
  }

  /// The tag of a field and its number; 0 is a number, 2 bytes, 3 the start of a group.
  private static func tag(_ field: UInt8, _ wireType: UInt8) -> UInt8 { field << 3 | wireType }

  @Test(arguments: [17, 1_000, 1_000_000])
  func `groups and messages nested without end are refused or skipped without recursion`(depth: Int) throws {
    let groups = [UInt8](repeating: Self.tag(1, 3), count: depth)
    #expect(inspectModel([0x12, 0x00] + groups, fileName: "m").problems.map(\.code) == ["DG0151"])
    // A graph in an attribute in a node in a graph ...: a field that is not read, whose bytes are skipped.
    var nested: [UInt8] = []
    for level in 0..<min(depth, 2_000) {
      let field = [Self.tag(7, 2), Self.tag(1, 2), Self.tag(5, 2), Self.tag(6, 2)][level % 4]
      nested = [field] + Self.varint(nested.count) + nested
    }
    #expect(inspectModel([0x12, 0x00] + nested, fileName: "m").model == nil)
  }

  private static func varint(_ number: Int) -> [UInt8] {
    var rest = number
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  @Test func `a subgraph in an attribute makes its operator unsupported, and nothing else`() throws {
    var builder = ONNXModelBuilder()
    builder.node("If", ["x"], "y")
    var branch = ONNXAttributeProto()
    (branch.name, branch.type) = ("then_branch", 5)
    builder.model.graph.node[0].attribute = [branch]
    let report = inspectModel(try builder.bytes(), fileName: "m")
    #expect(report.problems.map(\.code) == [IntegerONNXReason.unsupported.code])
    #expect(report.problems.map(\.op) == ["If"])
  }

  @Test func `names are kept as they are, whatever they are, and stay apart`() throws {
    let names = [
      "a b", "a_b", "a\nb", "a*/b", "\u{1B}[2J", "../x", String(repeating: "n", count: 10_000), "é", "\u{202E}",
    ]
    var builder = ONNXModelBuilder(outputs: [names[names.count - 1]])
    for (index, name) in names.enumerated() {
      builder.node("MaxPool", [index == 0 ? "x" : names[index - 1]], name, ["kernel_shape": .ints([1, 1])])
    }
    let network = try #require(inspectModel(try builder.bytes(), fileName: "m").model).network
    #expect(network.tensors.map { Array($0.name.utf8) } == (["x"] + names).map { Array($0.utf8) })
    #expect(Set(network.layers.map(\.name)).count == names.count)
  }
}
