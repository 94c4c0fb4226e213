import NetworkIR
import Reference
import Testing

struct ReferenceExecutorTests {
  /// Doubles a 1x2x1 input, then adds the result, seen as 2x1x1, to itself.
  private func chain() throws -> Network {
    let wide = Int(Int32.min)...Int(Int32.max)
    let identity = try requantization([], over: -128...127, clamp: wide)
    let doubled = try requantization([.affine(scale: 2, offset: 0)], over: -128...127)
    let sum = try requantization([], over: -256...254)
    var network = singleLayer(.rescale(doubled), inputs: [Shape(1, 2, 1)], output: Shape(1, 2, 1))
    var last = network.tensors[1]
    last.name = "sum"
    last.shape = Shape(2, 1, 1)
    network.tensors.append(last)
    let view = Operand(tensor: 1, shape: Shape(2, 1, 1))
    network.layers.append(
      Layer(
        name: "add", source: "node", operation: .addition(Addition(first: identity, second: identity, output: sum)),
        inputs: [view, view], output: 2))
    network.outputs = [Boundary(tensor: 2)]
    return network
  }

  @Test func `every tensor of the network is returned`() throws {
    #expect(try ReferenceExecutor(chain()).run([[3, -40]]) == [[3, -40], [6, -80], [12, -128]])
  }

  @Test func `wrong inputs are errors that give both numbers`() throws {
    let executor = try ReferenceExecutor(chain())
    #expect(throws: ReferenceError.inputCount(found: 2, expected: 1)) { try executor.run([[1, 2], [3, 4]]) }
    #expect(throws: ReferenceError.elementCount(tensor: "input0", found: 3, expected: 2)) {
      try executor.run([[1, 2, 3]])
    }
    let outside = ReferenceError.codeOutOfRange(tensor: "input0", index: 1, code: 128, range: -128...127)
    #expect(throws: outside) { try executor.run([[1, 128]]) }
    #expect(outside.description == "element 1 of tensor 'input0' is 128, outside -128...127")
  }

  @Test func `a code outside the proven values of its tensor is an error`() throws {
    var network = try chain()
    network.tensors[1].values = -10...10
    #expect(throws: ReferenceError.codeOutOfRange(tensor: "output", index: 0, code: 12, range: -10...10)) {
      try ReferenceExecutor(network).run([[6, 0]])
    }
  }

  @Test func `an accumulator past 32 bits is an error`() throws {
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 1, outputChannels: 1,
      weights: [2], bias: [.max], inputZeroPoint: 0, paddingValue: 0, requantization: nil)
    let network = singleLayer(
      .convolution(convolution), inputs: [Shape(1, 1, 1)], output: Shape(1, 1, 1), outputType: .int32)
    let overflow = ReferenceError.accumulatorOverflow(
      layer: "layer", position: Position(row: 0, column: 0, channel: 0), accumulator: 2_147_483_649)
    #expect(throws: overflow) { try run(network, [1]) }
    #expect(try run(network, [0]) == [.max])
  }

  @Test func `there is no accumulator where nothing is accumulated`() throws {
    let pooling = Pooling(kind: .maximum(clamp: 0...1), kernel: .one, stride: .one, padding: .zero)
    let network = singleLayer(.pooling(pooling), inputs: [Shape(1, 1, 1)], output: Shape(1, 1, 1))
    let executor = ReferenceExecutor(network)
    let origin = Position(row: 0, column: 0, channel: 0)
    let beyond = Position(row: 0, column: 1, channel: 0)
    #expect(executor.accumulator(layer: 0, position: origin, tensors: [[1], [1]]) == nil)
    let chain = try ReferenceExecutor(chain())
    #expect(chain.accumulator(layer: 1, position: origin, tensors: [[3, 4], [6, 8], []]) == 12)
    #expect(chain.accumulator(layer: 1, position: beyond, tensors: [[3, 4], [6, 8], []]) == nil)
    #expect(chain.accumulator(layer: 2, position: origin, tensors: [[3, 4], [6, 8], []]) == nil)
    #expect(chain.accumulator(layer: 1, position: origin, tensors: [[3, 4], [], []]) == nil)
  }
}
