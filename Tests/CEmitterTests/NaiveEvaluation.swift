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
    case .softmax: return 0
    }
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
          sum += (code - convolution.inputZeroPoint) * Int(convolution.weights[weight])
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
    }
  }
}
