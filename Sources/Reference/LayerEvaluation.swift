import NetworkIR

/// The codes that a layer reads, in HWC order.
struct Activation {
  var shape: Shape
  var codes: [Int32]
}

/// One layer with the activations it reads.
struct LayerEvaluation {
  var layer: Layer
  var inputs: [Activation]
  var output: Tensor

  /// Every element of the output, in HWC order.
  func codes() throws(ReferenceError) -> [Int32] {
    switch layer.operation {
    case .convolution(let convolution):
      let sums = ConvolutionSums(convolution, over: inputs[0])
      return try requantized(convolution.requantization) { sums.accumulator(at: $0) }
    case .addition(let addition):
      return try requantized(addition.output) { position throws(ReferenceError) in
        try sum(addition, at: position)
      }
    case .pooling(let pooling):
      return try pooled(pooling)
    case .rescale(let requantization, let zeroPoint):
      return try requantized(requantization) { inputs[0][$0] - zeroPoint }
    case .softmax(let softmax):
      return try distribution(softmax)
    }
  }

  /// The value that is requantized to give one output element; nil for operators that accumulate nothing.
  func accumulator(at position: Position) throws(ReferenceError) -> Int? {
    switch layer.operation {
    case .convolution(let convolution): ConvolutionSums(convolution, over: inputs[0]).accumulator(at: position)
    case .addition(let addition): try sum(addition, at: position)
    case .pooling(let pooling):
      switch pooling.kind {
      case .maximum: nil
      case .average: PoolingWindow(pooling, at: position, in: inputs[0].shape).sum(of: inputs[0])
      case .sum(_, let zeroPoint):
        PoolingWindow(pooling, at: position, in: inputs[0].shape).sum(of: inputs[0], zeroPoint: zeroPoint)
      }
    case .rescale(_, let zeroPoint): inputs[0][position] - zeroPoint
    case .softmax: nil
    }
  }

  /// Every output element from its accumulator; without a requantization the accumulators themselves.
  func requantized(
    _ requantization: Requantization?, _ accumulator: (Position) throws(ReferenceError) -> Int
  ) throws(ReferenceError) -> [Int32] {
    try elements { position throws(ReferenceError) in
      let sum = try accumulator(position)
      guard Int32(exactly: sum) != nil else {
        throw .accumulatorOverflow(layer: layer.name, position: position, accumulator: sum)
      }
      guard let requantization else { return sum }
      return try code(requantization, of: sum, channel: position.channel)
    }
  }

  /// The code of an accumulator by the rule of its channel.
  func code(
    _ requantization: Requantization, of accumulator: Int, channel: Int
  ) throws(ReferenceError) -> Int {
    guard let code = requantization.rule(channel: channel).code(of: accumulator) else {
      throw .ruleOverflow(layer: layer.name, channel: channel, accumulator: accumulator)
    }
    return code
  }

  /// The output in HWC order, from a function of the position. Values past 32 bits are refused.
  func elements(_ value: (Position) throws(ReferenceError) -> Int) throws(ReferenceError) -> [Int32] {
    var codes: [Int32] = []
    codes.reserveCapacity(output.shape.elements)
    for row in 0..<output.shape.height {
      for column in 0..<output.shape.width {
        for channel in 0..<output.shape.channels {
          let value = try value(Position(row: row, column: column, channel: channel))
          guard let code = Int32(exactly: value) else {
            throw .codeOutOfRange(
              tensor: output.name, index: codes.count, code: value, range: output.values)
          }
          codes.append(code)
        }
      }
    }
    return codes
  }

  /// The sum of both rescaled operands.
  private func sum(_ addition: Addition, at position: Position) throws(ReferenceError) -> Int {
    let left = inputs[0][position] - addition.firstZeroPoint
    let right = inputs[1][position] - addition.secondZeroPoint
    let first = try code(addition.first, of: left, channel: position.channel)
    let second = try code(addition.second, of: right, channel: position.channel)
    let (sum, overflow) = first.addingReportingOverflow(second)
    guard !overflow else {
      throw .ruleOverflow(layer: layer.name, channel: position.channel, accumulator: first)
    }
    return sum
  }
}

extension Activation {
  /// The code at a position inside the activation.
  subscript(position: Position) -> Int {
    Int(codes[(position.row * shape.width + position.column) * shape.channels + position.channel])
  }
}
