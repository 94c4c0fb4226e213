import ModelBuilding
import NetworkIR

/// How ONNX says an operation with weights, whatever the weights stand for.
struct ONNXRecipeWeights {
  /// `Conv`, `ConvTranspose` or `Gemm`; the last one reads a flattened map.
  var op: String
  /// Of the weights.
  var dimensions: [Int]
  var attributes: [String: ONNXModelWriter.Attribute]
  /// The dimension of the output channels.
  var channelDimension: Int

  /// - Parameters:
  ///   - operation: one with weights.
  ///   - input: the map that it reads.
  ///   - output: its result.
  init(_ operation: RecipeOperation, _ input: Shape, _ output: Shape) {
    (op, channelDimension) = ("Conv", 0)
    switch operation {
    case .convolution(let window, let channels, let groups):
      dimensions = [channels, input.channels / groups, window.kernel.height, window.kernel.width]
      attributes = window.attributes(of: input)
      attributes["group"] = .int(groups)
    case .depthwise(let window, let multiplier):
      dimensions = [input.channels * multiplier, 1, window.kernel.height, window.kernel.width]
      attributes = window.attributes(of: input)
      attributes["group"] = .int(input.channels)
    case .transposedConvolution(let kernel, let stride, let isSame, let channels):
      (op, channelDimension) = ("ConvTranspose", 1)
      dimensions = [input.channels, channels, kernel.height, kernel.width]
      let (rows, columns) = isSame ? (kernel.height - stride.height, kernel.width - stride.width) : (0, 0)
      attributes = [
        "kernel_shape": .ints([kernel.height, kernel.width]), "strides": .ints([stride.height, stride.width]),
        "pads": .ints([rows / 2, columns / 2, rows - rows / 2, columns - columns / 2]),
      ]
    default:
      (op, channelDimension) = ("Gemm", 1)
      dimensions = [input.elements, output.channels]
      attributes = [:]
    }
  }

  /// Output channels; of a transposed convolution, too, since it has no groups.
  var channels: Int { dimensions[channelDimension] }
  var count: Int { dimensions.reduce(1, *) }

  /// The magnitude of sums of products, of an input of a magnitude and these weights: one for each channel of each kernel.
  func magnitude(of codes: [Int], zeroPoint: Int = 0, input: Double) -> Double {
    let squares = codes.reduce(0.0) { $0 + Double(($1 - zeroPoint) * ($1 - zeroPoint)) } / Double(codes.count)
    return input * (Double(count / channels) * max(squares, 0.1)).squareRoot()
  }
}

extension Shape {
  /// Dimensions in the order of ONNX.
  var nchw: [Int] { [1, channels, height, width] }
}

extension Window {
  /// Attributes of a pool or a convolution.
  func attributes(of map: Shape) -> [String: ONNXModelWriter.Attribute] {
    let sides = padding(of: map.extent)
    var attributes: [String: ONNXModelWriter.Attribute] = [
      "kernel_shape": .ints([kernel.height, kernel.width]), "strides": .ints([stride.height, stride.width]),
      "pads": .ints([sides.top, sides.left, sides.bottom, sides.right]),
    ]
    if dilation != .one { attributes["dilations"] = .ints([dilation.height, dilation.width]) }
    return attributes
  }
}

extension [RecipeAxis] {
  /// The permutation of [batch, channels, height, width] that puts these axes into the places of row, column and channel.
  var permutation: [Int] { [0, self[2].nchw, self[0].nchw, self[1].nchw] }
}
