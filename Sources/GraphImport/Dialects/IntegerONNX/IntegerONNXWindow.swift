import NetworkIR

/// The window of a convolution or pooling as a node of the file gives it, one dimension or two.
struct IntegerONNXWindow {
  var kernel: Extent
  var stride: Extent
  var dilation: Extent
  /// The node's own padding, without that of a `Pad` before it.
  var padding: Padding
  /// Rows and columns of the output.
  var output: Extent

  /// - Parameters:
  ///   - node: a convolution or pooling.
  ///   - dimensions: of the input, `Pad` included: [1, C, L] or [1, C, H, W].
  ///   - weights: the spatial dimensions of the weights where the node has some; else its `kernel_shape` counts.
  /// - Throws: `IntegerONNXProblem` naming the attribute that is out of range, or the sizes that do not fit.
  init(_ node: GraphNode, dimensions: [Int], kernel weights: [Int]? = nil) throws(IntegerONNXProblem) {
    let spatial = Array(dimensions.dropFirst(2))
    guard (1...2).contains(spatial.count) else {
      throw .shape("the input has dimensions \(dimensions) but [1, C, L] or [1, C, H, W] is needed")
    }
    let ones = Array(repeating: 1, count: spatial.count)
    let kernel = try Self.sizes(node, "kernel_shape", count: spatial.count, default: weights ?? ones, from: 1)
    guard weights == nil || weights == kernel else {
      throw .shape("kernel_shape is \(kernel) but the weights have \(weights ?? [])")
    }
    let stride = try Self.sizes(node, "strides", count: spatial.count, default: ones, from: 1)
    let dilation = try Self.sizes(node, "dilations", count: spatial.count, default: ones, from: 1)
    let reach = zip(kernel, dilation).map { ($0 - 1) * $1 + 1 }
    let pads = try Self.pads(node, spatial: spatial, reach: reach, stride: stride)

    var output: [Int] = []
    for axis in spatial.indices {
      let padded = spatial[axis] + pads[axis] + pads[axis + spatial.count]
      guard padded >= reach[axis] else {
        throw .shape("the window covers \(reach[axis]) elements but the padded input has only \(padded)")
      }
      let rest = (padded - reach[axis]) % stride[axis]
      guard node.int("ceil_mode", default: 0) == 0 || rest == 0 else {
        throw .attribute(name: "ceil_mode", found: "1", allowed: "0")
      }
      output.append((padded - reach[axis]) / stride[axis] + 1)
    }
    self.kernel = Self.extent(kernel)
    self.stride = Self.extent(stride)
    self.dilation = Self.extent(dilation)
    self.output = Self.extent(output)
    let isPlane = spatial.count == 2
    padding = Padding(
      top: pads[0], left: isPlane ? pads[1] : 0, bottom: pads[spatial.count], right: isPlane ? pads[3] : 0)
  }

  /// The dimensions that the output has in the file.
  func outputDimensions(channels: Int, rank: Int) -> [Int] {
    rank == 3 ? [1, channels, output.height] : [1, channels, output.height, output.width]
  }

  private static func extent(_ sizes: [Int]) -> Extent {
    Extent(height: sizes[0], width: sizes.count > 1 ? sizes[1] : 1)
  }

  private static func sizes(
    _ node: GraphNode, _ name: String, count: Int, default standard: [Int], from least: Int
  ) throws(IntegerONNXProblem) -> [Int] {
    let sizes = node.ints(name) ?? standard
    guard sizes.count == count, sizes.allSatisfy({ (least...NetworkLimit.largestWindow).contains($0) }) else {
      throw .attribute(
        name: name, found: "\(sizes)", allowed: "\(count) numbers in \(least)...\(NetworkLimit.largestWindow)")
    }
    return sizes
  }

  /// All begins, then all ends.
  private static func pads(
    _ node: GraphNode, spatial: [Int], reach: [Int], stride: [Int]
  ) throws(IntegerONNXProblem) -> [Int] {
    let none = Array(repeating: 0, count: 2 * spatial.count)
    let mode = node.string("auto_pad") ?? "NOTSET"
    switch mode {
    case "NOTSET", "": return try sizes(node, "pads", count: 2 * spatial.count, default: none, from: 0)
    case "VALID": return none
    case "SAME_UPPER", "SAME_LOWER":
      return samePadding(spatial: spatial, reach: reach, stride: stride, isUpper: mode == "SAME_UPPER")
    default: throw .attribute(name: "auto_pad", found: mode, allowed: "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
  }
}

extension Padding {
  static func + (left: Padding, right: Padding) -> Padding {
    Padding(
      top: left.top + right.top, left: left.left + right.left, bottom: left.bottom + right.bottom,
      right: left.right + right.right)
  }
}
