import NetworkIR

/// The codes that a layer reads, in HWC order.
struct Activation {
  var shape: Shape
  var type: ElementType
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
    case .convolution(let convolution): try requantized(convolution.requantization)
    case .addition(let addition): try requantized(addition.output)
    case .multiplication(let multiplication): try requantized(multiplication.output)
    case .extremum(let extremum): try extreme(extremum)
    case .pairwise(let pairwise): try paired(pairwise)
    case .pooling(let pooling): try pooled(pooling)
    case .rescale(let requantization, _): try requantized(requantization)
    case .lookup(let lookup): try lookedUp(lookup)
    case .softmax(let softmax): try distribution(softmax)
    case .tableSoftmax(let softmax): try distribution(softmax)
    case .argumentMaximum(let search): try extremeChannel(search)
    case .matrixProduct(let product): try requantized(product.requantization)
    case .movement(let movement): try moved(movement)
    }
  }

  /// The function that gives the value which is requantized to one output element; nil for operators that accumulate
  /// nothing.
  func accumulators() throws(ReferenceError) -> ((Position) throws(ReferenceError) -> Int)? {
    switch layer.operation {
    case .convolution(let convolution):
      let sums = try ConvolutionSums(convolution, in: self)
      return { sums.accumulator(at: $0) }
    case .addition(let addition):
      let (first, second) = try (operand(0, shaped: output.shape), operand(1, shaped: output.shape))
      return { position throws(ReferenceError) in
        try sum(addition, first[position], second[position], channel: position.channel)
      }
    case .multiplication(let multiplication):
      let (first, second) = try (operand(0, shaped: output.shape), operand(1, shaped: output.shape))
      return { (first[$0] - multiplication.firstZeroPoint) * (second[$0] - multiplication.secondZeroPoint) }
    case .pooling(let pooling):
      return try sums(pooling)
    case .rescale(_, let zeroPoint):
      let input = try operand(0, shaped: output.shape)
      return { input[$0] - zeroPoint }
    case .matrixProduct(let product):
      let sums = try MatrixProductSum(product, in: self)
      return { sums.accumulator(at: $0) }
    case .extremum, .pairwise, .lookup, .softmax, .tableSoftmax, .argumentMaximum, .movement: return nil
    }
  }

  /// An operand in the shape that the layer works on.
  func operand(_ index: Int, shaped expected: Shape) throws(ReferenceError) -> Activation {
    guard inputs.indices.contains(index), inputs[index].shape == expected else {
      let found = inputs.indices.contains(index) ? inputs[index].shape : nil
      throw .operandShape(layer: layer.name, operand: index, found: found, expected: expected)
    }
    return inputs[index]
  }

  /// Every output element from its accumulator; without a requantization the accumulators themselves.
  func requantized(_ requantization: Requantization?) throws(ReferenceError) -> [Int32] {
    guard let accumulator = try accumulators() else { return [] }
    return try elements { position throws(ReferenceError) in
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
  private func sum(
    _ addition: Addition, _ left: Int, _ right: Int, channel: Int
  ) throws(ReferenceError) -> Int {
    let first = try code(addition.first, of: left - addition.firstZeroPoint, channel: channel)
    let second = try code(addition.second, of: right - addition.secondZeroPoint, channel: channel)
    let (sum, overflow) = first.addingReportingOverflow(second)
    guard !overflow else { throw .ruleOverflow(layer: layer.name, channel: channel, accumulator: first) }
    return sum
  }
}

extension Activation {
  /// The code at a position inside the activation.
  subscript(position: Position) -> Int {
    Int(codes[(position.row * shape.width + position.column) * shape.channels + position.channel])
  }
}
