/// The closed set of layers that the tool deploys. A new case is a compile error wherever it is not handled.
package enum Operation: Equatable, Sendable {
  case convolution(Convolution)
  case addition(Addition)
  case multiplication(Multiplication)
  case extremum(Extremum)
  case pairwise(Pairwise)
  case pooling(Pooling)
  /// Element by element: `y = requantize(x - inputZeroPoint)`; one rule for all channels.
  case rescale(Requantization, inputZeroPoint: Int = 0)
  case lookup(Lookup)
  case softmax(Softmax)
  case tableSoftmax(TableSoftmax)
  case argumentMaximum(ArgumentMaximum)
  case matrixProduct(MatrixProduct)
  case movement(Movement)
}

/// A convolution in one or two dimensions, grouped or not; fully connected when kernel and input are 1x1.
///
///     accumulator[h, w, o] = bias[o] + sum over kh, kw, i of
///         (x[h * stride + kh * dilation - padding, ..., i] - inputZeroPoint) * (weights[o, kh, kw, i] - weightZeroPoint[o])
///
/// where a position outside the input reads as the code `paddingValue`.
package struct Convolution: Equatable, Sendable {
  package var kernel: Extent
  package var stride: Extent
  package var dilation: Extent
  package var padding: Padding
  /// 1 for a dense convolution, `inputChannels` for a depthwise one.
  package var groups: Int
  package var inputChannels: Int
  package var outputChannels: Int
  /// Order `[outputChannel][kernelRow][kernelColumn][inputChannel within the group]`.
  package var weights: [Int8]
  /// How a weight is stored: int8, int4 or int2. Front-ends shift unsigned weights and their zero points into it.
  package var weightType: ElementType
  /// Empty where it is 0 throughout, else one per output channel.
  package var weightZeroPoints: [Int]
  /// One per output channel, in units of the accumulator.
  package var bias: [Int32]
  package var inputZeroPoint: Int
  /// The code found outside the input; equals `inputZeroPoint` unless the file pads with another value.
  package var paddingValue: Int
  /// nil: the int32 accumulator itself is the output.
  package var requantization: Requantization?

  package init(
    kernel: Extent, stride: Extent, dilation: Extent, padding: Padding, groups: Int, inputChannels: Int,
    outputChannels: Int, weights: [Int8], weightType: ElementType = .int8, weightZeroPoints: [Int] = [],
    bias: [Int32], inputZeroPoint: Int, paddingValue: Int, requantization: Requantization?
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.weights = weights
    self.weightType = weightType
    self.weightZeroPoints = weightZeroPoints
    self.bias = bias
    self.inputZeroPoint = inputZeroPoint
    self.paddingValue = paddingValue
    self.requantization = requantization
  }

  /// 0 where the weights have no zero points.
  package func weightZeroPoint(channel: Int) -> Int { weightZeroPoints.isEmpty ? 0 : weightZeroPoints[channel] }

  package var inputChannelsPerGroup: Int { inputChannels / groups }
  package var outputChannelsPerGroup: Int { outputChannels / groups }
  /// One input channel feeds each group (a multiplier of output channels per group is allowed).
  package var isDepthwise: Bool { groups > 1 && inputChannelsPerGroup == 1 }
  /// Weights of one output channel.
  package var weightsPerOutputChannel: Int { kernel.area * inputChannelsPerGroup }
}

/// Element-wise sum of two operands of one shape:
///
///     y = output(first(x1 - firstZeroPoint) + second(x2 - secondZeroPoint))
///
/// The operand requantizations have one rule each and clamp to int32. Their accumulators are the differences, so that
/// the sign that a rounding looks at is the sign of the number that the code stands for.
package struct Addition: Equatable, Sendable {
  package var first: Requantization
  package var second: Requantization
  package var output: Requantization
  package var firstZeroPoint: Int
  package var secondZeroPoint: Int

  package init(
    first: Requantization, second: Requantization, output: Requantization, firstZeroPoint: Int = 0,
    secondZeroPoint: Int = 0
  ) {
    self.first = first
    self.second = second
    self.output = output
    self.firstZeroPoint = firstZeroPoint
    self.secondZeroPoint = secondZeroPoint
  }
}

/// A window reduction, channel by channel.
package struct Pooling: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// Greatest code of the window's positions inside the input, then clamped.
    case maximum(clamp: ClosedRange<Int>)
    /// Sum of the codes inside the input, divided by *their number* and rounded half away from zero, then clamped.
    case average(clamp: ClosedRange<Int>)
    /// `requantize(sum of code - inputZeroPoint over the positions inside the input)`; one rule for all channels.
    case sum(Requantization, inputZeroPoint: Int = 0)
    /// Average of the numbers that the codes stand for, in float32 and in order.
    case singlePrecisionAverage(SinglePrecisionAverage)
  }

  package var kind: Kind
  package var kernel: Extent
  package var stride: Extent
  package var padding: Padding

  package init(kind: Kind, kernel: Extent, stride: Extent, padding: Padding) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}

/// TensorFlow Lite's integer softmax over the channels of each position; output scale 1/256, zero point -128 or 0.
///
/// The difference to the greatest code, times `multiplier * 2^leftShift`, is a Q5.26 number; differences below
/// `minimumDifference` give zero. Source: tensorflow/lite/kernels/internal/reference/softmax.h, measured bit-exact.
package struct Softmax: Equatable, Sendable {
  package var multiplier: Int32
  package var leftShift: Int
  package var minimumDifference: Int

  package init(multiplier: Int32, leftShift: Int, minimumDifference: Int) {
    self.multiplier = multiplier
    self.leftShift = leftShift
    self.minimumDifference = minimumDifference
  }
}
