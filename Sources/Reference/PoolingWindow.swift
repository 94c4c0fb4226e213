import NetworkIR

/// The part of a pooling window that lies inside the input, in one channel.
struct PoolingWindow {
  private let rows: Range<Int>
  private let columns: Range<Int>
  private let channel: Int

  /// The window of an output position over an input of the given shape.
  init(_ pooling: Pooling, at position: Position, in shape: Shape) {
    rows = Self.inside(
      position.row * pooling.stride.height - pooling.padding.top, pooling.kernel.height, of: shape.height)
    columns = Self.inside(
      position.column * pooling.stride.width - pooling.padding.left, pooling.kernel.width, of: shape.width)
    channel = position.channel
  }

  /// Positions inside the input.
  var count: Int { rows.count * columns.count }

  /// The sum of the codes inside the input, each less the zero point.
  func sum(of input: Activation, zeroPoint: Int = 0) -> Int { fold(input, 0) { $0 + $1 - zeroPoint } }

  /// The sum of the magnitudes of what `sum(of:zeroPoint:)` adds up.
  func magnitude(of input: Activation, zeroPoint: Int) -> Int { fold(input, 0) { $0 + abs($1 - zeroPoint) } }

  /// The greatest code inside the input; nil for an empty window.
  func maximum(of input: Activation) -> Int? { count == 0 ? nil : fold(input, Int.min, max) }

  /// The result of combining the codes inside the input with an initial value, row by row.
  func fold<Result>(_ input: Activation, _ initial: Result, _ combine: (Result, Int) -> Result) -> Result {
    var result = initial
    for row in rows {
      for column in columns {
        result = combine(result, input[Position(row: row, column: column, channel: channel)])
      }
    }
    return result
  }

  private static func inside(_ start: Int, _ length: Int, of size: Int) -> Range<Int> {
    let first = min(max(start, 0), size)
    return first..<max(first, min(start + length, size))
  }
}

extension LayerEvaluation {
  /// Every output element of a pooling layer.
  func pooled(_ pooling: Pooling) throws(ReferenceError) -> [Int32] {
    let input = try pooledInput()
    switch pooling.kind {
    case .maximum(let clamp):
      return try elements { position throws(ReferenceError) in
        guard let maximum = PoolingWindow(pooling, at: position, in: input.shape).maximum(of: input) else {
          throw .emptyWindow(layer: layer.name, position: position)
        }
        return min(max(maximum, clamp.lowerBound), clamp.upperBound)
      }
    case .average(let clamp):
      return try elements { position throws(ReferenceError) in
        let window = PoolingWindow(pooling, at: position, in: input.shape)
        let count = window.count
        guard count > 0 else { throw .emptyWindow(layer: layer.name, position: position) }
        let sum = window.sum(of: input)
        // A quotient as C computes it, after a nudge of half the divisor away from zero.
        let mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count
        return min(max(mean, clamp.lowerBound), clamp.upperBound)
      }
    case .sum(let requantization, _):
      return try requantized(requantization)
    case .singlePrecisionAverage(let average):
      return try elements { position throws(ReferenceError) in
        let window = PoolingWindow(pooling, at: position, in: input.shape)
        guard let code = average.code(of: window, in: input) else {
          throw .emptyWindow(layer: layer.name, position: position)
        }
        return code
      }
    }
  }

  /// The sum over each window; nil for a maximum, and for an average whose sum is no integer.
  func sums(_ pooling: Pooling) throws(ReferenceError) -> ((Position) throws(ReferenceError) -> Int)? {
    let input = try pooledInput()
    let zeroPoint: Int
    switch pooling.kind {
    case .maximum, .singlePrecisionAverage: return nil
    case .average: zeroPoint = 0
    case .sum(_, let code): zeroPoint = code
    }
    return { PoolingWindow(pooling, at: $0, in: input.shape).sum(of: input, zeroPoint: zeroPoint) }
  }

  /// The input, which has the output's channels.
  private func pooledInput() throws(ReferenceError) -> Activation {
    let extent = inputs[0].shape.extent
    return try operand(
      0, shaped: Shape(height: extent.height, width: extent.width, channels: output.shape.channels))
  }
}
