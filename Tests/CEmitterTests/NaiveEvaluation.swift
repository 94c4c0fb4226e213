import NetworkIR

/// Evaluates a network from the models' rules alone, one element at a time; knows nothing of coefficients and tiles.
struct NaiveEvaluation {
  let network: Network
  /// Codes of each tensor computed so far, HWC.
  private(set) var values: [[Int]]

  init(_ network: Network, inputs: [[Int]]) {
    self.network = network
    values = network.tensors.map { _ in [] }
    for (boundary, codes) in zip(network.inputs, inputs) { values[boundary.tensor] = codes }
    for layer in network.layers { values[layer.output] = evaluate(layer) }
  }

  private func evaluate(_ layer: Layer) -> [Int] {
    let shape = network[layer.output].shape
    if case .movement(let movement) = layer.operation { return moved(movement, layer, shape) }
    return (0..<shape.elements).map { index in
      let pixel = index / shape.channels
      return element(
        layer, row: pixel / shape.width, column: pixel % shape.width, channel: index % shape.channels, index: index)
    }
  }

  private func element(_ layer: Layer, row: Int, column: Int, channel: Int, index: Int) -> Int {
    let input = layer.inputs[0]
    let codes = values[input.tensor]
    switch layer.operation {
    case .convolution(let convolution):
      return self.convolution(convolution, input, row: row, column: column, channel: channel)
    case .addition(let addition):
      let first = apply(addition.first, codes[index] - addition.firstZeroPoint)
      let second = apply(addition.second, values[layer.inputs[1].tensor][index] - addition.secondZeroPoint)
      return apply(addition.output, first + second)
    case .rescale(let rule, let zeroPoint): return apply(rule, codes[index] - zeroPoint)
    case .pooling(let pooling):
      let window = window(pooling, input.shape, row: row, column: column)
      let found = window.map { codes[$0 * input.shape.channels + channel] }
      return reduce(found, pooling.kind)
    case .multiplication(let multiplication):
      let first = codes[index] - multiplication.firstZeroPoint
      return apply(
        multiplication.output, first * (values[layer.inputs[1].tensor][index] - multiplication.secondZeroPoint))
    case .extremum(let extremum):
      let pair = [codes[index], values[layer.inputs[1].tensor][index]].sorted()
      let code = extremum.kind == .maximum ? pair[1] : pair[0]
      return min(max(code, extremum.clamp.lowerBound), extremum.clamp.upperBound)
    case .pairwise(let pairwise): return pairwise.code(codes[index], values[layer.inputs[1].tensor][index])
    case .lookup(let lookup):
      return Int(lookup.table(channel: channel)[codes[index] - network[input.tensor].type.range.lowerBound])
    case .tableSoftmax(let softmax):
      let start = index - channel
      return distribution(softmax, Array(codes[start..<start + input.shape.channels]))[channel]
    case .argumentMaximum(let argument):
      let start = index * input.shape.channels
      let position = codes[start..<start + input.shape.channels]
      let wanted = argument.isMinimum ? position.min() : position.max()
      return position.firstIndex { $0 == wanted }.map { $0 - start } ?? -1
    case .matrixProduct(let product):
      return self.product(product, layer, row: row, column: column, channel: channel)
    case .softmax, .movement: return 0
    }
  }

  /// Pieces one element at a time, indices by division.
  private func moved(_ movement: Movement, _ layer: Layer, _ shape: Shape) -> [Int] {
    var result = [Int](repeating: movement.fill, count: shape.elements)
    for row in 0..<(movement.isRowwise ? shape.height : 1) {
      for piece in movement.pieces {
        let operand = layer.inputs[piece.operand]
        let source = movement.isRowwise ? row * operand.shape.width * operand.shape.channels : 0
        let target = movement.isRowwise ? row * shape.width * shape.channels : 0
        for number in 0..<piece.extents.reduce(1, *) {
          var rest = number
          var from = source + piece.inputOffset
          var to = target + piece.outputOffset
          for loop in piece.extents.indices.reversed() {
            from += rest % piece.extents[loop] * piece.inputStrides[loop]
            to += rest % piece.extents[loop] * piece.outputStrides[loop]
            rest /= piece.extents[loop]
          }
          result[to] = values[operand.tensor][from]
        }
      }
    }
    return result
  }

  /// Quotients as exact fractions: the nearest integer, of two the even one.
  private func distribution(_ softmax: TableSoftmax, _ codes: [Int]) -> [Int] {
    let greatest = codes.max() ?? 0
    let exponentials = codes.map { Int(softmax.exponentials[greatest - $0]) }
    let divisor = exponentials.reduce(0, +) << softmax.shift
    return exponentials.map { exponential in
      let numerator = exponential * Int(softmax.multiplier)
      let below = numerator / divisor
      let distances = [numerator - below * divisor, (below + 1) * divisor - numerator]
      let isBelow = distances[0] < distances[1] || (distances[0] == distances[1] && below.isMultiple(of: 2))
      let code = (isBelow ? below : below + 1) + softmax.zeroPoint
      return min(max(code, softmax.clamp.lowerBound), softmax.clamp.upperBound)
    }
  }

  private func product(_ product: MatrixProduct, _ layer: Layer, row: Int, column: Int, channel: Int) -> Int {
    let (first, second) = (layer.inputs[0], layer.inputs[1])
    var sum = 0
    for term in 0..<first.shape.channels {
      let a = values[first.tensor][(row * first.shape.width + column) * first.shape.channels + term]
      let (width, depth) = product.isSecondTransposed ? (channel, term) : (term, channel)
      let b = values[second.tensor][(row * second.shape.width + width) * second.shape.channels + depth]
      sum += (a - product.firstZeroPoint) * (b - product.secondZeroPoint)
    }
    return product.requantization.map { apply($0, sum) } ?? sum
  }

  private func apply(_ rule: Requantization, _ value: Int, channel: Int = 0) -> Int {
    rule.rule(channel: channel).evaluate(value) ?? Int.min
  }

  private func convolution(
    _ convolution: Convolution, _ input: Operand, row: Int, column: Int, channel: Int
  ) -> Int {
    let group = channel / convolution.outputChannelsPerGroup
    var sum = Int(convolution.bias[channel])
    var weight = channel * convolution.weightsPerOutputChannel
    let zeroPoint = convolution.weightZeroPoints.isEmpty ? 0 : convolution.weightZeroPoints[channel]
    for kernelRow in 0..<convolution.kernel.height {
      for kernelColumn in 0..<convolution.kernel.width {
        let y = row * convolution.stride.height + kernelRow * convolution.dilation.height - convolution.padding.top
        let x =
          column * convolution.stride.width + kernelColumn * convolution.dilation.width - convolution.padding.left
        let inside = 0..<input.shape.height ~= y && 0..<input.shape.width ~= x
        for depth in 0..<convolution.inputChannelsPerGroup {
          let source = group * convolution.inputChannelsPerGroup + depth
          let code =
            inside
            ? values[input.tensor][(y * input.shape.width + x) * input.shape.channels + source]
            : convolution.paddingValue
          sum += (code - convolution.inputZeroPoint) * (Int(convolution.weights[weight]) - zeroPoint)
          weight += 1
        }
      }
    }
    return convolution.requantization.map { apply($0, sum, channel: channel) } ?? sum
  }

  /// Positions of a pooling window inside the input.
  private func window(_ pooling: Pooling, _ shape: Shape, row: Int, column: Int) -> [Int] {
    var positions: [Int] = []
    for kernelRow in 0..<pooling.kernel.height {
      for kernelColumn in 0..<pooling.kernel.width {
        let y = row * pooling.stride.height + kernelRow - pooling.padding.top
        let x = column * pooling.stride.width + kernelColumn - pooling.padding.left
        if 0..<shape.height ~= y && 0..<shape.width ~= x { positions.append(y * shape.width + x) }
      }
    }
    return positions
  }

  private func reduce(_ codes: [Int], _ kind: Pooling.Kind) -> Int {
    let sum = codes.reduce(0, +)
    switch kind {
    case .maximum(let clamp):
      return min(max(codes.max() ?? 0, clamp.lowerBound), clamp.upperBound)
    case .average(let clamp):
      let mean = (Double(sum) / Double(codes.count)).rounded(.toNearestOrAwayFromZero)
      return min(max(Int(mean), clamp.lowerBound), clamp.upperBound)
    case .sum(let rule, let zeroPoint): return apply(rule, sum - codes.count * zeroPoint)
    case .singlePrecisionAverage(let average): return reduce(codes, average)
    }
  }

  /// Each operation in double and then rounded to float32: twice 24 bits and two make that the same as one rounding
  /// (Figueroa, When is double rounding innocuous?, 1995).
  private func reduce(_ codes: [Int], _ average: SinglePrecisionAverage) -> Int {
    let scales = [average.inputScale, average.outputScale].map { Double(Float(bitPattern: $0)) }
    let sum = codes.reduce(0.0) { sum, code in
      Double(Float(sum + Double(Float(Double(code - average.inputZeroPoint) * scales[0]))))
    }
    let mean = Double(Float(sum / Double(average.divisor ?? codes.count)))
    let quotient = Double(Float(mean / scales[1]))
    let code = Double(Float(quotient + Double(average.outputZeroPoint))).rounded(.toNearestOrEven)
    let codes = average.clamp
    return Int(min(max(code, Double(codes.lowerBound)), Double(codes.upperBound)))
  }
}
