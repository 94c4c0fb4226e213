import Foundation
import NetworkIR
import Testing

/// One network that a planner for common shapes alone would get wrong.
struct OddShape: CustomTestStringConvertible, Sendable {
  var name: String
  /// Of the weights and of the input.
  var seed: UInt64
  /// Whether it runs with all other tests; the rest take longer and run in `make conformance`.
  var isQuick: Bool
  private var input: Shape
  private var type: ElementType
  private var build: @Sendable (inout ShapedNetwork) throws -> Void

  private init(
    _ name: String, _ input: Shape, type: ElementType = .uint8, isQuick: Bool = false,
    build: @escaping @Sendable (inout ShapedNetwork) throws -> Void
  ) {
    self.name = name
    self.input = input
    self.type = type
    self.isQuick = isQuick
    self.build = build
    seed = name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }
  }

  var testDescription: String { "\(name), seed \(seed)" }

  func network() throws -> Network {
    var shaped = ShapedNetwork(name, input: input, type: type, seed: seed)
    try build(&shaped)
    return shaped.finished()
  }

  /// All where `DORY_GEN_ODD_SHAPES=all` is in the environment, else the quick ones.
  static var chosen: [OddShape] {
    let isComplete = ProcessInfo.processInfo.environment["DORY_GEN_ODD_SHAPES"] == "all"
    return all.filter { isComplete || $0.isQuick }
  }

  static let all = kernels + windows + maps + depths + residuals + pools
}

private func map(_ height: Int, _ width: Int, _ channels: Int) -> Shape {
  Shape(height: height, width: width, channels: channels)
}

private func extent(_ height: Int, _ width: Int) -> Extent { Extent(height: height, width: width) }

extension OddShape {
  private static let kernels: [OddShape] = [
    OddShape("kernel 1x3", map(20, 18, 16)) {
      try $0.convolution(24, Window(extent(1, 3), border: .same))
    },
    OddShape("kernel 3x1", map(20, 18, 16), type: .int8) {
      try $0.convolution(24, Window(extent(3, 1), border: .same))
    },
    OddShape("kernel 4x4", map(20, 18, 16)) { try $0.convolution(24, Window(4, border: .same)) },
    OddShape("kernel 5x5", map(20, 18, 16), type: .int8) { try $0.convolution(24, Window(5, border: .same)) },
    OddShape("kernel 7x7", map(20, 18, 16)) { try $0.convolution(24, Window(7, border: .same)) },
    OddShape("kernel 9x9 depthwise", map(40, 40, 48), type: .int8, isQuick: true) {
      try $0.depthwise(Window(9, border: .same))
    },
    OddShape("kernel 11x11, stride 4", map(227, 227, 3)) {
      try $0.convolution(32, Window(11, stride: 4))
    },
  ]

  private static let windows: [OddShape] = [
    OddShape("stride 3", map(40, 38, 16)) { try $0.convolution(24, Window(3, stride: 3)) },
    OddShape("stride 2x1", map(40, 38, 16), type: .int8, isQuick: true) {
      try $0.convolution(24, Window(extent(3, 3), stride: extent(2, 1), border: .same))
    },
    OddShape("stride 1x2 of one row", map(1, 300, 16)) {
      try $0.convolution(24, Window(extent(1, 5), stride: extent(1, 2), border: .same))
    },
    OddShape("stride 3, kernel 1x1", map(40, 38, 16)) { try $0.convolution(24, Window(1, stride: 3)) },
    OddShape("dilation 2", map(40, 38, 16)) { try $0.convolution(24, Window(3, dilation: 2, border: .same)) },
    OddShape("dilation 2 depthwise", map(40, 38, 64)) {
      try $0.depthwise(Window(3, dilation: 2, border: .same))
    },
    OddShape("SAME padding, stride 2", map(64, 64, 16), type: .int8) {
      try $0.convolution(24, Window(3, stride: 2, border: .same))
      try $0.depthwise(Window(5, stride: 2, border: .same))
    },
    OddShape("asymmetric padding", map(30, 30, 16), isQuick: true) {
      let sides = Padding(top: 3, left: 0, bottom: 1, right: 2)
      try $0.convolution(24, Window(4, border: .sides(sides)))
      try $0.depthwise(Window(4, stride: 2, border: .sides(Padding(top: 0, left: 3, bottom: 2, right: 1))))
    },
  ]

  private static let maps: [OddShape] = [
    OddShape("5, 7, 13 and 29 channels", map(37, 53, 5), isQuick: true) {
      try $0.convolution(7, Window(3, border: .same))
      try $0.convolution(13, Window(1))
      try $0.depthwise(Window(3, border: .same))
      try $0.convolution(29, Window(3, stride: 2, border: .same))
    },
    OddShape("map 1x4000", map(1, 4000, 16), isQuick: true) {
      try $0.convolution(32, Window(extent(1, 9), border: .same))
      try $0.depthwise(Window(extent(1, 3), border: .same))
    },
    OddShape("map 4000x1", map(4000, 1, 16), type: .int8) {
      try $0.convolution(32, Window(extent(9, 1), border: .same))
      try $0.depthwise(Window(extent(3, 1), border: .same))
    },
    OddShape("map 480x640", map(480, 640, 3)) {
      try $0.convolution(8, Window(3, stride: 2, border: .same))
      try $0.depthwise(Window(3, border: .same))
      $0.maximum(Window(2, stride: 2))
    },
    OddShape("map 480x640 of one channel, kept", map(480, 640, 1), type: .int8) {
      try $0.convolution(4, Window(3, border: .same))
      try $0.convolution(1, Window(3, border: .same))
    },
    OddShape("maps 1x1", map(1, 1, 64), isQuick: true) {
      try $0.convolution(96, Window(1))
      try $0.convolution(40, Window(3, border: .same))
      try $0.depthwise(Window(3, border: .same))
      try $0.fullyConnected(30)
    },
  ]

  private static let depths: [OddShape] = [
    OddShape("4 groups of 8 to 12", map(20, 20, 32), type: .int8) {
      try $0.convolution(48, Window(3, border: .same), groups: 4)
    },
    OddShape("2 groups of 48 to 128, kernel 5x5", map(13, 13, 96), isQuick: true) {
      try $0.convolution(256, Window(5, border: .same), groups: 2)
    },
    OddShape("groups of one input and three outputs", map(24, 24, 20)) {
      try $0.convolution(60, Window(3, border: .same), groups: 20)
    },
    OddShape("3x3 of 256 channels", map(14, 14, 256), isQuick: true) {
      try $0.convolution(64, Window(3, border: .same))
    },
    OddShape("3x3 of 512 channels", map(7, 7, 512)) { try $0.convolution(64, Window(3, border: .same)) },
    OddShape("1x1 of 2048 channels", map(7, 7, 2048), type: .int8) { try $0.convolution(512, Window(1)) },
    OddShape("fully connected 9216 to 4096", map(6, 6, 256)) { try $0.fullyConnected(4096) },
    OddShape("fully connected 65536 to 10", map(32, 32, 64), isQuick: true) { try $0.fullyConnected(10) },
    OddShape("fully connected 1024 to 1009", map(1, 1, 1024), type: .int8) {
      try $0.fullyConnected(1009)
    },
    OddShape("stem of ResNet-18", map(224, 224, 3)) {
      try $0.convolution(64, Window(7, stride: 2, border: .sides(Padding(top: 3, left: 3, bottom: 3, right: 3))))
      $0.maximum(Window(3, stride: 2, border: .sides(Padding(top: 1, left: 1, bottom: 1, right: 1))))
    },
    OddShape("stage 4 of ResNet-18", map(14, 14, 256), type: .int8) { network in
      let input = network.last
      try network.convolution(512, Window(1, stride: 2))
      let shortcut = network.last
      network.last = input
      try network.convolution(512, Window(3, stride: 2, border: .same))
      try network.convolution(512, Window(3, border: .same))
      try network.addition(shortcut)
    },
    OddShape("block of VGG", map(56, 56, 32)) {
      try $0.convolution(64, Window(3, border: .same))
      try $0.convolution(64, Window(3, border: .same))
      $0.maximum(Window(2, stride: 2))
    },
  ]

  private static let residuals: [OddShape] = [
    OddShape("residual from the network's input", map(32, 32, 24)) { network in
      let input = network.last
      try network.convolution(24, Window(3, border: .same))
      try network.convolution(24, Window(3, border: .same))
      try network.addition(input)
    },
    OddShape("nested residuals", map(24, 24, 32), type: .int8, isQuick: true) { network in
      try network.convolution(32, Window(1))
      let outer = network.last
      try network.convolution(32, Window(3, border: .same))
      let inner = network.last
      try network.depthwise(Window(3, border: .same))
      try network.convolution(32, Window(1))
      try network.addition(inner)
      try network.convolution(32, Window(1))
      try network.addition(outer)
    },
    OddShape("two residuals from one tensor", map(24, 24, 32)) { network in
      try network.convolution(32, Window(1))
      let skip = network.last
      try network.depthwise(Window(3, border: .same))
      try network.addition(skip)
      try network.convolution(32, Window(1))
      try network.addition(skip)
      try network.addition(network.last)
    },
    OddShape("residual larger than L2", map(96, 96, 64), type: .int8) { network in
      let input = network.last
      try network.depthwise(Window(3, border: .same))
      try network.convolution(64, Window(1))
      try network.addition(input)
    },
  ]

  private static let pools: [OddShape] = [
    OddShape("pools after a streamed layer", map(12, 12, 256), isQuick: true) {
      try $0.convolution(512, Window(3, border: .same))
      $0.maximum(Window(3, stride: 2, border: .same))
      $0.average(Window(2, stride: 1))
      $0.globalAverage()
    },
    OddShape("global average of 56x56", map(56, 56, 64)) {
      try $0.depthwise(Window(3, border: .same))
      $0.globalAverage()
    },
    OddShape("global maximum of 224x200", map(224, 200, 5), type: .int8) {
      try $0.depthwise(Window(3, border: .same))
      $0.maximum(Window(extent(224, 200)))
    },
    OddShape("windows of 16x16 on 480x640", map(480, 640, 4)) { $0.average(Window(16, stride: 16)) },
  ]

  /// The window of one output must fit into L1, and the rows of one row of outputs into L2: nothing adds up parts of a
  /// window.
  static let refused: [OddShape] = [
    OddShape("global maximum of 480x640", map(480, 640, 4), type: .int8) { $0.maximum(Window(extent(480, 640))) },
    OddShape("global average of 112x112", map(112, 112, 64)) {
      try $0.depthwise(Window(3, border: .same))
      $0.globalAverage()
    },
  ]
}
