import Foundation
import NetworkIR
import Testing

struct TensorTests {
  private let shape = Shape(height: 2, width: 3, channels: 4)

  /// Elements that spell out their position: 100 h + 10 w + c, in HWC order.
  private var hwc: [Int] {
    (0..<2).flatMap { h in (0..<3).flatMap { w in (0..<4).map { c in 100 * h + 10 * w + c } } }
  }

  @Test func `a tensor counts its elements and bytes`() {
    let origin = TensorOrigin(dimensions: [1, 2, 3, 4], axes: [.batch, .height, .width, .channel])
    let tensor = Tensor(name: "t", shape: shape, type: .int32, values: 0...1, origin: origin)
    #expect(tensor.shape.elements == 24 && tensor.bytes == 96 && shape.extent.area == 6)
    #expect(shape.description == "2x3x4")
  }

  @Test func `a shape is written as three numbers`() throws {
    let data = try JSONEncoder().encode(shape)
    #expect(String(bytes: data, encoding: .utf8) == "[2,3,4]")
    #expect(try JSONDecoder().decode(Shape.self, from: data) == shape)
    #expect(throws: (any Error).self) { try JSONDecoder().decode(Shape.self, from: Data("[2,3]".utf8)) }
  }

  @Test func `channels first puts whole maps one after the other`() {
    let origin = TensorOrigin(dimensions: [1, 4, 2, 3], axes: [.batch, .channel, .height, .width])
    let expected = (0..<4).flatMap { c in (0..<2).flatMap { h in (0..<3).map { w in 100 * h + 10 * w + c } } }
    #expect(origin.modelOrder(hwc) == expected)
    #expect(origin.hwcOrder(expected) == hwc)
  }

  @Test func `a signal of length L comes as channels by length`() {
    let origin = TensorOrigin(dimensions: [1, 2, 3], axes: [.batch, .channel, .height])
    #expect(origin.modelOrder([1, 10, 2, 20, 3, 30]) == [1, 2, 3, 10, 20, 30])
    #expect(origin.hwcOrder([1, 2, 3, 10, 20, 30]) == [1, 10, 2, 20, 3, 30])
  }

  @Test(arguments: [
    [TensorOrigin.Axis.batch, .height, .width, .channel], [.batch, .channel, .height, .width],
    [.batch, .channel, .width, .height], [.height, .width, .channel], [.channel, .batch, .width, .height],
    [.width, .channel, .height, .batch],
  ])
  func `every order of axes returns to where it came from`(axes: [TensorOrigin.Axis]) {
    let sizes: [TensorOrigin.Axis: Int] = [.batch: 1, .height: 2, .width: 3, .channel: 4]
    let origin = TensorOrigin(dimensions: axes.compactMap { sizes[$0] }, axes: axes)
    let file = origin.modelOrder(hwc)
    #expect(origin.hwcOrder(file) == hwc)
    #expect(file.sorted() == hwc)
    if axes.last == .channel { #expect(file == hwc) }
  }

  @Test func `the last axis of the file varies fastest`() {
    let origin = TensorOrigin(dimensions: [4, 3, 2], axes: [.channel, .width, .height])
    #expect(origin.modelOrder(hwc).prefix(4) == [0, 100, 10, 110])
  }

  @Test func `multiply-accumulate operations count output elements times the window`() {
    let convolution = Convolution(
      kernel: Extent(height: 3, width: 3), stride: .one, dilation: .one, padding: .zero, groups: 2, inputChannels: 4,
      outputChannels: 6, weights: [Int8](repeating: 1, count: 108), bias: [Int32](repeating: 0, count: 6),
      inputZeroPoint: 0, paddingValue: 0, requantization: nil)
    let shapes = [Shape(height: 5, width: 5, channels: 4), Shape(height: 3, width: 3, channels: 6)]
    let tensors = shapes.map { shape in
      let origin = TensorOrigin(
        dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel])
      return Tensor(name: "\(shape)", shape: shape, type: .int32, values: 0...1, origin: origin)
    }
    let input = Operand(tensor: 0, shape: shapes[0])
    let layer = Layer(name: "conv", source: "n", operation: .convolution(convolution), inputs: [input], output: 1)
    let pool = Pooling(kind: .maximum(clamp: 0...1), kernel: .one, stride: .one, padding: .zero)
    let other = Layer(name: "pool", source: "n", operation: .pooling(pool), inputs: [input], output: 0)
    let network = Network(name: "n", tensors: tensors, layers: [layer, other], inputs: [], outputs: [])
    #expect(network.macs == 9 * 6 * 9 * 2 && network.macs(of: other) == 0)
    #expect(!convolution.isDepthwise && convolution.weightsPerOutputChannel == 18)
  }
}
