import NetworkIR

/// The accumulators of a convolution, one at a time.
///
/// The input is laid out once with its padding written out and its zero point subtracted, so that every product of the
/// definition is one read away and no border needs a special case.
struct ConvolutionSums {
  private let convolution: Convolution
  /// `code - inputZeroPoint` in HWC order, padding included.
  private let padded: [Int]
  /// Of the padded input, in elements.
  private let width: Int

  init(_ convolution: Convolution, over input: Activation) {
    let shape = input.shape
    let padding = convolution.padding
    precondition(shape.channels == convolution.inputChannels, "a convolution reads all channels of its input")
    let width = padding.left + shape.width + padding.right
    let height = padding.top + shape.height + padding.bottom
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
    self.width = width
  }

  /// `bias + sum of (code - inputZeroPoint) * weight` over one output element's window.
  ///
  /// Nothing overflows unseen: a term is below 2^41, and a window has far fewer than 2^22 of them.
  func accumulator(at position: Position) -> Int {
    let channels = convolution.inputChannels
    let depth = convolution.inputChannelsPerGroup
    let group = position.channel / convolution.outputChannelsPerGroup
    let top = position.row * convolution.stride.height
    let left = position.column * convolution.stride.width
    var sum = Int(convolution.bias[position.channel])
    var weight = position.channel * convolution.weightsPerOutputChannel
    padded.withUnsafeBufferPointer { padded in
      convolution.weights.withUnsafeBufferPointer { weights in
        for kernelRow in 0..<convolution.kernel.height {
          let row = top + kernelRow * convolution.dilation.height
          for kernelColumn in 0..<convolution.kernel.width {
            let column = left + kernelColumn * convolution.dilation.width
            let start = (row * width + column) * channels + group * depth
            for channel in 0..<depth {
              sum &+= padded[start + channel] &* Int(weights[weight + channel])
            }
            weight += depth
          }
        }
      }
    }
    return sum
  }
}
