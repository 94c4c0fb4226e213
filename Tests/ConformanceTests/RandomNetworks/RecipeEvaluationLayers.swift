import NetworkIR

/// Sums of products, as TensorFlow Lite orders their weights.
extension RecipeEvaluation {
  func weighted(
    _ operation: RecipeOperation, _ arithmetic: RecipeArithmetic, _ map: Map, _ shape: Shape
  ) -> Map {
    var sums: Map
    switch operation {
    case .convolution(let window, _, let groups):
      sums = convolved(window, map, shape, channels: map.shape.channels / groups) { output, row, column, input in
        let place = (output * window.kernel.height + row) * window.kernel.width + column
        let group = output / (shape.channels / groups)
        return (
          arithmetic.weights[place * (map.shape.channels / groups) + input],
          group * (map.shape.channels / groups) + input
        )
      }
    case .depthwise(let window, let multiplier):
      sums = convolved(window, map, shape, channels: 1) { output, row, column, _ in
        (arithmetic.weights[(row * window.kernel.width + column) * shape.channels + output], output / multiplier)
      }
    case .transposedConvolution(let kernel, let stride, let isSame, _):
      sums = spread(kernel, stride, isSame: isSame, arithmetic, map, shape)
    default:
      let count = map.numbers.count
      sums = Map(shape) { _, _, output in
        map.numbers.indices.reduce(0.0) { $0 + map.numbers[$1] * arithmetic.weights[output * count + $1] }
      }
    }
    for element in sums.numbers.indices {
      let channel = element % shape.channels
      sums.numbers[element] += arithmetic.bias.isEmpty ? 0 : arithmetic.bias[channel]
      sums.numbers[element] = fused(arithmetic.fused, sums.numbers[element])
    }
    return sums
  }

  /// `weight` is that of an output channel, a tap and an input channel of the group, with that channel's number in the map.
  private func convolved(
    _ window: Window, _ map: Map, _ shape: Shape, channels: Int,
    _ weight: (_ output: Int, _ row: Int, _ column: Int, _ input: Int) -> (Double, Int)
  ) -> Map {
    let sides = window.padding(of: map.shape.extent)
    return Map(shape) { row, column, output in
      var sum = 0.0
      for tapRow in 0..<window.kernel.height {
        for tapColumn in 0..<window.kernel.width {
          let y = row * window.stride.height + tapRow * window.dilation.height - sides.top
          let x = column * window.stride.width + tapColumn * window.dilation.width - sides.left
          guard map.contains(y, x) else { continue }
          for input in 0..<channels {
            let (factor, channel) = weight(output, tapRow, tapColumn, input)
            sum += factor * map[y, x, channel]
          }
        }
      }
      return sum
    }
  }

  /// Every position writes a window; SAME cuts what is left over off the sides, the odd row or column last.
  private func spread(
    _ kernel: Extent, _ stride: Extent, isSame: Bool, _ arithmetic: RecipeArithmetic, _ map: Map, _ shape: Shape
  ) -> Map {
    let (top, left) = isSame ? ((kernel.height - stride.height) / 2, (kernel.width - stride.width) / 2) : (0, 0)
    let inputs = map.shape.channels
    return Map(shape) { row, column, output in
      var sum = 0.0
      for y in 0..<map.shape.height {
        for x in 0..<map.shape.width {
          let (tapRow, tapColumn) = (row + top - y * stride.height, column + left - x * stride.width)
          guard (0..<kernel.height).contains(tapRow), (0..<kernel.width).contains(tapColumn) else { continue }
          let place = ((output * kernel.height + tapRow) * kernel.width + tapColumn) * inputs
          for input in 0..<inputs { sum += arithmetic.weights[place + input] * map[y, x, input] }
        }
      }
      return sum
    }
  }

  /// Numbers at other places.
  func moved(_ operation: RecipeOperation, _ operands: [Map], _ shape: Shape) -> Map? {
    let map = operands[0]
    func shifted(_ axis: RecipeAxis, _ place: @escaping (Int) -> Int) -> Map {
      Map(shape) { row, column, channel in
        switch axis {
        case .row: map[place(row), column, channel]
        case .column: map[row, place(column), channel]
        case .channel: map[row, column, place(channel)]
        }
      }
    }
    switch operation {
    case .concatenation(let axis):
      let size = map.shape[axis]
      return Map(shape) { row, column, channel in
        let place = [row, column, channel][axis.nhwc - 1]
        guard place >= size else { return map[row, column, channel] }
        let second = operands[1]
        return switch axis {
        case .row: second[row - size, column, channel]
        case .column: second[row, column - size, channel]
        case .channel: second[row, column, channel - size]
        }
      }
    case .slice(let axis, let from, _, let step): return shifted(axis) { from + $0 * step }
    case .split(let axis, _, let part): return shifted(axis) { part * shape[axis] + $0 }
    case .reverse(let axis): return shifted(axis) { shape[axis] - 1 - $0 }
    case .tile(let axis, _): return shifted(axis) { $0 % map.shape[axis] }
    case .pad(let sides, let isReflected):
      func place(_ index: Int, _ size: Int) -> Int {
        guard isReflected else { return index }
        return index < 0 ? -index : index >= size ? 2 * size - 2 - index : index
      }
      return Map(shape) { map[place($0 - sides.top, map.shape.height), place($1 - sides.left, map.shape.width), $2] }
    case .transpose(let axes):
      return Map(shape) { row, column, channel in
        var places = [0, 0, 0]
        for (to, axis) in zip([row, column, channel], axes) { places[axis.nhwc - 1] = to }
        return map[places[0], places[1], places[2]]
      }
    case .reshape:
      var result = map
      result.shape = shape
      return result
    case .resize(let factors): return Map(shape) { map[$0 / factors.height, $1 / factors.width, $2] }
    case .depthToSpace(let block):
      return Map(shape) { map[$0 / block, $1 / block, ($0 % block * block + $1 % block) * shape.channels + $2] }
    case .spaceToDepth(let block):
      let channels = map.shape.channels
      return Map(shape) { row, column, channel in
        let place = channel / channels
        return map[row * block + place / block, column * block + place % block, channel % channels]
      }
    default: return nil
    }
  }
}
