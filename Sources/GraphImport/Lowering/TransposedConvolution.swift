import NetworkIR

/// A transposed convolution as an ordinary one and a movement.
///
/// Output position y sums up `input[i] * weights[f]` over `y = i * stride - padding + f * dilation`. Positions with the
/// same remainder of `y + padding` by the stride see the same weights, so each such phase is an ordinary convolution of
/// every `stride`-th weight, the last one first. One convolution computes the phases of both directions as output
/// channels, `[group][row of the phase][its column][channel]`, and a movement interleaves them; where a phase has fewer
/// weights than others it is filled with weights that stand for 0.
struct TransposedConvolution: Equatable, Sendable {
  let rows: TransposedAxis
  let columns: TransposedAxis
  let groups: Int
  let inputChannels: Int
  /// Of all groups together, as the file counts them.
  let outputChannels: Int

  /// nil where there are more phases than a movement has pieces, or more weights than a model may have.
  ///
  /// - Precondition: the channels are multiples of the groups, and at most `NetworkLimit.mostElements`.
  init?(_ rows: TransposedAxis, _ columns: TransposedAxis, groups: Int = 1, inputChannels: Int, outputChannels: Int) {
    let factors = [rows.taps, rows.stride, columns.taps, columns.stride, outputChannels, inputChannels / groups]
    let most = NetworkLimit.mostElements
    guard rows.stride * columns.stride <= Rearrangement.mostPieces,
      factors.reduce(1, { min($0 * min($1, most + 1), most + 1) }) <= most
    else { return nil }
    self.rows = rows
    self.columns = columns
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
  }

  /// Why there is none.
  static let tooLarge =
    "the stride has more than \(Rearrangement.mostPieces) phases, or these more than \(NetworkLimit.mostElements) weights"

  /// Phases of both directions together.
  var phases: Int { rows.stride * columns.stride }

  /// What the convolution computes.
  var shape: Shape { Shape(height: rows.positions, width: columns.positions, channels: phases * outputChannels) }

  /// What the movement makes of it.
  var outputShape: Shape { Shape(height: rows.output, width: columns.output, channels: outputChannels) }

  /// Whether the convolution's output is the result already.
  var isWhole: Bool { shape == outputShape }

  /// For each output channel of the convolution, the file's channel of which it computes a phase.
  var channels: [Int] {
    let inner = outputChannels / groups
    return (0..<groups).flatMap { group in (0..<phases).flatMap { _ in group * inner..<(group + 1) * inner } }
  }

  /// What holds for each of the file's channels, for each of the convolution's; one that holds for all stays one.
  func spread<Element>(_ elements: [Element]) -> [Element] {
    elements.count == 1 ? elements : channels.map { elements[$0] }
  }

  /// The ranges of the convolution's channels, joined for each of the file's channels.
  func joined(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    var result = [ClosedRange<Int>?](repeating: nil, count: outputChannels)
    for (channel, range) in zip(channels, ranges) {
      let known = result[channel] ?? range
      result[channel] = min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
    }
    return result.compactMap(\.self)
  }

  /// The convolution of the phases.
  ///
  /// - Parameters:
  ///   - weights: `[output channel][row][column][input channel within the group]`, as an ordinary convolution has them.
  ///   - type: how a weight is stored.
  ///   - zeroPoints: of the weights; empty, or one for each output channel.
  ///   - bias: one for each output channel.
  ///   - inputZeroPoint: of the input.
  /// - Returns: the layer, without its requantization.
  func convolution(
    weights: [Int8], type: ElementType, zeroPoints: [Int], bias: [Int32], inputZeroPoint: Int
  ) -> Convolution {
    Convolution(
      kernel: Extent(height: rows.taps, width: columns.taps), stride: .one,
      dilation: Extent(height: rows.dilation, width: columns.dilation),
      padding: Padding(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after),
      groups: groups, inputChannels: inputChannels, outputChannels: phases * outputChannels,
      weights: phases(of: weights, zeroPoints), weightType: type,
      weightZeroPoints: zeroPoints.isEmpty ? [] : channels.map { zeroPoints[$0] }, bias: channels.map { bias[$0] },
      inputZeroPoint: inputZeroPoint, paddingValue: inputZeroPoint, requantization: nil)
  }

  private func phases(of weights: [Int8], _ zeroPoints: [Int]) -> [Int8] {
    let inner = outputChannels / groups
    let inputs = inputChannels / groups
    var result: [Int8] = []
    result.reserveCapacity(phases * outputChannels * rows.taps * columns.taps * inputs)
    for group in 0..<groups {
      for rowPhase in 0..<rows.stride {
        for columnPhase in 0..<columns.stride {
          for channel in group * inner..<(group + 1) * inner {
            let nothing = [Int8](repeating: Int8(zeroPoints.isEmpty ? 0 : zeroPoints[channel]), count: inputs)
            for rowTap in 0..<rows.taps {
              let row = rows.weight(phase: rowPhase, tap: rowTap)
              for columnTap in 0..<columns.taps {
                guard let row, let column = columns.weight(phase: columnPhase, tap: columnTap) else {
                  result += nothing
                  continue
                }
                let start = ((channel * rows.kernel + row) * columns.kernel + column) * inputs
                result += weights[start..<start + inputs]
              }
            }
          }
        }
      }
    }
    return result
  }

  /// How the phases come to their positions; nil where that takes more than `Rearrangement.mostPieces`.
  var interleaving: Rearrangement? {
    Rearrangement.interleave(
      StridedBox(dense: [shape.height, shape.width, shape.channels]),
      block: Extent(height: rows.stride, width: columns.stride), groups: groups,
      before: Extent(height: rows.skipped, width: columns.skipped),
      to: StridedBox(dense: [rows.output, columns.output, outputChannels]))
  }

  /// Where the weights of an ordinary convolution stand in ONNX's `[input channel][output channel within the group][row]
  /// [column]`.
  static func offsets(kernelArea area: Int, groups: Int, inputChannels: Int, outputChannels: Int) -> [Int] {
    let inputs = inputChannels / groups
    let inner = outputChannels / groups
    var offsets: [Int] = []
    offsets.reserveCapacity(outputChannels * area * inputs)
    for output in 0..<outputChannels {
      let (group, channel) = (output / inner, output % inner)
      for place in 0..<area {
        for input in 0..<inputs { offsets.append(((group * inputs + input) * inner + channel) * area + place) }
      }
    }
    return offsets
  }
}

/// One direction of a transposed convolution as a convolution with a step of 1.
struct TransposedAxis: Equatable, Sendable {
  /// Weights in the file.
  let kernel: Int
  /// Phases.
  let stride: Int
  /// Size of the output.
  let output: Int
  /// Weights of a phase.
  let taps: Int
  /// Of the convolution.
  let dilation: Int
  /// Padding of the convolution in front.
  let before: Int
  /// Padding of the convolution behind.
  let after: Int
  /// Positions of each phase.
  let positions: Int
  /// Positions that the interleaved phases have in front of the output.
  let skipped: Int
  /// Distance of the file's weights where the phases count weights between them too.
  private let spacing: Int

  /// - Parameters:
  ///   - input: size of the input.
  ///   - output: size of the output, whatever lies there.
  ///   - kernel: weights, at least 1.
  ///   - stride: at least 1.
  ///   - dilation: at least 1.
  ///   - padding: positions that are cut off in front, not negative.
  ///
  /// The result is nil for sizes beyond `NetworkLimit.largestWindow`.
  init?(input: Int, output: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: Int) {
    guard [stride, kernel, dilation, padding].allSatisfy({ $0 <= NetworkLimit.largestWindow }) else { return nil }
    let reach = (kernel - 1) * dilation + 1
    // One phase can leave gaps between its weights, where its padding is not negative.
    let isPlain = stride == 1 && padding < reach
    // Phases that lie wholly in the padding are left out.
    let shift = padding / stride
    self.kernel = kernel
    self.stride = stride
    self.output = output
    self.dilation = isPlain ? dilation : 1
    spacing = isPlain ? 1 : dilation
    taps = isPlain ? kernel : max((reach + stride - 1) / stride, shift + 1)
    before = (taps - 1) * self.dilation - shift
    skipped = padding - shift * stride
    positions = max((output + skipped + stride - 1) / stride, input - shift, 1)
    after = positions + shift - input
  }

  /// The file's weight at a tap of a phase; nil where it has none.
  func weight(phase: Int, tap: Int) -> Int? {
    let place = phase + stride * (taps - 1 - tap)
    return place.isMultiple(of: spacing) && place / spacing < kernel ? place / spacing : nil
  }
}
