import NetworkIR
import Reference
import Testing

struct ConvolutionTests {
  @Test func `a dense convolution sums products of codes without their zero point`() throws {
    // 2x2 input, 2 channels, zero point 1; one output channel, bias 100.
    let convolution = Convolution(
      kernel: Extent(height: 2, width: 2), stride: .one, dilation: .one, padding: .zero, groups: 1,
      inputChannels: 2, outputChannels: 1, weights: [1, 2, 3, 4, -5, 6, 7, -8], bias: [100], inputZeroPoint: 1,
      paddingValue: 1, requantization: nil)
    let network = singleLayer(
      .convolution(convolution), inputs: [Shape(2, 2, 2)], output: Shape(1, 1, 1), outputType: .int32)
    // codes - 1: 0 1 | 2 3 | 4 5 | 6 7
    let sum: Int32 = 100 + (0 + 2) + (6 + 12) + (-20 + 30) + (42 - 56)
    #expect(try run(network, [1, 2, 3, 4, 5, 6, 7, 8]) == [sum])
  }

  @Test func `padding reads as its own value, whatever the zero point`() throws {
    let convolution = Convolution(
      kernel: Extent(height: 3, width: 3), stride: .one, dilation: .one,
      padding: Padding(top: 1, left: 1, bottom: 1, right: 1), groups: 1, inputChannels: 1, outputChannels: 1,
      weights: [1, 1, 1, 1, 1, 1, 1, 1, 1], bias: [0], inputZeroPoint: 3, paddingValue: 5, requantization: nil)
    let network = singleLayer(
      .convolution(convolution), inputs: [Shape(1, 1, 1)], output: Shape(1, 1, 1), outputType: .int32)
    #expect(try run(network, [10]) == [Int32(10 - 3) + 8 * (5 - 3)])
  }

  @Test func `a depthwise multiplier gives each input channel several filters`() throws {
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 2, inputChannels: 2, outputChannels: 4,
      weights: [1, 10, 100, -100], bias: [0, 0, 0, 7], inputZeroPoint: 0, paddingValue: 0, requantization: nil)
    let network = singleLayer(
      .convolution(convolution), inputs: [Shape(1, 1, 2)], output: Shape(1, 1, 4), outputType: .int32)
    #expect(try run(network, [3, 4]) == [3, 30, 400, -393])
  }

  @Test func `each channel is requantized by its own rule`() throws {
    let rules = [
      RequantizationRule([.affine(scale: 3, offset: -4), .divide(by: 8, rounding: .floor), .clamp(0...255)]),
      RequantizationRule([.affine(scale: -2, offset: 0), .divide(by: 7, rounding: .truncate), .clamp(0...255)]),
    ]
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 1, outputChannels: 2,
      weights: [1, 1], bias: [0, 0], inputZeroPoint: 0, paddingValue: 0,
      requantization: try Requantization(rules: rules, accumulators: [-128...127, -128...127], clamp: 0...255))
    let network = singleLayer(
      .convolution(convolution), inputs: [Shape(3, 1, 1)], output: Shape(3, 1, 2), outputType: .uint8)
    #expect(try run(network, [100, 0, -100]) == [37, 0, 0, 0, 0, 28])
  }

  @Test(arguments: 0..<120)
  func `a random convolution equals the scatter of every input over the output`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let sample = RandomConvolution(&generator)
    let input = generator.codes(sample.input.elements, in: -128...127)
    let network = singleLayer(
      .convolution(sample.convolution), inputs: [sample.input], output: sample.output, outputType: .int32)
    let tensors = try ReferenceExecutor(network).run([input])
    let expected = sample.scattered(input)
    #expect(tensors[1] == expected, "seed \(seed): \(sample)")
    let position = Position(
      row: sample.output.height - 1, column: sample.output.width / 2, channel: sample.output.channels - 1)
    let element =
      (position.row * sample.output.width + position.column) * sample.output.channels + position.channel
    let accumulator = ReferenceExecutor(network).accumulator(layer: 0, position: position, tensors: tensors)
    #expect(accumulator == Int(expected[element]), "seed \(seed)")
  }
}

/// A convolution of random geometry with random weights, and its result computed the other way round.
private struct RandomConvolution {
  var convolution: Convolution
  var input: Shape
  var output: Shape

  init(_ generator: inout SeededGenerator) {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let kernel = Extent(height: pick(1...4), width: pick(0...3) == 0 ? 1 : pick(1...4))
    let stride = Extent(height: pick(1...3), width: pick(1...3))
    let dilation = Extent(height: pick(1...3), width: pick(1...2))
    let padding = Padding(top: pick(0...3), left: pick(0...3), bottom: pick(0...3), right: pick(0...3))
    let groups = pick(1...3)
    let inputChannels = groups * [1, pick(1...4)][pick(0...1)]
    let outputChannels = groups * pick(1...3)
    let reach = Extent(
      height: (kernel.height - 1) * dilation.height + 1, width: (kernel.width - 1) * dilation.width + 1)
    input = Shape(
      max(1, reach.height - padding.top - padding.bottom) + pick(0...6),
      max(1, reach.width - padding.left - padding.right) + pick(0...6), inputChannels)
    output = Shape(
      (input.height + padding.top + padding.bottom - reach.height) / stride.height + 1,
      (input.width + padding.left + padding.right - reach.width) / stride.width + 1, outputChannels)
    let zeroPoint = pick(-128...127)
    let weights = kernel.area * inputChannels / groups * outputChannels
    convolution = Convolution(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups,
      inputChannels: inputChannels, outputChannels: outputChannels,
      weights: generator.codes(weights, in: -128...127).map(Int8.init),
      weightZeroPoints: pick(0...1) == 0 ? [] : generator.codes(outputChannels, in: -128...127).map(Int.init),
      bias: generator.codes(outputChannels, in: -100_000...100_000), inputZeroPoint: zeroPoint,
      paddingValue: pick(0...1) == 0 ? zeroPoint : pick(-128...127), requantization: nil)
  }

  /// Adds every position of the padded input to all outputs that it takes part in.
  func scattered(_ codes: [Int32]) -> [Int32] {
    let (kernel, padding) = (convolution.kernel, convolution.padding)
    let perGroup = convolution.outputChannels / convolution.groups
    let depth = convolution.inputChannels / convolution.groups
    var sums = (0..<output.elements).map { convolution.bias[$0 % output.channels] }
    for row in -padding.top..<input.height + padding.bottom {
      for column in -padding.left..<input.width + padding.right {
        let inside = (0..<input.height).contains(row) && (0..<input.width).contains(column)
        for channel in 0..<input.channels {
          let offset = (row * input.width + column) * input.channels + channel
          let code = inside ? Int(codes[offset]) : convolution.paddingValue
          let value = Int32(code - convolution.inputZeroPoint)
          for kernelRow in 0..<kernel.height {
            let down = row + padding.top - kernelRow * convolution.dilation.height
            guard down.isMultiple(of: convolution.stride.height) else { continue }
            guard (0..<output.height).contains(down / convolution.stride.height), down >= 0 else { continue }
            for kernelColumn in 0..<kernel.width {
              let right = column + padding.left - kernelColumn * convolution.dilation.width
              guard right.isMultiple(of: convolution.stride.width), right >= 0 else { continue }
              guard (0..<output.width).contains(right / convolution.stride.width) else { continue }
              let pixel =
                down / convolution.stride.height * output.width + right / convolution.stride.width
              let group = channel / depth
              for filter in group * perGroup..<(group + 1) * perGroup {
                let weight =
                  ((filter * kernel.height + kernelRow) * kernel.width + kernelColumn) * depth + channel % depth
                let zeroPoint = convolution.weightZeroPoints.isEmpty ? 0 : convolution.weightZeroPoints[filter]
                sums[pixel * output.channels + filter] +=
                  value * (Int32(convolution.weights[weight]) - Int32(zeroPoint))
              }
            }
          }
        }
      }
    }
    return sums
  }
}
