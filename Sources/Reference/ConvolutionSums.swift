import NetworkIR

/// The accumulators of a convolution, one at a time.
///
/// The input is laid out once with its padding written out and its zero point subtracted, so that every product of the
/// definition is one read away and no border needs a special case.
struct ConvolutionSums {
  private let convolution: Convolution
  /// `code - inputZeroPoint` in HWC order, padding included.
  private let padded: [Int]
  /// `code - weightZeroPoint` in the order of the convolution's weights.
  private let weights: [Int]
  /// Of the padded input, in elements.
  private let width: Int

  /// - Throws: `ReferenceError.operandShape` where the convolution doesn't read all channels of its input.
  init(_ convolution: Convolution, in evaluation: LayerEvaluation) throws(ReferenceError) {
    var shape = evaluation.inputs[0].shape
    shape.channels = convolution.inputChannels
    let input = try evaluation.operand(0, shaped: shape)
    let padding = convolution.padding
    let width = padding.left + shape.width + padding.right
    let height = padding.top + shape.height + padding.bottom
    let output = evaluation.output.shape
    precondition(
      convolution.bias.count == output.channels
        && convolution.weights.count == output.channels * convolution.weightsPerOutputChannel,
      "a convolution has weights and a bias for each output channel")
    precondition(
      (output.height - 1) * convolution.stride.height + (convolution.kernel.height - 1) * convolution.dilation.height
        < height
        && (output.width - 1) * convolution.stride.width + (convolution.kernel.width - 1) * convolution.dilation.width
          < width,
      "a window lies within the padded input")
    let border = convolution.paddingValue - convolution.inputZeroPoint
    var padded = [Int](repeating: border, count: height * width * shape.channels)
    let rowElements = shape.width * shape.channels
    for row in 0..<shape.height {
      let start = ((row + padding.top) * width + padding.left) * shape.channels
      for element in 0..<rowElements {
        padded[start + element] = Int(input.codes[row * rowElements + element]) - convolution.inputZeroPoint
      }
    }
    self.convolution = convolution
    self.padded = padded
    self.weights = convolution.weights.enumerated().map { index, code in
      Int(code) - convolution.weightZeroPoint(channel: index / convolution.weightsPerOutputChannel)
    }
    self.width = width
  }

  /// `bias + sum of (code - inputZeroPoint) * (weight - weightZeroPoint)` over one output element's window.
  ///
  /// Nothing overflows unseen: a term is below 2^42, and a window has far fewer than 2^21 of them.
  func accumulator(at position: Position) -> Int {
    let channels = convolution.inputChannels
    let depth = convolution.inputChannelsPerGroup
    let group = position.channel / convolution.outputChannelsPerGroup
    let top = position.row * convolution.stride.height
    let left = position.column * convolution.stride.width
    var sum = Int(convolution.bias[position.channel])
    var weight = position.channel * convolution.weightsPerOutputChannel
    padded.withUnsafeBufferPointer { padded in
      weights.withUnsafeBufferPointer { weights in
        for kernelRow in 0..<convolution.kernel.height {
          let row = top + kernelRow * convolution.dilation.height
          for kernelColumn in 0..<convolution.kernel.width {
            let column = left + kernelColumn * convolution.dilation.width
            let start = (row * width + column) * channels + group * depth
            for channel in 0..<depth {
              sum &+= padded[start + channel] &* weights[weight + channel]
            }
            weight += depth
          }
        }
      }
    }
    return sum
  }

  /// The sum of the magnitudes of the bias and of all products that `accumulator(at:)` adds up.
  func magnitude(at position: Position) -> Int {
    let channels = convolution.inputChannels
    let depth = convolution.inputChannelsPerGroup
    let group = position.channel / convolution.outputChannelsPerGroup
    var sum = abs(Int(convolution.bias[position.channel]))
    for index in 0..<convolution.weightsPerOutputChannel {
      let (tap, channel) = (index / depth, index % depth)
      let row =
        position.row * convolution.stride.height + tap / convolution.kernel.width * convolution.dilation.height
      let column =
        position.column * convolution.stride.width + tap % convolution.kernel.width * convolution.dilation.width
      let code = padded[(row * width + column) * channels + group * depth + channel]
      sum += abs(code * weights[position.channel * convolution.weightsPerOutputChannel + index])
    }
    return sum
  }
}
