import CEmitter
import NetworkIR
import Testing

/// Convolutions whose constants are grouped by four channels: where each weight lies, and what the kernels compute.
struct GroupedConstantsTests {
  /// A convolution of distinct weights, and the bytes of one of its windows by [kernel row][kernel column][input channel].
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var kernel: Extent
    var dilation = 1
    var isDepthwise = false
    var inputs: Int
    var outputs: Int
    var input = ElementType.uint8
    /// Bytes of a channel's window.
    var windowBytes: Int
    /// Where a weight lies among those.
    var place: @Sendable (_ row: Int, _ column: Int, _ input: Int) -> Int
  }

  static let cases = [
    Case(testDescription: "pointwise", kernel: .one, inputs: 6, outputs: 5, windowBytes: 8) { $2 },
    Case(
      testDescription: "rows", kernel: Extent(height: 3, width: 2), inputs: 23, outputs: 4, windowBytes: 144
    ) { 48 * $0 + 23 * $1 + $2 },
    Case(
      testDescription: "gathered", kernel: Extent(height: 3, width: 3), inputs: 3, outputs: 9, windowBytes: 28
    ) { 9 * $0 + 3 * $1 + $2 },
    Case(
      testDescription: "dilated", kernel: Extent(height: 2, width: 2), dilation: 2, inputs: 35, outputs: 3,
      windowBytes: 144
    ) { 72 * $0 + 36 * $1 + $2 },
    Case(
      testDescription: "16 bits", kernel: Extent(height: 2, width: 1), inputs: 3, outputs: 6, input: .int16,
      windowBytes: 12
    ) { 6 * $0 + 0 * $1 + 2 * $2 },
    Case(
      testDescription: "depthwise", kernel: Extent(height: 3, width: 5), isDepthwise: true, inputs: 6, outputs: 6,
      windowBytes: 24
    ) { 8 * $0 + $1 + $2 },
  ]

  /// Weights that differ from their neighbours; the accumulator is the output, so that parameters are the bias.
  private func network(_ shape: Case) -> Network {
    let groups = shape.isDepthwise ? shape.inputs : 1
    let count = shape.outputs * shape.kernel.area * shape.inputs / groups
    let dilation = Extent(height: shape.dilation, width: shape.dilation)
    let convolution = Convolution(
      kernel: shape.kernel, stride: .one, dilation: dilation, padding: .zero, groups: groups,
      inputChannels: shape.inputs, outputChannels: shape.outputs,
      weights: (0..<count).map { Int8(truncatingIfNeeded: $0 * 37 + 11) },
      bias: (0..<shape.outputs).map { Int32($0 + 1) * 0x0102_0304 }, inputZeroPoint: 0, paddingValue: 0,
      requantization: nil)
    let input = Shape(
      height: (shape.kernel.height - 1) * shape.dilation + 1, width: (shape.kernel.width - 1) * shape.dilation + 1,
      channels: shape.inputs)
    let output = Shape(height: 1, width: 1, channels: shape.outputs)
    let origin = TensorOrigin(dimensions: [], axes: [])
    return Network(
      name: "grouped",
      tensors: [
        Tensor(name: "x", shape: input, type: shape.input, values: shape.input.range, origin: origin),
        Tensor(name: "y", shape: output, type: .int32, values: ElementType.int32.range, origin: origin),
      ],
      layers: [
        Layer(
          name: "conv_00", source: "conv", operation: .convolution(convolution),
          inputs: [Operand(tensor: 0, shape: input)], output: 1)
      ], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 1)])
  }

  @Test(arguments: cases)
  func `every weight and every bias lies in its place, and nothing else does`(shape: Case) throws {
    let network = network(shape)
    let plan = HandPlanner.plan(network, style: PlanStyle(name: "whole"))
    let files = try emitProject(network: network, plan: plan)
    guard case .convolution(let convolution) = network.layers[0].operation else { return }
    let groupBytes = 4 * (shape.windowBytes + 4)
    var expected = [UInt8](repeating: 0, count: (shape.outputs + 3) / 4 * groupBytes)
    let depth = shape.isDepthwise ? 1 : shape.inputs
    for channel in 0..<shape.outputs {
      let start = channel / 4 * groupBytes
      for row in 0..<shape.kernel.height {
        for column in 0..<shape.kernel.width {
          for input in 0..<depth {
            let index = ((channel * shape.kernel.height + row) * shape.kernel.width + column) * depth + input
            let weight = Int(convolution.weights[index])
            for byte in 0..<shape.input.bits / 8 {
              let place = shape.place(row, column, input) + byte
              expected[start + place / 4 * 16 + channel % 4 * 4 + place % 4] = UInt8(weight >> (8 * byte) & 255)
            }
          }
        }
      }
      for byte in 0..<4 {
        let bias = Int(convolution.bias[channel])
        expected[start + 4 * shape.windowBytes + channel % 4 * 4 + byte] = UInt8(bias >> (8 * byte) & 255)
      }
    }
    #expect(try #require(files.first { $0.path == "weights.bin" }).contents == expected)
  }

  static let kinds: [LayerKind] = [
    .dense, .depthwise, .dense, .pointwise, .depthwise, .dense, .depthwise, .dense, .raw, .connected,
  ]

  @Test(arguments: GeneratedProjectTests.styles.indices)
  func `kernels for groups of four channels compute every layer exactly`(index: Int) throws {
    var style = GeneratedProjectTests.styles[index]
    style.pages = false
    let seed = 300 + index
    var random = RandomNetwork(
      seed: seed, shape: Shape(height: 13, width: 11, channels: 7), kinds: Self.kinds,
      type: [.int8, .uint8, .int16, .uint16, .uint8, .int8, .int8, .uint8][index], isBytewise: true)
    let network = random.network
    #expect(network.layers.count == Self.kinds.count, "seed \(seed) left layers out")
    let plan = HandPlanner.plan(network, style: style)
    let orders = plan.layers.compactMap { $0.constants?.order }
    #expect(orders.contains(.interleaved) && orders.contains(.columns), "seed \(seed)")
    let files = try emitProject(network: network, plan: plan)
    let project = try ProjectRun(files, network: network, compiler: index % 2 == 0 ? "gcc" : "clang", sanitize: true)
    defer { project.remove() }
    let samples = [random.sample(), random.sample()]
    for (sample, layers) in zip(samples, try project.layers(samples)) {
      let expected = NaiveEvaluation(network, inputs: sample)
      for (layer, codes) in zip(network.layers, layers) {
        #expect(codes == expected.values[layer.output], "seed \(seed), \(style.name), \(layer.name)")
      }
    }
  }
}
