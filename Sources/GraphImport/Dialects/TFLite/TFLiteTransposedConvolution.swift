import NetworkIR

extension TFLiteOperator {
  /// TRANSPOSE_CONV: weights `[output, row, column, input]`, input 2, bias 3; the shape in input 0 is that of the output.
  ///
  /// Output position y sums up `input[i] * weights[f]` over `y = i * stride - padding + f`. Positions with the same
  /// remainder of `y + padding` by the stride see the same weights, so each such phase is an ordinary convolution of
  /// every `stride`-th weight, the last one first. One convolution computes the phases of both directions as groups of
  /// output channels, and a movement interleaves them; where a phase has fewer weights than others it is filled with
  /// weights that stand for 0.
  mutating func transposedConvolution() {
    let input = input(2)
    let output = output()
    let from = map(input)
    let to = map(output)
    let clamp = fusedRange(output)
    let stride = extent("stride_h", "stride_w")
    let padding = string("padding")
    guard let weights = weights(for: input?.type, rank: 4, channelDimension: 0) else { return }
    let bias = bias(3, for: input?.type, channels: weights.dimensions[0])
    guard let input, let output, let from, let to, let clamp, let bias, let stride, let padding else { return }
    guard weights.dimensions[0] == to.channels, weights.dimensions[3] == from.channels else {
      let channels = "\(from.channels) input and \(to.channels) output channels"
      refuse(.consistentShapes, "weights have dimensions \(weights.dimensions), but the operator has \(channels)")
      return
    }
    guard stride.height >= 1, stride.width >= 1, TFLiteOptions.paddings.contains(padding) else {
      refuse(.window, "the stride is \(stride.height)x\(stride.width), the padding \(padding)")
      return
    }
    let isSame = padding == "SAME"
    let rows = TransposedAxis(from.height, to.height, weights.dimensions[1], stride.height, isSame: isSame)
    let columns = TransposedAxis(from.width, to.width, weights.dimensions[2], stride.width, isSame: isSame)
    guard let rows, let columns, fits(rows, columns, weights) else {
      let sizes = "\(from.height)x\(from.width) to \(to.height)x\(to.width)"
      refuse(.window, "a stride of \(stride.height)x\(stride.width) from \(sizes) is out of range")
      return
    }
    let phases = stride.area
    let scalings = scalings(input, weights, bias, output)
    let convolution = Convolution(
      kernel: Extent(height: rows.taps, width: columns.taps), stride: .one, dilation: .one,
      padding: Padding(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after), groups: 1,
      inputChannels: from.channels, outputChannels: phases * to.channels, weights: weights.phases(rows, columns),
      weightType: weights.type, weightZeroPoints: weights.zeroPoints(channels: phases * to.channels),
      bias: (0..<phases).flatMap { _ in bias.values }, inputZeroPoint: input.zeroPoint,
      paddingValue: input.zeroPoint, requantization: nil)
    let deep = Shape(height: rows.outputs, width: columns.outputs, channels: phases * to.channels)
    let isWhole = phases == 1 && deep == to
    let target =
      isWhole
      ? output : intermediate("phases", like: output, dimensions: [1, deep.height, deep.width, deep.channels])
    let repeated = scalings.count == 1 ? scalings : (0..<phases).flatMap { _ in scalings }
    guard let layer = layer(convolution, kind: "conv", input, from, target, deep, repeated, clamp) else { return }
    emit(layer)
    if !isWhole { interleave(layer, deep, stride, Extent(height: rows.skipped, width: columns.skipped), output, to) }
  }

  /// Brings phases, which are groups of channels, to their positions.
  private mutating func interleave(
    _ phases: TFLiteLayer, _ deep: Shape, _ stride: Extent, _ skipped: Extent, _ output: TFLiteActivation, _ to: Shape
  ) {
    let movement = Rearrangement.interleave(
      StridedBox(dense: [deep.height, deep.width, deep.channels]), block: stride, before: skipped,
      to: StridedBox(dense: [to.height, to.width, to.channels])
    )?.movement(inputs: [deep], output: to)
    guard let movement else {
      refuse(.window, "a stride of \(stride.height)x\(stride.width) is out of range")
      return
    }
    emit(
      TFLiteLayer(
        operation: .movement(movement.movement), kind: "move", inputs: [(phases.output.name, movement.inputs[0])],
        output: output, outputShape: movement.output, values: phases.values))
  }

  /// Whether the weights of all phases are within the limits of a model.
  private func fits(_ rows: TransposedAxis, _ columns: TransposedAxis, _ weights: Weights) -> Bool {
    let factors = [
      rows.taps, rows.stride, columns.taps, columns.stride, weights.dimensions[0], weights.dimensions[3],
    ]
    let most = NetworkLimit.mostElements
    return factors.reduce(1) { min($0 * min($1, most), most + 1) } <= most
  }
}

/// One direction of a transposed convolution as a convolution with a step of 1.
private struct TransposedAxis {
  var kernel: Int
  var stride: Int
  /// Weights of a phase.
  var taps: Int
  /// Padding of the convolution.
  var before: Int
  var after: Int
  /// Positions of each phase.
  var outputs: Int
  /// Positions that the interleaved phases have in front of the output.
  var skipped: Int

  /// nil for sizes that no activation has. Source of the padding: ComputePaddingHeightWidth of
  /// tensorflow/lite/kernels/padding.h, with the operator's output in the place of a convolution's input.
  init?(_ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, isSame: Bool) {
    guard stride <= NetworkLimit.largestWindow, kernel <= NetworkLimit.largestWindow else { return nil }
    let steps = isSame ? (output + stride - 1) / stride : max(0, (output - kernel + stride) / stride)
    let padding = max(0, (steps - 1) * stride + kernel - output) / 2
    self.kernel = kernel
    self.stride = stride
    // Phases that lie wholly in the padding are left out.
    let shift = padding / stride
    taps = max((kernel + stride - 1) / stride, shift + 1)
    before = taps - 1 - shift
    skipped = padding - shift * stride
    outputs = max((output + skipped + stride - 1) / stride, input - shift, 1)
    after = outputs + taps - 1 - before - input
  }
}

extension TFLiteOperator.Weights {
  /// Weights of every phase in the order of a convolution whose output channels are row of the phase, column, channel.
  fileprivate func phases(_ rows: TransposedAxis, _ columns: TransposedAxis) -> [Int8] {
    let outputs = dimensions[0]
    let inputs = dimensions[3]
    let nothing = [Int8](repeating: Int8(zeroPoint), count: inputs)
    var result: [Int8] = []
    result.reserveCapacity(rows.stride * rows.taps * columns.stride * columns.taps * outputs * inputs)
    for rowPhase in 0..<rows.stride {
      for columnPhase in 0..<columns.stride {
        for channel in 0..<outputs {
          for rowTap in 0..<rows.taps {
            let row = rowPhase + rows.stride * (rows.taps - 1 - rowTap)
            for columnTap in 0..<columns.taps {
              let column = columnPhase + columns.stride * (columns.taps - 1 - columnTap)
              let start = ((channel * rows.kernel + row) * columns.kernel + column) * inputs
              result += row < rows.kernel && column < columns.kernel ? codes[start..<start + inputs] : nothing[...]
            }
          }
        }
      }
    }
    return result
  }
}
