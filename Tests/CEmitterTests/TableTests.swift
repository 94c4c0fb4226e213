import CEmitter
import NetworkIR
import Testing

/// Tables in a generated project on every code and every pair of codes there is.
struct TableTests {
  private static func tensor(_ name: String, _ shape: Shape, _ type: ElementType) -> Tensor {
    Tensor(
      name: name, shape: shape, type: type, values: type.range,
      origin: TensorOrigin(
        dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel]))
  }

  private func run(_ network: Network, _ sample: [[Int]]) throws -> [[Int]] {
    let plan = HandPlanner.plan(network, style: PlanStyle(name: "tables", cores: 3))
    let project = try ProjectRun(
      try emitProject(network: network, plan: plan), network: network, compiler: "gcc", sanitize: true)
    defer { project.remove() }
    return try project.layers([sample])[0]
  }

  @Test
  func `a lookup gives its entry for all 256 codes, with one table and with one per channel`() throws {
    var random = SeededGenerator(seed: 11)
    let shape = Shape(height: 16, width: 16, channels: 3)
    var network = Network(name: "lookups", tensors: [], layers: [], inputs: [], outputs: [])
    for type in [ElementType.int8, .uint8] {
      network.tensors.append(Self.tensor("\(type)", shape, type))
      network.inputs.append(Boundary(tensor: network.tensors.count - 1))
    }
    for (index, output) in [ElementType.int8, .uint8, .int16, .uint4, .int2, .int32].enumerated() {
      let tables = (0..<(index % 2 == 0 ? 1 : 3)).map { _ in
        (0..<256).map { _ in Int32(random.number(output.range)) }
      }
      network.tensors.append(Self.tensor("to \(output)", shape, output))
      network.layers.append(
        Layer(
          name: "lookup_\(index)", source: "", operation: .lookup(Lookup(tables: tables)),
          inputs: [Operand(tensor: index / 2 % 2, shape: shape)], output: network.tensors.count - 1))
      network.outputs.append(Boundary(tensor: network.tensors.count - 1))
    }
    let sample = [-128, 0].map { least in (0..<256 * 3).map { least + $0 / 3 } }
    let results = try run(network, sample)
    let expected = NaiveEvaluation(network, inputs: sample)
    for (layer, codes) in zip(network.layers, results) {
      #expect(codes == expected.values[layer.output], "\(layer.name)")
    }
  }

  @Test(arguments: [false, true])
  func `a pairwise layer gives its table's code for all 65536 pairs`(isTable: Bool) throws {
    // x1 + x2 / 2 less a little of their product, at a coarse scale, but for 64 pairs.
    let coefficients = PairwiseCoefficients(
      first: 3 << 40, second: 3 << 39, product: -7 << 32, offset: -1 << 41, shift: 43)
    var random = SeededGenerator(seed: 12)
    var changed: Set<Int> = [0, 65535]
    while changed.count < Pairwise.mostExceptions { changed.insert(random.number(0...65535)) }
    var codes: [Int16] = []
    for first in -128...127 {
      for second in 0...255 {
        let code = min(max(coefficients.evaluate(first, second) ?? 0, -100), 100)
        codes.append(Int16(!changed.contains(codes.count) ? code : code > 0 ? code - 1 : code + 1))
      }
    }
    let pairwise = try #require(
      Pairwise(first: -128...127, second: 0...255, clamp: -100...100, codes: codes, coefficients: coefficients))
    #expect(pairwise.exceptions.count == Pairwise.mostExceptions)
    let function = isTable ? Pairwise(first: -128...127, second: 0...255, clamp: -100...100, table: codes) : pairwise
    let shape = Shape(height: 256, width: 64, channels: 4)
    let network = Network(
      name: "pairs",
      tensors: [
        Self.tensor("x1", shape, .int8), Self.tensor("x2", shape, .uint8), Self.tensor("y", shape, .int8),
      ],
      layers: [
        Layer(
          name: "pairwise_0", source: "", operation: .pairwise(function),
          inputs: [Operand(tensor: 0, shape: shape), Operand(tensor: 1, shape: shape)], output: 2)
      ], inputs: [Boundary(tensor: 0), Boundary(tensor: 1)], outputs: [Boundary(tensor: 2)])
    let sample = [(0..<65536).map { $0 / 256 - 128 }, (0..<65536).map { $0 % 256 }]
    #expect(try run(network, sample)[0] == codes.map(Int.init))
  }
}
