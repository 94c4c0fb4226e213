import NetworkIR

/// Evaluates a network literally from its rules, one element at a time: slow, short, and only for tests.
struct NEMONetworkInterpreter {
  let network: Network

  /// The codes of every tensor, in HWC order, for the codes of one input. `inspect` sees the codes of each tensor when
  /// they are computed, and may give others to its readers.
  func run(_ input: [Int], inspect: (TensorID, [Int]) -> [Int] = { $1 }) throws -> [[Int]] {
    var codes = [[Int]](repeating: [], count: network.tensors.count)
    codes[network.inputs[0].tensor] = input
    for layer in network.layers {
      let inputs = layer.inputs.map { codes[$0.tensor] }
      let shape = network[layer.output].shape
      switch layer.operation {
      case .convolution(let convolution):
        codes[layer.output] = convolve(convolution, inputs[0], layer.inputs[0].shape, shape)
      case .pooling(let pooling):
        codes[layer.output] = pool(pooling, inputs[0], layer.inputs[0].shape, shape)
      case .rescale(let requantization, let zeroPoint):
        codes[layer.output] = inputs[0].map { requantization.rule(channel: 0).evaluate($0 - zeroPoint) ?? .min }
      case .addition(let addition):
        codes[layer.output] = zip(inputs[0], inputs[1]).map { left, right in
          let sum =
            (addition.first.rule(channel: 0).evaluate(left) ?? .min)
            + (addition.second.rule(channel: 0).evaluate(right) ?? .min)
          return addition.output.rule(channel: 0).evaluate(sum) ?? .min
        }
      case .multiplication(let product):
        codes[layer.output] = zip(inputs[0], inputs[1]).map { left, right in
          product.output.rule(channel: 0)
            .evaluate((left - product.firstZeroPoint) * (right - product.secondZeroPoint)) ?? .min
        }
      case .lookup(let lookup):
        let least = network[layer.inputs[0].tensor].type.range.lowerBound
        codes[layer.output] = inputs[0].enumerated().map { index, code in
          Int(lookup.table(channel: index % shape.channels)[code - least])
        }
      case .movement(let movement):
        codes[layer.output] = move(movement, inputs, layer.inputs.map(\.shape), shape)
      case .pairwise(let pairwise): codes[layer.output] = zip(inputs[0], inputs[1]).map { pairwise.code($0, $1) }
      case .extremum, .softmax, .tableSoftmax, .argumentMaximum, .matrixProduct: break
      }
      codes[layer.output] = inspect(layer.output, codes[layer.output])
    }
    return codes
  }

  private func convolve(_ convolution: Convolution, _ input: [Int], _ from: Shape, _ to: Shape) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(to.elements)
    let perGroup = convolution.inputChannelsPerGroup
    let kernel = convolution.kernel
    for row in 0..<to.height {
      for column in 0..<to.width {
        for output in 0..<to.channels {
          var sum = Int(convolution.bias[output])
          let first = output / convolution.outputChannelsPerGroup * perGroup
          for kernelRow in 0..<kernel.height {
            let y = row * convolution.stride.height + kernelRow * convolution.dilation.height - convolution.padding.top
            for kernelColumn in 0..<kernel.width {
              let x =
                column * convolution.stride.width + kernelColumn * convolution.dilation.width
                - convolution.padding.left
              let isInside = 0..<from.height ~= y && 0..<from.width ~= x
              let weight = ((output * kernel.height + kernelRow) * kernel.width + kernelColumn) * perGroup
              for channel in 0..<perGroup {
                let code =
                  isInside ? input[(y * from.width + x) * from.channels + first + channel] : convolution.paddingValue
                sum +=
                  (code - convolution.inputZeroPoint)
                  * (Int(convolution.weights[weight + channel]) - convolution.weightZeroPoint(channel: output))
              }
            }
          }
          result.append(convolution.requantization.map { $0.rule(channel: output).evaluate(sum) ?? .min } ?? sum)
        }
      }
    }
    return result
  }

  private func pool(_ pooling: Pooling, _ input: [Int], _ from: Shape, _ to: Shape) -> [Int] {
    var result: [Int] = []
    for row in 0..<to.height {
      for column in 0..<to.width {
        for channel in 0..<to.channels {
          var codes: [Int] = []
          for kernelRow in 0..<pooling.kernel.height {
            let y = row * pooling.stride.height + kernelRow - pooling.padding.top
            for kernelColumn in 0..<pooling.kernel.width {
              let x = column * pooling.stride.width + kernelColumn - pooling.padding.left
              guard 0..<from.height ~= y, 0..<from.width ~= x else { continue }
              codes.append(input[(y * from.width + x) * from.channels + channel])
            }
          }
          switch pooling.kind {
          case .maximum: result.append(codes.max() ?? .min)
          case .sum(let requantization, let zeroPoint):
            let sum = codes.reduce(0) { $0 + $1 - zeroPoint }
            result.append(requantization.rule(channel: 0).evaluate(sum) ?? .min)
          case .average, .singlePrecisionAverage: result.append(.min)
          }
        }
      }
    }
    return result
  }

  private func move(_ movement: Movement, _ inputs: [[Int]], _ from: [Shape], _ to: Shape) -> [Int] {
    var result = [Int](repeating: movement.fill, count: to.elements)
    let rows = movement.isRowwise ? to.height : 1
    for row in 0..<rows {
      for piece in movement.pieces {
        var places = [(piece.inputOffset, piece.outputOffset)]
        for (extent, strides) in zip(piece.extents, zip(piece.inputStrides, piece.outputStrides)) {
          places = places.flatMap { place in
            (0..<extent).map { (place.0 + $0 * strides.0, place.1 + $0 * strides.1) }
          }
        }
        for (input, output) in places {
          result[row * to.elements / rows + output] =
            inputs[piece.operand][row * from[piece.operand].elements / rows + input]
        }
      }
    }
    return result
  }
}
