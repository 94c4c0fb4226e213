import NetworkIR
import Testing

@testable import GraphImport

struct NetworkBuilderTests {
  /// Joined to a network by hand: layers in order, as (inputs, output).
  private func network(_ layers: [(inputs: [TensorID], output: TensorID)], tensors: Int, outputs: [TensorID]) -> Network
  {
    let shape = Shape(height: 1, width: 1, channels: 4)
    var builder = NetworkBuilder()
    for number in 0..<tensors {
      let origin = TensorOrigin(index: number, dimensions: [4], axes: [.channel])
      _ = builder.add(Tensor(name: "t\(number)", shape: shape, type: .int8, values: -128...127, origin: origin))
    }
    for layer in layers {
      let lookup = Operation.lookup(Lookup(tables: [Array(repeating: 0, count: 256)]))
      let inputs = layer.inputs.map { Operand(tensor: $0, shape: shape) }
      builder.add(lookup, kind: "lookup", source: "to t\(layer.output)", inputs: inputs, output: layer.output)
    }
    builder.inputs = [Boundary(tensor: 0)]
    builder.outputs = outputs.map { Boundary(tensor: $0) }
    return builder.network(named: "n")
  }

  @Test func `layers that no output needs are left out, with all that only they read`() {
    // 2 and 3 lead nowhere, and 4 is read by 3 alone.
    let made = network(
      [([0], 1), ([1], 2), ([1], 4), ([2, 4], 3), ([1], 5), ([5], 6)], tensors: 7, outputs: [6])
    #expect(made.layers.map(\.source) == ["to t1", "to t5", "to t6"])
    #expect(made.layers.map(\.name) == ["lookup_00", "lookup_01", "lookup_02"])
    #expect(made.tensors.map(\.name) == ["t0", "t1", "t5", "t6"])
    #expect(made.layers.map { $0.inputs.map(\.tensor) } == [[0], [1], [2]])
    #expect(made.layers.map(\.output) == [1, 2, 3])
    #expect(made.inputs.map(\.tensor) == [0] && made.outputs.map(\.tensor) == [3])
  }

  @Test func `a network of which everything is needed stays as it is`() {
    let made = network([([0], 1), ([1], 3), ([1, 3], 2)], tensors: 4, outputs: [3, 2])
    #expect(made.layers.map(\.output) == [1, 3, 2])
    #expect(made.tensors.map(\.name) == ["t0", "t1", "t2", "t3"])
    #expect(made.outputs.map(\.tensor) == [3, 2])
  }
}
