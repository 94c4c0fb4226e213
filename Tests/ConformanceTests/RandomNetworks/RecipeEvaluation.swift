import Foundation
import NetworkIR

/// What a TensorFlow Lite recipe computes, in real numbers and plain loops, of the recipe and its constants alone.
///
/// It knows no file, no import and no integer arithmetic: swapped sides of a padding, transposed weights or a scale of
/// another channel, which import and reference would agree about, differ from it by far more than a rounding.
struct RecipeEvaluation {
  /// A map of real numbers, HWC.
  struct Map {
    var shape: Shape
    var numbers: [Double]

    init(_ shape: Shape, _ number: (_ row: Int, _ column: Int, _ channel: Int) -> Double) {
      self.shape = shape
      numbers = []
      numbers.reserveCapacity(shape.elements)
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          for channel in 0..<shape.channels { numbers.append(number(row, column, channel)) }
        }
      }
    }

    /// Zero outside.
    subscript(_ row: Int, _ column: Int, _ channel: Int) -> Double {
      contains(row, column) ? numbers[(row * shape.width + column) * shape.channels + channel] : 0
    }

    func contains(_ row: Int, _ column: Int) -> Bool {
      (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
    }
  }

  /// What was compared, over all nodes.
  struct Findings {
    var compared = 0
    /// Elements of nodes whose tensors the network does not have, as they were joined with others.
    var missing = 0
    /// The first code that is too far off: the value, and words.
    var difference: (value: Int, words: String)?
  }

  private let recipe: Recipe
  private let writer: TFLiteRecipeWriter

  /// nil for recipes of other formats.
  init?(_ recipe: Recipe) {
    guard recipe.format.isTFLite else { return nil }
    self.recipe = recipe
    writer = TFLiteRecipeWriter.written(recipe)
  }

  /// Compares the codes of every node, each computed of the codes of its operands.
  ///
  /// - Parameter tensors: codes by the file's index of the tensor, HWC.
  /// - Returns: how many codes were compared, and the first that is too far off.
  func findings(_ tensors: [Int: [Int32]]) -> Findings {
    var findings = Findings()
    var codes: [[Int32]?] = writer.values.prefix(recipe.inputs.count).map { tensors[Int($0.place)] }
    for (index, node) in recipe.nodes.enumerated() {
      let value = writer.values[recipe.inputs.count + index]
      let operands = node.inputs.compactMap { input in
        codes[input].map { map($0, writer.values[input]) }
      }
      let found = tensors[Int(value.place)] ?? value.row.flatMap { tensors[Int($0)] }
      guard operands.count == node.inputs.count, let expected = map(of: node, index, operands, value.shape) else {
        codes.append(found)
        findings.missing += value.shape.elements
        continue
      }
      let ideal = expected.numbers.map { position($0, value) }
      guard let found else {
        // What only has another shape has no tensor of its own.
        codes.append(ideal.map { Int32($0.rounded()) })
        findings.missing += node.operation.kind == .reshape ? 0 : value.shape.elements
        continue
      }
      codes.append(found)
      findings.compared += found.count
      let tolerance = tolerance(node)
      let place = zip(found, ideal).enumerated().first { abs(Double($1.0) - $1.1) > tolerance }
      guard findings.difference == nil, let place else { continue }
      findings.difference = (
        recipe.inputs.count + index,
        "\(node.operation.kind.rawValue), element \(place.offset): \(place.element.0) instead of \(place.element.1)"
      )
    }
    return findings
  }

  /// Of codes from where the real number lies: half a code of rounding, and what integers lose on the way.
  private func tolerance(_ node: RecipeNode) -> Double {
    switch node.operation {
    case .slice, .split, .pad, .transpose, .reshape, .resize, .depthToSpace, .spaceToDepth, .reverse, .tile,
      .argumentMaximum, .maximumPool:
      0.01
    // Factors have 15 bits there.
    default: recipe.format == .tfliteInt16 ? 3 : 1.01
    }
  }

  private func map(_ codes: [Int32], _ value: TFLiteRecipeWriter.Value) -> Map {
    let (scale, zeroPoint) = (Double(value.quantization.scale), value.quantization.zeroPoint)
    var map = Map(value.shape) { _, _, _ in 0 }
    map.numbers = codes.map { Double(Int($0) - zeroPoint) * scale }
    return map
  }

  /// Where a number lies among the codes of a value.
  private func position(_ number: Double, _ value: TFLiteRecipeWriter.Value) -> Double {
    let position = number / Double(value.quantization.scale) + Double(value.quantization.zeroPoint)
    // Indices have no codes that end.
    guard value.isCode else { return position }
    return min(max(position, Double(writer.codes.lowerBound)), Double(writer.codes.upperBound))
  }
}

// MARK: - Operations

extension RecipeEvaluation {
  private func map(of node: RecipeNode, _ index: Int, _ operands: [Map], _ shape: Shape) -> Map? {
    let arithmetic = writer.arithmetic[index]
    let map = operands[0]
    switch node.operation {
    case .convolution, .depthwise, .transposedConvolution, .fullyConnected:
      return weighted(node.operation, arithmetic, map, shape)
    case .maximumPool(let window): return pooled(window, map, shape) { $0.max() ?? 0 }
    case .averagePool(let window): return pooled(window, map, shape) { $0.reduce(0, +) / Double($0.count) }
    case .reduction(let reduction): return reduced(reduction, map, shape)
    case .binary(let binary):
      return Map(shape) { fused(arithmetic.fused, combined(binary, map[$0, $1, $2], operands[1][$0, $1, $2])) }
    case .constant(let binary, _):
      let constants = arithmetic.constants
      return Map(shape) { row, column, channel in
        let constant = constants[constants.count == 1 ? 0 : channel]
        let number = map[row, column, channel]
        return arithmetic.isConstantFirst ? combined(binary, constant, number) : combined(binary, number, constant)
      }
    case .function(let function):
      guard function != .hardSwish || recipe.format == .tfliteInt16 else { return nil }
      let function = recipe.format == .tfliteInt16 ? .relu : function
      return Map(shape) { applied(function, arithmetic.slope, map[$0, $1, $2]) }
    case .requantization: return map
    case .softmax:
      return Map(shape) { row, column, channel in
        let greatest = (0..<shape.channels).map { map[row, column, $0] }.max() ?? 0
        let sum = (0..<shape.channels).reduce(0.0) { $0 + exp(map[row, column, $1] - greatest) }
        return exp(map[row, column, channel] - greatest) / sum
      }
    case .matrixProduct:
      return Map(shape) { row, column, channel in
        (0..<map.shape.channels).reduce(0.0) { $0 + map[row, column, $1] * operands[1][row, channel, $1] }
      }
    case .argumentMaximum:
      return Map(shape) { row, column, _ in
        let numbers = (0..<map.shape.channels).map { map[row, column, $0] }
        return Double(numbers.firstIndex(of: numbers.max() ?? 0) ?? 0)
      }
    default: return moved(node.operation, operands, shape)
    }
  }

  func fused(_ activation: Int8, _ number: Double) -> Double {
    switch activation {
    case 1: max(number, 0)
    case 2: min(max(number, -1), 1)
    case 3: min(max(number, 0), 6)
    default: number
    }
  }

  private func combined(_ binary: RecipeBinary, _ first: Double, _ second: Double) -> Double {
    switch binary {
    case .add: first + second
    case .subtract: first - second
    case .multiply: first * second
    case .maximum: max(first, second)
    case .minimum: min(first, second)
    }
  }

  private func applied(_ function: RecipeFunction, _ slope: Double, _ number: Double) -> Double {
    switch function {
    case .relu: max(number, 0)
    case .reluTo6: min(max(number, 0), 6)
    case .sigmoid: 1 / (1 + exp(-number))
    case .hyperbolicTangent: tanh(number)
    case .hardSwish: number * min(max(number + 3, 0), 6) / 6
    case .leakyRelu: number < 0 ? slope * number : number
    case .elu: number < 0 ? exp(number) - 1 : number
    case .absolute: abs(number)
    }
  }

  private func reduced(_ reduction: RecipeReduction, _ map: Map, _ shape: Shape) -> Map {
    Map(shape) { _, _, channel in
      let numbers = stride(from: channel, to: map.numbers.count, by: shape.channels).map { map.numbers[$0] }
      let sum = numbers.reduce(0, +)
      return switch reduction {
      case .mean: sum / Double(numbers.count)
      case .sum: sum
      case .greatest: numbers.max() ?? 0
      case .least: numbers.min() ?? 0
      }
    }
  }

  /// SAME leaves the border out; sides that the operator has no name for are rows and columns of zeros.
  private func pooled(_ window: Window, _ map: Map, _ shape: Shape, _ result: ([Double]) -> Double) -> Map {
    let sides = window.padding(of: map.shape.extent)
    let countsBorder = window.border != .same
    return Map(shape) { row, column, channel in
      var numbers: [Double] = []
      for tapRow in 0..<window.kernel.height {
        for tapColumn in 0..<window.kernel.width {
          let y = row * window.stride.height + tapRow - sides.top
          let x = column * window.stride.width + tapColumn - sides.left
          if countsBorder || map.contains(y, x) { numbers.append(map[y, x, channel]) }
        }
      }
      return result(numbers)
    }
  }
}
