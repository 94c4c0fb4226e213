import NetworkIR

/// The window of a convolution or pooling as a node of the file gives it, over one dimension or two.
struct QuantizedWindow {
  var kernel: Extent
  var stride: Extent
  var dilation: Extent
  var padding: Padding
  /// Rows and columns of the output.
  var output: Extent
  /// Positions of the output in the file's dimensions, one or two.
  private var outputs: [Int]

  /// - Parameters:
  ///   - node: a convolution or pooling.
  ///   - dimensions: of the input: [1, C, L] or [1, C, H, W].
  ///   - weights: the spatial dimensions of the weights where the node has some; else its `kernel_shape` counts.
  ///   - roundsUp: whether `ceil_mode` may add windows that reach beyond the padded input, as more padding.
  /// - Throws: `QuantizedProblem` naming the attribute that is out of range, or the sizes that do not fit.
  init(
    _ node: GraphNode, dimensions: [Int], kernel weights: [Int]? = nil, roundsUp: Bool = false
  ) throws(QuantizedProblem) {
    let spatial = Array(dimensions.dropFirst(2))
    guard (1...2).contains(spatial.count) else {
      throw QuantizedProblem(.shape, "the input has dimensions \(dimensions), but [1, C, L] or [1, C, H, W] is needed")
    }
    let ones = Array(repeating: 1, count: spatial.count)
    guard weights != nil || node.ints("kernel_shape") != nil else {
      throw QuantizedProblem(.attribute, "kernel_shape", "absent", "\(spatial.count) numbers")
    }
    let kernel = try Self.sizes(node, "kernel_shape", default: weights ?? ones, from: 1)
    guard weights == nil || weights == kernel else {
      throw QuantizedProblem(.window, "kernel_shape is \(kernel), but the weights have \(weights ?? [])")
    }
    let stride = try Self.sizes(node, "strides", default: ones, from: 1)
    let dilation = try Self.sizes(node, "dilations", default: ones, from: 1)
    let reach = zip(kernel, dilation).map { ($0 - 1) * $1 + 1 }
    var pads = try Self.pads(node, spatial: spatial, reach: reach, stride: stride)
    outputs = []
    for axis in spatial.indices {
      let padded = spatial[axis] + pads[axis] + pads[axis + spatial.count]
      guard padded >= reach[axis] else {
        throw QuantizedProblem(
          .window, "the window covers \(reach[axis]) elements, but the padded input has only \(padded)")
      }
      let rest = (padded - reach[axis]) % stride[axis]
      outputs.append((padded - reach[axis]) / stride[axis] + 1)
      guard node.int("ceil_mode", default: 0) != 0, rest > 0 else { continue }
      // A window that would begin behind the input is left out.
      guard outputs[axis] * stride[axis] < spatial[axis] + pads[axis] else { continue }
      guard roundsUp else { throw QuantizedProblem(.attribute, "ceil_mode", 1, 0) }
      pads[axis + spatial.count] += stride[axis] - rest
      outputs[axis] += 1
    }
    self.kernel = Self.extent(kernel)
    self.stride = Self.extent(stride)
    self.dilation = Self.extent(dilation)
    output = Self.extent(outputs)
    let isPlane = spatial.count == 2
    padding = Padding(
      top: pads[0], left: isPlane ? pads[1] : 0, bottom: pads[spatial.count], right: isPlane ? pads[3] : 0)
  }

  /// The dimensions that the output has in the file.
  func outputDimensions(channels: Int) -> [Int] { [1, channels] + outputs }

  /// The shape of the output.
  func shape(channels: Int) -> Shape { Shape(height: output.height, width: output.width, channels: channels) }

  private static func extent(_ sizes: [Int]) -> Extent {
    Extent(height: sizes[0], width: sizes.count > 1 ? sizes[1] : 1)
  }

  private static func sizes(
    _ node: GraphNode, _ name: String, default standard: [Int], from least: Int
  ) throws(QuantizedProblem) -> [Int] {
    let sizes = node.ints(name) ?? standard
    guard sizes.count == standard.count, sizes.allSatisfy({ (least...NetworkLimit.largestWindow).contains($0) }) else {
      throw QuantizedProblem(
        .attribute, name, "\(sizes)", "\(standard.count) numbers in \(least)...\(NetworkLimit.largestWindow)")
    }
    return sizes
  }

  /// All begins, then all ends.
  private static func pads(
    _ node: GraphNode, spatial: [Int], reach: [Int], stride: [Int]
  ) throws(QuantizedProblem) -> [Int] {
    let none = Array(repeating: 0, count: 2 * spatial.count)
    let mode = node.string("auto_pad") ?? "NOTSET"
    switch mode {
    case "NOTSET", "": return try sizes(node, "pads", default: none, from: 0)
    case "VALID": return none
    case "SAME_UPPER", "SAME_LOWER":
      return samePadding(spatial: spatial, reach: reach, stride: stride, isUpper: mode == "SAME_UPPER")
    default: throw QuantizedProblem(.attribute, "auto_pad", mode, "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
  }
}
